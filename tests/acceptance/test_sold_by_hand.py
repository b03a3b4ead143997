"""A plan sold by the operator's hand: not twice by a slip, and undone while nothing is spent."""

from pathlib import Path

from beside import handled, rows
from handing import book, read_again, run_by, said, told
from story import Message, Person, Story, labels
from story import words as words_of
from telling import forge, later, press

from bot.sandbox.migrating import migrate_group

PLANS = """
[prices]
image = 100
[plans.free]
threads = 1
[plans.bulk]
price = 2_000
[plans.monthly]
price = 5_000
days = 30
refund = 0.70
[plans.weekly]
price = 900
days = 7
"""
DAY_S = 24 * 3_600
UNDO, AGAIN = "↩️", "➕"


def shop_of(folder: Path) -> dict[str, str]:
    """A small shop's plan file."""
    file = folder / "plans.toml"
    file.write_text(PLANS)
    return {"BOT_PLANS_FILE": str(file)}


def ends_at(story: Story) -> list[int | None]:
    """Of the plans that hold."""
    return [row[0] for row in rows(story, "SELECT ends_at FROM plan_term WHERE ended_at IS NULL")]


async def met(story: Story, language: str = "en") -> Person:
    an = story.person("An", language)
    await said(an, "/quota")
    return an


async def sold_again(boss: Person, question: Message) -> Message:
    """The question's message, once it says that it is done."""
    await press(boss, question, AGAIN)
    number = question["message_id"]
    return await boss.sees(lambda m: m["message_id"] == number and "✅" in words_of(m))


async def undone_after_a_question(boss: Person, sold: Message, consequence: str) -> None:
    """What the button did when the plan was sold is not what it does now."""
    assert "look at what the button does now" in await press(boss, sold, UNDO)
    number = sold["message_id"]
    question = await boss.sees(
        lambda m: m["message_id"] == number and "Nothing was undone yet" in words_of(m)
    )
    assert consequence in words_of(question)
    await press(boss, question, UNDO)


