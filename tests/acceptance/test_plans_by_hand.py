"""Plans by the operator's hand: looked at, sold, given, ended early with what is paid back."""

import dataclasses
from pathlib import Path

import pytest
from beside import handled, rows
from handing import book, read_again, run_by, said, times, told
from shop import SINGLE, a_job
from story import Person, Story, labels
from story import words as words_of
from telling import forge, in_code, later, press, until

from bot import app
from bot.model import JobState, UserId
from bot.money import ledger, terms
from bot.store.port import Transaction
from bot.store.records import job_values
from bot.store.sqlite import open_store

PLANS = """
[prices]
image = 100
[plans.free]
threads = 1
[plans.prepaid]
min_topup = 500
[plans.bulk]
price = 2_000
[plans.staff]
threads = 9
[plans.monthly]
price = 5_000
days = 30
refund = 0.70
[plans.weekly]
price = 900
days = 7
"""
"""Where nothing is free, and a picture is a large part of a plan."""
DAY_S = 24 * 3_600
END = "⏹"


async def spend(story: Story, person: Person, amount_vnd: int) -> None:
    """Pictures for so much, of the plan that runs: more than a story could wait for."""

    async def work(tx: Transaction) -> None:
        now, user_id = app.wall_clock(), UserId(person.user_id)
        term = await terms.lapsing_term(tx, user_id, now=now)
        assert term is not None
        job = a_job(
            user_id=user_id,
            chat_id=person.user_id,
            state=JobState.DONE,
            request=SINGLE,
            term_id=term.term_id,
            term_vnd=amount_vnd,
            held_free=0,
            held_vnd=0,
            charged_vnd=amount_vnd,
            due_at=None,
        )
        await tx.run("job_insert", **job_values(job))
        await ledger.hold(
            tx, dataclasses.replace(job, held_vnd=amount_vnd), allowance_given=0, now=now
        )
        await ledger.capture(tx, job, amount_vnd, now=now)

    async with open_store(story.data_dir / "bot.db") as store:
        await store.write(work)


async def balance_of(story: Story, person: Person) -> int:
    found = rows(story, "SELECT balance_vnd FROM wallet WHERE wallet_id = ?", person.user_id)
    return int(found[0][0]) if found else 0


async def test_ended_early_on_day_12_seventy_per_cent_of_what_is_left_is_paid_back(
    tmp_path: Path,
) -> None:
    async with run_by(tmp_path) as (story, boss):
        an = story.person("An", "vi")
        await said(an, "/quota")
        await said(boss, f"/plan {an.user_id} monthly bank transfer 7711")
        await spend(story, an, 1_200_000)
        with later(12 * DAY_S):
            question = await said(boss, f"/plan {an.user_id} free moving away")
            for part in (
                "End the plan monthly of An",
                "Left of the plan’s balance: ₫3,800,000",
                "Paid back (70%): ₫2,660,000",
                "Gone: ₫1,140,000",
            ):
                assert part in words_of(question)
            assert [["⏹ End it, pay back ₫2,660,000"]] == labels(question)
            assert ["grant", "hold", "capture"] == [row[1] for row in book(story)]
            await press(boss, question, END)
            await boss.sees("Pay them back ₫2,660,000 outside Telegram")
            await an.sees("đã kết thúc sớm. Shop sẽ hoàn lại 2.660.000 ₫ cho bạn.")
            by = f"user {boss.user_id}"
            assert [
                (an.user_id, "refund", 2_660_000, by, "moving away"),
                (an.user_id, "lapse", 1_140_000, by, "moving away"),
            ] == book(story)[-2:]
            assert 0 == await balance_of(story, an)
            assert "Miễn phí" in await told(an, "/quota")
            assert "has the Free plan" in await told(boss, f"/plan {an.user_id}")


