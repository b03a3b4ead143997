"""Which request of a group shares a board, and how often the board is brought up to date."""

import dataclasses
from typing import Any

import pytest
from shop import GRID, HOUR, NOON, Shop

from bot.jobs import board
from bot.jobs.accept import Accepted, Order
from bot.jobs.accounts import pause
from bot.jobs.board import FRESH_S, OWN_MOST, SEATS
from bot.jobs.facts import Admitted, CancelAsked, Ended, Seen, SubmitAnswered
from bot.model import ChatId, Job, MessageId, Place, Reason, TaskId, UserId
from bot.store.port import Transaction

GROUP = ChatId(-7)


async def asked(
    shop: Shop, *, chat: int = GROUP, thread_id: int | None = None, **more: object
) -> Job:
    """By somebody new each time."""
    number = next(shop.numbers)
    user_id = UserId(1_000 + number)

    async def work(tx: Transaction) -> Job:
        known = {"first_name": "An", "username": None, "language_code": "vi", "now": shop.now()}
        await tx.run("user_seen", user_id=user_id, **known)
        place = Place(ChatId(chat), thread_id, MessageId(number))
        order = Order(user_id, place, GRID, "apiframe")
        outcome = await shop.desk.accept(tx, dataclasses.replace(order, **more))  # type: ignore[arg-type]
        assert isinstance(outcome, Accepted)
        return outcome.job

    return await shop.store.write(work)


async def boards_of(shop: Shop, count: int, **where: int) -> list[int | None]:
    return [(await asked(shop, **where)).board_id for _ in range(count)]


async def rows(shop: Shop, say: str) -> list[Any]:
    sql = "SELECT * FROM outbox WHERE say = ? ORDER BY outbox_id"
    return list(await shop.store._reader.execute_fetchall(sql, (say,)))


async def sent(shop: Shop) -> None:
    """All that waits was sent just now."""
    await shop.tamper(
        f"UPDATE outbox SET state = 'sent', sends = sends + 1, sent_at = {shop.now()} "
        "WHERE state = 'waiting'"
    )


async def sent_twice(shop: Shop) -> None:
    """It has been edited before: the next bar waits."""
    await shop.tamper("UPDATE outbox SET sends = sends + 1 WHERE state = 'sent'")


async def test_the_first_three_of_a_group_have_messages_of_their_own(shop: Shop) -> None:
    assert [None] * OWN_MOST + [1, 1] == await boards_of(shop, OWN_MOST + 2)
    assert OWN_MOST == len(await rows(shop, "status"))
    assert 1 == len(await rows(shop, "board"))
    assert 2 == len(await rows(shop, "nod"))


async def test_a_private_chat_has_no_board(shop: Shop) -> None:
    assert [None] * 9 == await boards_of(shop, 9, chat=7)


async def test_each_topic_has_its_own(shop: Shop) -> None:
    full = OWN_MOST + 1
    assert 1 in await boards_of(shop, full, thread_id=5)
    assert [None] * OWN_MOST + [2] == await boards_of(shop, full)
    assert 2 == (await asked(shop)).board_id
    assert 1 == (await asked(shop, thread_id=5)).board_id


async def test_requests_of_one_message_keep_the_message_they_share(shop: Shop) -> None:
    await boards_of(shop, OWN_MOST)
    await shop.tamper(
        "INSERT INTO bulk (user_id, chat_id, state, parts, created_at) "
        "VALUES (1001, -7, 'running', '[]', 0)"
    )
    assert (await asked(shop, bulk_id=1, bulk_number=1)).board_id is None
    assert [] == await rows(shop, "board")


async def test_a_full_board_and_one_far_above_are_joined_by_nobody(shop: Shop) -> None:
    await boards_of(shop, OWN_MOST)
    assert [1] * SEATS + [2] == await boards_of(shop, SEATS + 1)
    shop.now.at += int(FRESH_S * 1000)
    assert 3 == (await asked(shop)).board_id


async def test_with_room_for_messages_of_their_own_nobody_joins(shop: Shop) -> None:
    own = [await asked(shop) for _ in range(OWN_MOST)]
    await asked(shop)
    await shop.happens(own[0], CancelAsked())
    assert (await asked(shop)).board_id is None