async def test_a_plan_that_runs_is_sold_again_only_after_a_question(tmp_path: Path) -> None:
    async with run_by(tmp_path, **shop_of(tmp_path)) as (story, boss):
        an = await met(story)
        await said(boss, f"/plan {an.user_id} monthly")
        ((began_ends,), before) = ends_at(story), book(story)
        assert began_ends is not None
        question = await said(boss, f"/plan {an.user_id} monthly 5")
        assert "already has the plan monthly until" in words_of(question)
        assert "with ₫5,000 more on the balance, so that it runs until" in words_of(question)
        assert [["➕ Sell once more, ₫5,000"]] == labels(question)
        assert (before, [began_ends]) == (book(story), ends_at(story))
        data = question["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        await sold_again(boss, question)
        assert [began_ends + 30 * DAY_S * 1000] == ends_at(story)
        assert (an.user_id, "grant", 5_000, f"user {boss.user_id}", "5") == book(story)[-1]
        assert "It was sold once more already." == await forge(boss, question, data)
        assert 2 == len(book(story))


async def test_an_old_question_asks_again_where_the_plan_was_sold_meanwhile(
    tmp_path: Path,
) -> None:
    async with run_by(tmp_path, **shop_of(tmp_path)) as (story, boss):
        an = await met(story)
        await said(boss, f"/plan {an.user_id} monthly")
        old = await said(boss, f"/plan {an.user_id} monthly")
        new = await said(boss, f"/plan {an.user_id} monthly")
        await sold_again(boss, new)
        assert "look at it and press again" in await press(boss, old, AGAIN)
        assert 2 == len(book(story))


async def test_a_question_about_a_plan_that_is_over_sells_no_new_one(tmp_path: Path) -> None:
    async with run_by(tmp_path, **shop_of(tmp_path)) as (story, boss):
        an = await met(story)
        await said(boss, f"/plan {an.user_id} monthly")
        question = await said(boss, f"/plan {an.user_id} monthly")
        with later(30 * DAY_S + 600):  # nobody has swept it yet
            assert "That plan has ended already." == await press(boss, question, AGAIN)
        assert 1 == [row[1] for row in book(story)].count("grant")


async def test_each_question_keeps_the_reason_it_was_asked_with(tmp_path: Path) -> None:
    async with run_by(tmp_path, **shop_of(tmp_path)) as (story, boss):
        an = await met(story)
        await said(boss, f"/plan {an.user_id} monthly")
        first = await said(boss, f"/plan {an.user_id} monthly cash 5 May")
        second = await said(boss, f"/plan {an.user_id} monthly")
        await sold_again(boss, first)
        assert "cash 5 May" == book(story)[-1][-1]
        assert "look at it and press again" in await press(boss, second, AGAIN)
        number, before = second["message_id"], words_of(second)
        await boss.sees(lambda m: m["message_id"] == number and words_of(m) != before)
        await sold_again(boss, second)
        assert ["by hand", "cash 5 May", "by hand"] == [row[-1] for row in book(story)]


async def test_the_same_message_read_twice_asks_nothing_and_sells_once(tmp_path: Path) -> None:
    async with run_by(tmp_path, **shop_of(tmp_path)) as (story, boss):
        an = await met(story)
        line = boss.say(f"/plan {an.user_id} monthly")
        sold = await boss.answer_to(line)
        await handled(story)
        await read_again(story, line)
        await boss.sees("has the plan monthly, and", after=sold)
        assert 1 == len(book(story))


async def test_a_plan_sold_by_mistake_is_undone_and_they_hear_of_it(tmp_path: Path) -> None:
    async with run_by(tmp_path, **shop_of(tmp_path)) as (story, boss):
        an = await met(story, "vi")
        sold = await said(boss, f"/plan {an.user_id} monthly")
        assert [["↩️ Undo, take ₫5,000 back"]] == labels(sold)
        assert "takes ₫5,000 off the balance again, and the plan monthly ends" in words_of(sold)
        data = sold["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        await press(boss, sold, UNDO)
        await boss.sees("Undone: An")
        await an.sees("Shop bán nhầm gói")
        assert ["grant", "correction"] == [row[1] for row in book(story)]
        assert [] == ends_at(story)
        ended = rows(story, "SELECT ended_why, bought_vnd, gone_vnd FROM plan_term")
        assert [("reversed", 5_000, 5_000)] == [tuple(row) for row in ended]
        assert "has the Free plan" in await told(boss, f"/plan {an.user_id}")
        assert "That plan has ended already." == await forge(boss, sold, data)
        assert 2 == len(book(story))


async def test_the_second_of_two_sales_undone_takes_its_days_and_leaves_the_first(
    tmp_path: Path,
) -> None:
    async with run_by(tmp_path, **shop_of(tmp_path)) as (story, boss):
        an = await met(story)
        await said(boss, f"/plan {an.user_id} monthly")
        first = ends_at(story)
        again = await said(boss, f"/plan {an.user_id} monthly")
        sold = await sold_again(boss, again)
        assert "the plan monthly then runs until" in words_of(sold)
        data = sold["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        await press(boss, sold, UNDO)
        undone = await boss.sees("The plan monthly goes on")
        assert "with the days this sale had added" in words_of(undone)
        heard = await an.sees("sold to you once too often")
        assert "the days that came with it. You still have the plan Monthly" in words_of(heard)
        assert first == ends_at(story)
        assert "This sale was undone before." == await forge(boss, sold, data)
        assert ["grant", "grant", "correction"] == [row[1] for row in book(story)]


async def test_once_some_of_it_is_spent_a_sale_is_ended_early_instead(tmp_path: Path) -> None:
    async with run_by(tmp_path, **shop_of(tmp_path)) as (story, boss):
        an = await met(story)
        sold = await said(boss, f"/plan {an.user_id} monthly")
        await an.result_of(an.say("/img a cat"))
        await press(boss, sold, UNDO)
        refused = await boss.sees("so it was not undone")
        assert f"/plan {an.user_id} free" in words_of(refused)
        assert "correction" not in [row[1] for row in book(story)]


async def test_a_plan_without_an_end_is_undone_with_its_money(tmp_path: Path) -> None:
    async with run_by(tmp_path, **shop_of(tmp_path)) as (story, boss):
        an = await met(story)
        first = await said(boss, f"/plan {an.user_id} bulk")
        question = await said(boss, f"/plan {an.user_id} bulk")
        assert "already has the plan bulk. Nothing was written yet" in words_of(question)
        second = await sold_again(boss, question)
        await undone_after_a_question(boss, first, "plan bulk goes on as it is")
        undone = await boss.sees("The plan bulk goes on as it is")
        heard = await an.sees("sold to you once too often")
        assert "You keep the plan Bulk as it is" in words_of(heard)
        assert not [each for each in (undone, heard) if "days" in words_of(each)]
        assert [None] == ends_at(story)
        await undone_after_a_question(boss, second, "the plan bulk ends")
        await boss.sees("no longer has the plan bulk")
        await an.sees("The plan Bulk was sold to you by mistake")
        assert [] == ends_at(story)
        assert [("grant", 2_000), ("correction", 2_000)] == [
            (row[1], row[2]) for row in book(story)[1::2]
        ]


async def test_after_the_first_sales_days_the_second_is_not_undone_while_the_first_would_lapse(
    tmp_path: Path,
) -> None:
    async with run_by(tmp_path, **shop_of(tmp_path)) as (story, boss):
        an = await met(story)
        await said(boss, f"/plan {an.user_id} monthly")
        again = await said(boss, f"/plan {an.user_id} monthly")
        sold = await sold_again(boss, again)
        before = ends_at(story)
        with later(35 * DAY_S):
            await press(boss, sold, UNDO)
            refused = await boss.sees("so it was not undone")
        assert f"/plan {an.user_id} free" in words_of(refused)
        assert ["grant", "grant"] == [row[1] for row in book(story)]
        assert before == ends_at(story)


async def test_a_sale_whose_days_were_had_gives_back_its_money_and_the_plan_stays(
    tmp_path: Path,
) -> None:
    async with run_by(tmp_path, **shop_of(tmp_path)) as (story, boss):
        an = await met(story, "vi")
        first = await said(boss, f"/plan {an.user_id} monthly")
        with later(5 * DAY_S):
            again = await said(boss, f"/plan {an.user_id} monthly")
            await sold_again(boss, again)
        before = ends_at(story)
        with later(36 * DAY_S):
            await undone_after_a_question(boss, first, "the plan monthly goes on as it is")
            undone = await boss.sees("Undone: ₫5,000 were taken off")
            heard = await an.sees("Gói Monthly của bạn vẫn giữ nguyên")
        assert not [each for each in (undone, heard) if "sale had added" in words_of(each)]
        assert (before, ("correction", 5_000)) == (ends_at(story), book(story)[-1][1:3])


async def test_a_sale_is_undone_after_two_plans_of_a_group_became_one(tmp_path: Path) -> None:
    async with run_by(tmp_path, **shop_of(tmp_path)) as (story, boss):
        an = story.person("An", "en")
        group = int(story.world.add_group("Painters", [an.user_id], chat_id=-4_001)["id"])
        await said(an, "/quota@easel_bot", chat=group)
        sold = await said(boss, f"/plan {group} weekly")
        await an.sees("Weekly", chat=group)  # else that tells of the move too soon
        new = migrate_group(story.world, group, told=())
        await said(an, "/quota@easel_bot", chat=new)
        await said(boss, f"/plan {new} monthly")
        await said(boss, f"/grant {group} 100")  # what is said there tells that it has moved
        await an.sees("100", chat=new)
        await undone_after_a_question(boss, sold, "plan monthly goes on as it is")
        undone = await boss.sees("The plan monthly goes on")
        assert "₫900 were taken off" in words_of(undone)
        assert (new, "correction", 900) == book(story)[-1][:3]
        assert 1 == len(ends_at(story))


async def test_in_a_group_nobody_reads_until_when_a_person_has_a_plan(tmp_path: Path) -> None:
    async with run_by(tmp_path, **shop_of(tmp_path)) as (story, boss):
        await said(boss, "/quota")
        an = await met(story)
        group = story.group("Painters", boss, an)
        sold = await told(boss, f"/plan {an.user_id} monthly", chat=group)
        assert "✅ An has the plan monthly. What there is now they see" in sold
        assert "Until" not in sold
        assert "I have answered in your private chat" in await told(
            boss, f"/plan {an.user_id} monthly", chat=group
        )
        await boss.sees("already has the plan monthly until")
        assert 1 == len(book(story))


async def test_what_undoing_does_by_now_is_not_told_in_a_group_but_asked_in_private(
    tmp_path: Path,
) -> None:
    async with run_by(tmp_path, **shop_of(tmp_path)) as (story, boss):
        await said(boss, "/quota")
        an = await met(story)
        group = story.group("Painters", boss, an)
        sold = await said(boss, f"/plan {an.user_id} monthly", chat=group)
        (first,) = ends_at(story)
        again = await said(boss, f"/plan {an.user_id} monthly")
        await sold_again(boss, again)
        await press(boss, sold, UNDO)
        question = await boss.sees("Nothing was undone yet")
        assert "the plan monthly then runs until" in words_of(question)
        assert 2 == len(book(story))
        await press(boss, question, UNDO)
        await boss.sees("The plan monthly goes on")
        (now,) = ends_at(story)
        assert first is not None
        assert now is not None
        assert first <= now < first + DAY_S * 1000