async def test_the_question_and_its_end_in_the_other_language(tmp_path: Path) -> None:
    async with run_by(tmp_path, "vi") as (story, boss):
        an = story.person("An", "en")
        await said(an, "/quota")
        sold = await told(boss, f"/plan {an.user_id} monthly")
        assert (
            f"✅ An ({an.user_id}) có gói Theo tháng (monthly), kèm 5.000.000 ₫ vào số dư" in sold
        )
        assert "mình sẽ hỏi lại, rồi hoàn 70% phần còn lại" in sold
        await an.sees("with ₫5,000,000 on your balance")
        question = await said(boss, f"/plan {an.user_id} free")
        assert [["⏹ Kết thúc, hoàn 3.500.000 ₫"]] == labels(question)
        assert "Hoàn lại (70%): 3.500.000 ₫" in words_of(question)
        await press(boss, question, END)
        await boss.sees("Hãy trả lại 3.500.000 ₫ cho họ bên ngoài Telegram")
        await an.sees("The shop pays you back ₫3,500,000.")


async def test_what_is_paid_back_is_asked_about_again_where_it_changed_meanwhile(
    tmp_path: Path,
) -> None:
    async with run_by(tmp_path) as (story, boss):
        an = story.person("An")
        await said(an, "/quota")
        await said(boss, f"/plan {an.user_id} monthly")
        question = await said(boss, f"/plan {an.user_id} free")
        data = question["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        await spend(story, an, 1_000_000)
        assert "look at it and press again" in await press(boss, question, END)
        await boss.sees("Paid back (70%): ₫2,800,000")
        assert "refund" not in [row[1] for row in book(story)]
        await press(boss, question, END)
        await boss.sees("Pay them back ₫2,800,000")
        assert "That plan has ended already." == await forge(boss, question, data)
        assert 1 == [row[1] for row in book(story)].count("refund")


async def test_where_nothing_is_paid_back_it_is_asked_again_when_something_else_would_be_gone(
    tmp_path: Path,
) -> None:
    async with run_by(tmp_path, **with_plans(tmp_path)) as (story, boss):
        an = story.person("An", "en")
        await said(an, "/quota")
        await said(boss, f"/plan {an.user_id} weekly")
        question = await said(boss, f"/plan {an.user_id} free")
        assert "Gone: ₫900" in words_of(question)
        await an.result_of(an.say("/img a cat"))
        assert "look at it and press again" in await press(boss, question, END)
        await boss.sees("Gone: ₫500")
        assert "lapse" not in [row[1] for row in book(story)]


async def test_a_plan_is_ended_for_the_reason_its_question_was_asked_with(tmp_path: Path) -> None:
    async with run_by(tmp_path, **with_plans(tmp_path)) as (story, boss):
        an = story.person("An")
        await said(an, "/quota")
        await said(boss, f"/plan {an.user_id} monthly")
        first = await said(boss, f"/plan {an.user_id} free moving away")
        await said(boss, f"/plan {an.user_id} free")
        await spend(story, an, 1_000)
        assert "look at it and press again" in await press(boss, first, END)
        await press(boss, await boss.sees("Paid back (70%): ₫2,800"), END)
        await boss.sees("Pay them back ₫2,800")
        assert ["moving away"] * 2 == [row[-1] for row in book(story)[-2:]]


async def test_a_button_of_an_earlier_plan_does_not_end_the_one_bought_since(
    tmp_path: Path,
) -> None:
    async with run_by(tmp_path) as (story, boss):
        an = story.person("An")
        await said(an, "/quota")
        await said(boss, f"/plan {an.user_id} monthly")
        first = await said(boss, f"/plan {an.user_id} free")
        data = first["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        await press(boss, first, END)
        await boss.sees("Pay them back")
        await said(boss, f"/plan {an.user_id} monthly")
        assert "look at it and press again" in await forge(boss, first, data)
        assert 1 == [row[1] for row in book(story)].count("refund")


def with_plans(folder: Path) -> dict[str, str]:
    file = folder / "plans.toml"
    file.write_text(PLANS)
    return {"BOT_PLANS_FILE": str(file)}


def term_count(story: Story) -> int:
    return len(rows(story, "SELECT 1 FROM plan_term"))


async def test_it_does_not_end_while_something_of_it_is_under_way(tmp_path: Path) -> None:
    async with run_by(tmp_path, **with_plans(tmp_path)) as (story, boss):
        an = story.person("An")
        await said(an, "/quota")
        await said(boss, f"/plan {an.user_id} monthly")
        question = await said(boss, f"/plan {an.user_id} free")
        apiframe = story.town.apiframe
        apiframe.never_finish()
        asked = an.say("/img con mèo")
        await an.answer_to(asked)
        await until(lambda: apiframe.tasks)
        refused = "requests under way that hold ₫400"
        assert refused in await told(boss, f"/plan {an.user_id} free")
        assert "" == await press(boss, question, END)
        await until(lambda: 2 == times(boss, refused))
        for task in list(apiframe.tasks):
            apiframe.finish_now(task)
        await an.result_of(asked)
        await handled(story)
        await press(boss, question, END)  # 400 of it are spent by now: asked again
        await press(boss, await boss.sees("Paid back (70%): ₫3,220"), END)
        await boss.sees("Pay them back ₫3,220")


async def test_a_plan_is_sold_once_and_its_money_is_on_the_balance(tmp_path: Path) -> None:
    async with run_by(tmp_path, **with_plans(tmp_path)) as (story, boss):
        an = story.person("An", "vi")
        await said(an, "/quota")
        asked = boss.say(f"/plan {an.user_id} Monthly paid in cash")
        sold = words_of(await boss.answer_to(asked))
        assert f"✅ An ({an.user_id}) has the plan monthly, and ₫5,000 on the balance" in sold
        assert f"/plan {an.user_id} free ends it early" in sold
        await handled(story)
        await read_again(story, asked)
        await handled(story)
        by = f"user {boss.user_id}"
        assert [(an.user_id, "grant", 5_000, by, "paid in cash")] == book(story)
        assert [(1,)] == rows(story, "SELECT COUNT(*) FROM plan_term WHERE author = ?", by)
        assert 1 == times(an, "Bạn đã có gói Monthly, kèm 5.000 ₫ vào số dư")


async def test_sold_again_it_goes_on_and_another_that_lapses_waits_for_its_end(
    tmp_path: Path,
) -> None:
    async with run_by(tmp_path, **with_plans(tmp_path)) as (story, boss):
        an = story.person("An")
        await said(an, "/quota")
        await said(boss, f"/plan {an.user_id} monthly")
        again = await said(boss, f"/plan {an.user_id} monthly")
        await press(boss, again, "➕")
        number = again["message_id"]
        await boss.sees(lambda m: m["message_id"] == number and "✅" in words_of(m))
        assert (10_000, 1) == (await balance_of(story, an), term_count(story))
        refused = await told(boss, f"/plan {an.user_id} weekly")
        assert f"An ({an.user_id}) has the plan monthly until" in refused
        assert "so weekly cannot begin and nothing was written" in refused
        assert f"/plan {an.user_id} free" in refused
        assert (10_000, 1) == (await balance_of(story, an), term_count(story))


async def test_a_plan_that_is_paid_in_is_given_and_says_how_the_money_comes(
    tmp_path: Path,
) -> None:
    async with run_by(tmp_path, **with_plans(tmp_path)) as (story, boss):
        an = story.person("An", "vi")
        await said(an, "/quota")
        answer = await said(boss, f"/plan {an.user_id} prepaid")
        assert f"An ({an.user_id}) has the plan prepaid now." in words_of(answer)
        assert f"/grant {an.user_id} 500" in in_code(answer)
        await an.sees("🎉 Bạn đã có gói Prepaid.")
        assert [] == book(story)
        await said(boss, in_code(answer)[1])
        shown = await told(boss, f"/plan {an.user_id}")
        for part in ("has the plan prepaid", "by Boss", "₫500"):
            assert part in shown
        assert "Until" not in shown


async def test_a_plan_behind_one_that_lapses_says_which_goes_first(tmp_path: Path) -> None:
    async with run_by(tmp_path, **with_plans(tmp_path)) as (story, boss):
        an = story.person("An")
        await said(an, "/quota")
        await said(boss, f"/plan {an.user_id} monthly")
        for plan in ("prepaid", "bulk"):
            answer = await told(boss, f"/plan {an.user_id} {plan}")
            assert f"The plan monthly goes first; {plan} follows" in answer
        question = await said(boss, f"/plan {an.user_id} free")
        await press(boss, question, END)
        ended = words_of(await boss.sees("Pay them back ₫3,500"))
        assert "They have the plan bulk now" in ended
        assert f"/plan {an.user_id} free ends that one too" in ended
        await an.sees("Giờ bạn dùng gói Bulk.")
        assert "has the plan bulk" in await told(boss, f"/plan {an.user_id}")
        assert "plan bulk, prepaid any more" in await told(boss, f"/plan {an.user_id} free")
        assert "has the Free plan" in await told(boss, f"/plan {an.user_id}")
        assert 2_000 == await balance_of(story, an)


async def test_a_plan_is_given_once_however_often_the_message_is_read(tmp_path: Path) -> None:
    async with run_by(tmp_path, **with_plans(tmp_path)) as (story, boss):
        an = story.person("An")
        await said(an, "/quota")
        asked = boss.say(f"/plan {an.user_id} staff")
        await boss.answer_to(asked)
        await handled(story)
        await read_again(story, asked)
        await handled(story)
        await boss.sees("has the plan staff already")
        assert (1, 1) == (term_count(story), times(an, "Staff"))


async def test_free_ends_what_has_no_end_of_its_own_and_the_balance_stays(tmp_path: Path) -> None:
    async with run_by(tmp_path, **with_plans(tmp_path)) as (story, boss):
        an = story.person("An", "vi")
        await said(an, "/quota")
        await said(boss, f"/plan {an.user_id} staff")
        await said(boss, f"/plan {an.user_id} bulk")
        answer = await told(boss, f"/plan {an.user_id} free a mistake")
        assert f"An ({an.user_id}) does not have the plan bulk, staff any more" in answer
        await an.sees("Gói Bulk, Staff đã kết thúc; số dư vẫn còn nguyên.")
        assert 2_000 == await balance_of(story, an)
        assert "has the Free plan" in await told(boss, f"/plan {an.user_id} free")
        ended = rows(story, "SELECT DISTINCT ended_by, ended_why FROM plan_term")
        assert [(f"user {boss.user_id}", "early")] == ended


async def test_a_plan_that_pays_nothing_back_ends_all_the_same(tmp_path: Path) -> None:
    async with run_by(tmp_path, **with_plans(tmp_path)) as (story, boss):
        an = story.person("An", "vi")
        await said(an, "/quota")
        await said(boss, f"/plan {an.user_id} weekly")
        question = await said(boss, f"/plan {an.user_id} free")
        assert "Gone: ₫900" in words_of(question)
        await press(boss, question, END)
        await boss.sees("there is nothing to pay back")
        await an.sees("không có phần nào được hoàn lại")
        assert [("grant", 900), ("lapse", 900)] == [row[1:3] for row in book(story)]


async def test_a_plan_is_looked_at_and_given_in_reply_and_for_the_group_itself(
    tmp_path: Path,
) -> None:
    async with run_by(tmp_path, **with_plans(tmp_path)) as (story, boss):
        an = story.person("An", "vi")
        group = story.group("Painters", boss, an)
        await said(boss, "/quota")
        hello = an.say("xin chào", chat=group)
        assert "An (" in await told(boss, "/plan staff", to=hello, chat=group)
        aside = await told(boss, "/plan", to=hello, chat=group)
        assert "Boss, I have answered in your private chat" in aside
        await boss.sees("has the plan staff")
        assert "Painters (" in await told(boss, "/plan monthly", chat=group)
        shown = await told(boss, "/plan", chat=group)
        for part in ("has the plan monthly", "Until: ", "Left of the plan’s balance: ₫5,000"):
            assert part in shown
        assert "has the plan monthly" in await told(boss, f"/plan {group}")
        assert [(group, "grant", 5_000)] == [row[:3] for row in book(story)]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/plan", "Whose plan is it about?"),
        ("/plan monthly", "Whose plan is it about?"),
        ("/plan {an} gold", "There is no plan called gold, so nothing was written"),
        ("/plan {an} <b>x", "There is no plan called <b>x, so nothing was written"),
        ("/plan 424242 monthly", "I have met nobody called 424242"),
        ("/plan 424242", "I have met nobody called 424242"),
        ("/plan @nobody_at_all monthly", "I have met nobody called @nobody_at_all"),
        ("/plan -1002000000000 monthly", "I am in no group with the number -1002000000000"),
    ],
)
async def test_bad_input_is_refused_in_a_sentence_and_nothing_is_written(
    tmp_path: Path, line: str, answer: str
) -> None:
    async with run_by(tmp_path, **with_plans(tmp_path)) as (story, boss):
        an = story.person("An")
        await said(an, "/quota")
        assert answer in await told(boss, line.format(an=an.user_id))
        await handled(story)
        assert ([], 0) == (book(story), term_count(story))


