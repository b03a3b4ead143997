"""Plans by the operator's hand: looked at, sold, given, taken away."""

from pathlib import Path

import pytest
from beside import handled, rows
from handing import balance_of, book, read_again, run_by, said, times, told, with_plans
from story import Story
from story import words as words_of
from telling import in_code, press

END = "⏹"


def term_count(story: Story) -> int:
    return len(rows(story, "SELECT 1 FROM plan_term"))


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
