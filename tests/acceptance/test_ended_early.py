"""A plan that lapses, ended before its time: what is paid back, what is gone, what comes after."""

import dataclasses
from pathlib import Path

import pytest
from beside import handled, rows
from handing import balance_of, book, run_by, said, times, told, with_plans
from shop import SINGLE, a_job
from story import Person, Story, labels
from story import words as words_of
from telling import forge, later, press, until

from bot import app
from bot.model import JobState, UserId
from bot.money import ledger, terms
from bot.store.port import Transaction
from bot.store.records import job_values
from bot.store.sqlite import open_store

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


async def test_the_question_says_what_they_have_then_and_is_asked_again_where_that_changed(
    tmp_path: Path,
) -> None:
    async with run_by(tmp_path, **with_plans(tmp_path)) as (story, boss):
        an = story.person("An")
        await said(an, "/quota")
        await said(boss, f"/plan {an.user_id} monthly")
        question = await said(boss, f"/plan {an.user_id} free")
        assert "Then they have the plan free." in words_of(question)
        await said(boss, f"/plan {an.user_id} bulk")
        assert "look at it and press again" in await press(boss, question, END)
        await boss.sees("Then they have the plan bulk.")
        await press(boss, question, END)
        await boss.sees("They have the plan bulk now")


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