@pytest.mark.parametrize("how", ["", "x=1", "{an}=", "{an}=x", "{an}=1=2", "{an}=99:0", "0=1:0"])
async def test_a_made_up_button_ends_nothing(tmp_path: Path, how: str) -> None:
    async with run_by(tmp_path, **with_plans(tmp_path)) as (story, boss):
        an = story.person("An")
        await said(an, "/quota")
        await said(boss, f"/plan {an.user_id} monthly")
        question = await said(boss, f"/plan {an.user_id} free")
        await forge(boss, question, f"E:::{how.format(an=an.user_id)}")
        await handled(story)
        assert ["grant"] == [row[1] for row in book(story)]
        assert [] == rows(story, "SELECT 1 FROM inbox WHERE state = 'failed'")


async def test_nobody_else_ends_a_plan(tmp_path: Path) -> None:
    async with run_by(tmp_path, **with_plans(tmp_path)) as (story, boss):
        an = story.person("An", "en")
        group = story.group("Painters", boss, an)
        await said(boss, "/plan monthly", chat=group)
        question = await said(boss, "/plan free", chat=group)
        assert "" != await press(an, question, END)
        assert ["grant"] == [row[1] for row in book(story)]


async def test_in_a_group_nobody_reads_what_a_person_has(tmp_path: Path) -> None:
    async with run_by(tmp_path, **with_plans(tmp_path)) as (story, boss):
        an = story.person("An", "en")
        group = story.group("Painters", boss, an)
        await said(an, "/quota")
        await said(boss, f"/plan {an.user_id} monthly")
        aside = "🔒 Boss, I have answered in your private chat"
        assert aside in await told(boss, f"/plan {an.user_id}", chat=group)
        await boss.sees("Left of the plan’s balance: ₫5,000")
        assert aside in await told(boss, f"/plan {an.user_id} free moved away", chat=group)
        await press(boss, await boss.sees("Paid back (70%): ₫3,500"), END)
        await boss.sees("Pay them back ₫3,500")
        said_there = " ".join(map(words_of, boss.from_bot(group)))
        assert not [part for part in ("5,000", "3,500", "monthly") if part in said_there]
        assert "moved away" == book(story)[-1][-1]
