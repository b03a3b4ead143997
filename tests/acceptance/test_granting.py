"""Money by the operator's hand: given once, told to whoever has it, taken back by a button."""

from pathlib import Path

import pytest
from beside import handled, rows
from handing import book, read_again, run_by, said, times, told
from ruling import rule
from story import Person, labels
from story import words as words_of
from telling import forge, press

from bot.jobs.rules import GroupRules, Payer
from bot.sandbox.migrating import migrate_group

BACK = "↩️"


async def test_an_operator_gives_money_and_both_are_told_who_has_how_much(tmp_path: Path) -> None:
    async with run_by(tmp_path) as (story, boss):
        an = story.person("An", "vi")
        await said(an, "/quota")
        done = await said(boss, f"/grant {an.user_id} 50k chuyển khoản tháng 9")
        assert f"✅ An ({an.user_id}) was given ₫50,000 and now has ₫50,000." == words_of(done)
        assert [["↩️ Take ₫50,000 back"]] == labels(done)
        await an.sees("🎁 Shop đã nạp 50.000 ₫ cho bạn. Số dư bây giờ: 50.000 ₫")
        assert "50.000 ₫" in await told(an, "/quota")
        by = f"user {boss.user_id}"
        assert [(an.user_id, "grant", 50_000, by, "chuyển khoản tháng 9")] == book(story)


async def test_in_the_other_language_as_well(tmp_path: Path) -> None:
    async with run_by(tmp_path, "vi") as (story, boss):
        an = story.person("An", "en")
        await said(an, "/quota")
        answer = await told(boss, f"/grant {an.user_id} 50.000")
        assert f"✅ Đã nạp 50.000 ₫ cho An ({an.user_id}). Số dư bây giờ: 50.000 ₫." == answer
        await an.sees("🎁 The shop gave you ₫50,000. You now have ₫50,000")
        assert [(an.user_id, "grant", 50_000, f"user {boss.user_id}", "by hand")] == book(story)


async def test_the_same_message_read_twice_is_one_grant_and_told_once(tmp_path: Path) -> None:
    async with run_by(tmp_path) as (story, boss):
        an = story.person("An")
        await said(an, "/quota")
        asked = boss.say(f"/grant {an.user_id} 50000")
        await boss.answer_to(asked)
        await handled(story)
        await read_again(story, asked)
        await handled(story)
        assert 1 == len(book(story))
        assert 1 == times(an, "50.000 ₫ cho bạn")
        assert 2 == times(boss, "now has ₫50,000")


async def test_a_person_is_given_money_by_name_or_in_reply(tmp_path: Path) -> None:
    async with run_by(tmp_path) as (story, boss):
        made = story.world.add_user("Lan", username="Lan_Ve", language_code="vi")
        lan, an = Person(story.world, made["id"]), story.person("An")
        group = story.group("Painters", boss, an)
        await said(lan, "/quota")
        await said(boss, "/grant @lan_ve 20k")
        hello = an.say("xin chào", chat=group)
        answer = await told(boss, "/grant 10k quà", to=hello, chat=group)
        assert "✅ An was given ₫10,000." in answer  # what An has is nobody's business there
        assert [(lan.user_id, 20_000), (an.user_id, 10_000)] == [
            (row[0], row[2]) for row in book(story)
        ]


async def test_a_group_is_given_money_in_it_and_from_afar_and_spends_it(tmp_path: Path) -> None:
    async with run_by(tmp_path) as (story, boss):
        an = story.person("An", "vi")
        group = story.group("Painters", an, boss)
        await rule(story, group, GroupRules(payer=Payer.GROUP))
        await said(an, "/quota@easel_bot", chat=group)
        answer = await told(boss, "/grant 300", chat=group)
        assert (
            f"✅ The wallet of the group Painters ({group}) was given ₫300 and now has ₫300."
            == answer
        )
        assert 0 == times(an, "Shop đã nạp", group)  # the answer itself is there to be read
        await said(boss, f"/grant {group} 100")
        await an.sees("🎁 Shop đã nạp 100 ₫ vào ví của nhóm. Ví bây giờ có 400 ₫", chat=group)
        assert await an.result_of(an.say("/img@easel_bot mèo", chat=group), chat=group)
        assert [(0, 0)] == rows(
            story, "SELECT balance_vnd, held_vnd FROM wallet WHERE wallet_id = ?", group
        )