async def test_who_pressed_a_button_of_ours_gets_no_nod(shop: Shop) -> None:
    own = [await asked(shop) for _ in range(OWN_MOST)]
    coming = MessageId(1_000)
    await shop.store.write(
        lambda tx: tx.run(
            "message_add", chat_id=GROUP, message_id=coming, job_id=own[0].job_id, tile=None
        )
    )
    await asked(shop, place=Place(GROUP, None, coming))
    assert [] == await rows(shop, "nod")


async def a_full_group(shop: Shop, members: int) -> list[Job]:
    for _ in range(OWN_MOST):
        await asked(shop)
    return [await asked(shop) for _ in range(members)]


async def test_bars_move_the_board_no_more_often_than_it_has_members(shop: Shop) -> None:
    one, two = await a_full_group(shop, 2)
    answered = SubmitAnswered(TaskId("t1"), poll_at=NOON, deadline_at=NOON + HOUR)
    await shop.happens(one, Admitted(), answered)
    await shop.tamper("UPDATE outbox SET state = 'sent', sends = 3 WHERE say = 'board'")
    await shop.happens(one, Seen(50, NOON))
    assert ["sent"] == [row["state"] for row in await rows(shop, "board")]
    await shop.happens(two, CancelAsked())
    assert ["waiting"] == [row["state"] for row in await rows(shop, "board")]


async def test_it_is_edited_three_times_a_minute_and_after_all_results(shop: Shop) -> None:
    one, two, three = await a_full_group(shop, 3)
    await sent(shop)
    await shop.happens(one, Ended(Reason.REFUSED, "no"))
    await sent(shop)
    shop.now.at += 1_000
    await shop.happens(two, Ended(Reason.REFUSED, "no"))
    await shop.happens(three, Admitted())
    (row,) = await rows(shop, "board")
    assert (2, NOON + 20_000) == (row["urgency"], row["due_at"])


async def test_a_cancel_is_shown_at_once_as_an_answer(shop: Shop) -> None:
    one, two, _ = await a_full_group(shop, 3)
    answered = SubmitAnswered(TaskId("t1"), poll_at=NOON, deadline_at=NOON + HOUR)
    two = await shop.happens(two, Admitted(), answered)
    for job in (one, two):
        await sent(shop)
        await sent_twice(shop)
        shop.now.at += 1_000
        await shop.happens(job, CancelAsked())
        (row,) = await rows(shop, "board")
        assert ("waiting", 0, shop.now()) == (row["state"], row["urgency"], row["due_at"])


async def test_the_end_of_the_last_is_shown_at_once_and_that_of_another_is_not(
    shop: Shop,
) -> None:
    jobs = await a_full_group(shop, 2)
    shown = []
    for job in jobs:
        await sent(shop)
        await sent_twice(shop)
        shop.now.at += 1_000
        await shop.happens(job, Ended(Reason.REFUSED, "no"))
        (row,) = await rows(shop, "board")
        shown.append((row["urgency"], row["due_at"] - shop.now()))
    assert [(2, 19_000), (0, 0)] == shown


async def test_when_all_have_ended_it_is_closed_for_good(shop: Shop) -> None:
    (one,) = await a_full_group(shop, 1)
    await sent(shop)
    await shop.happens(one, CancelAsked())
    assert one.board_id is not None
    closed = await board.find_board(shop.store, one.board_id)
    assert closed is not None
    assert NOON == closed.ended_at
    assert 2 == (await asked(shop)).board_id


@pytest.mark.parametrize("times", [1, 2])
async def test_what_fails_is_told_in_reply_to_the_request_once(shop: Shop, times: int) -> None:
    (one,) = await a_full_group(shop, 1)
    await sent(shop)
    for _ in range(times):
        await shop.happens(one, Ended(Reason.REFUSED, "no"))
    told = [row for row in await rows(shop, "status") if row["job_id"] == one.job_id]
    assert [one.request_message_id] == [row["reply_to"] for row in told]


async def test_a_cancel_is_seen_on_the_board_alone(shop: Shop) -> None:
    (one,) = await a_full_group(shop, 1)
    await shop.happens(one, CancelAsked())
    assert one.job_id not in {row["job_id"] for row in await rows(shop, "status")}


async def test_that_a_provider_rests_is_said_once(shop: Shop) -> None:
    await a_full_group(shop, 4)
    await sent(shop)
    why = Reason.CREDITS.value
    await shop.store.write(lambda tx: pause(tx, "apiframe", why, detail="", now=shop.now()))
    assert ["waiting"] == [row["state"] for row in await rows(shop, "board")]