async def test_a_grant_is_taken_back_once_and_both_are_told(tmp_path: Path) -> None:
    async with run_by(tmp_path) as (story, boss):
        an = story.person("An", "vi")
        await said(an, "/quota")
        done = await said(boss, f"/grant {an.user_id} 50000")
        data = done["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        await press(boss, done, BACK)
        await boss.sees(f"↩️ ₫50,000 were taken back from An ({an.user_id})")
        await an.sees("↩️ Shop đã lấy lại 50.000 ₫ đã nạp cho bạn. Số dư bây giờ: 0 ₫")
        assert "This grant was taken back before." == await forge(boss, done, data)
        assert ["grant", "correction"] == [row[1] for row in book(story)]
        assert f"user {boss.user_id}" == book(story)[1][3]


async def test_no_more_is_taken_back_than_is_left(tmp_path: Path) -> None:
    plans = tmp_path / "plans.toml"
    plans.write_text("[prices]\nimage = 100\n[plans.free]\nthreads = 1\n")
    async with run_by(tmp_path, BOT_PLANS_FILE=str(plans)) as (story, boss):
        an = story.person("An", "vi")
        await said(an, "/quota")
        done = await said(boss, f"/grant {an.user_id} 500")
        assert await an.result_of(an.say("/img mèo"))
        assert "" == await press(boss, done, BACK)
        await boss.sees(f"An ({an.user_id}) has only ₫100 that can be taken back")
        assert "correction" not in [row[1] for row in book(story)]


async def test_what_was_bought_with_a_plan_is_not_taken_back_as_a_grant(tmp_path: Path) -> None:
    async with run_by(tmp_path) as (story, boss):
        an = story.person("An", "vi")
        await said(an, "/quota")
        done = await said(boss, f"/grant {an.user_id} 500")
        sold = await said(boss, f"/plan {an.user_id} monthly")
        await press(boss, done, BACK)
        await boss.sees("were taken back")
        again = await said(boss, f"/grant {an.user_id} 700")
        data = again["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        await press(boss, again, BACK)
        message = sold["reply_to_message"]["message_id"]
        forged = data.rpartition("=")[0] + f"={message}"
        assert await forge(boss, sold, forged)
        assert 5_000_000 == sum(row[2] * (1 if row[1] == "grant" else -1) for row in book(story))


async def test_a_grant_made_before_the_group_moved_is_taken_back_from_where_it_went(
    tmp_path: Path,
) -> None:
    async with run_by(tmp_path) as (story, boss):
        an = story.person("An", "vi")
        made = story.world.add_group("Painters", [an.user_id], chat_id=-4_001)
        group = int(made["id"])
        await said(an, "/quota@easel_bot", chat=group)
        done = await said(boss, f"/grant {group} 500")
        new = migrate_group(story.world, group)
        await handled(story)
        await press(boss, done, BACK)
        await boss.sees(f"from the wallet of the group Painters ({new})")
        assert [(new, "grant"), (new, "correction")] == [row[:2] for row in book(story)]


@pytest.mark.parametrize("how", ["", "x", "1=1", "1=2=3", "=", "-1=99999999999", "٣=٣"])
async def test_a_made_up_button_takes_nothing_back(tmp_path: Path, how: str) -> None:
    async with run_by(tmp_path) as (story, boss):
        an = story.person("An")
        await said(an, "/quota")
        done = await said(boss, f"/grant {an.user_id} 500")
        await forge(boss, done, f"T:::{how}")
        await handled(story)
        assert 1 == len(book(story))
        assert [] == rows(story, "SELECT 1 FROM inbox WHERE state = 'failed'")


async def test_nobody_else_gives_or_takes_back(tmp_path: Path) -> None:
    async with run_by(tmp_path) as (story, boss):
        an = story.person("An", "en")
        group = story.group("Painters", boss, an)
        refused = await told(an, f"/grant {an.user_id} 50000")
        assert "Only the operators of this bot" in refused
        assert refused == await told(an, "/grant@easel_bot 50000", chat=group)
        assert refused == await told(an, f"/plan {an.user_id} monthly")
        assert [] == book(story)
        done = await said(boss, "/grant 50000", chat=group)
        assert "" != await press(an, done, BACK)
        assert ["grant"] == [row[1] for row in book(story)]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/grant", "Who gets how much?"),
        ("/grant lots", "Who gets how much?"),
        ("/grant 50k", "Who gets how much?"),
        ("/grant {an}", "Who gets how much?"),
        ("/grant {an} lots", "I cannot read that amount"),
        ("/grant {an} -5", "The amount has to be above zero"),
        ("/grant {an} 0", "The amount is 0"),
        ("/grant {an} 0.5", "I take whole đồng only"),
        ("/grant {an} 1.5k", "I take whole đồng only"),
        ("/grant {an} 50 000", "There is a space in the amount"),
        ("/grant {an} 99999999999999", "At most ₫1,000,000,000 go in at once"),
        ("/grant 424242 50000", "I have met nobody called 424242"),
        ("/grant @nobody_at_all 50000", "I have met nobody called @nobody_at_all"),
        ("/grant -1002000000000 50000", "I am in no group with the number -1002000000000"),
    ],
)
async def test_bad_input_is_refused_in_a_sentence_and_nothing_is_written(
    tmp_path: Path, line: str, answer: str
) -> None:
    async with run_by(tmp_path) as (story, boss):
        an = story.person("An")
        await said(an, "/quota")
        assert answer in await told(boss, line.format(an=an.user_id))
        await handled(story)
        assert [] == book(story)
        assert [] == rows(story, "SELECT 1 FROM wallet WHERE balance_vnd <> 0")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/grant -5", "The amount has to be above zero"),
        ("/grant {an} lots", "I cannot read that amount"),
        ("/grant 424242 50000", "I have met nobody called 424242"),
        ("/grant", "Who gets how much?"),
    ],
)
async def test_in_a_group_a_slip_fills_neither_its_wallet_nor_that_of_who_is_replied_to(
    tmp_path: Path, line: str, answer: str
) -> None:
    async with run_by(tmp_path) as (story, boss):
        an, ben = story.person("An"), story.person("Ben")
        group = story.group("Painters", boss, an, ben)
        await said(an, "/quota")
        hello = ben.say("xin chào", chat=group)
        assert answer in await told(boss, line.format(an=an.user_id), chat=group)
        assert answer in await told(boss, line.format(an=an.user_id), to=hello, chat=group)
        assert [] == book(story)


async def test_who_cannot_be_written_to_has_the_money_all_the_same(tmp_path: Path) -> None:
    async with run_by(tmp_path) as (story, boss):
        stranger = story.stranger("Chi")
        group = story.group("Painters", boss, stranger)
        hello = stranger.say("xin chào", chat=group)
        assert "Chi was given" in await told(boss, "/grant 10k", to=hello, chat=group)
        await handled(story)
        assert [] == stranger.from_bot()
        assert [10_000] == [row[2] for row in book(story)]
