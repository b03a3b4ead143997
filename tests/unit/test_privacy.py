"""A result is for the group or for who asked alone: who may choose, and where it goes then."""

from __future__ import annotations

import json

import pytest
from shop import NOON, Shop, a_job, outputs

from bot.jobs import bulk
from bot.jobs.accept import Accepted, Order
from bot.jobs.advance import advance
from bot.jobs.bulk import Part
from bot.jobs.facts import (
    Admitted,
    Delivered,
    DeliveryBegun,
    PrivacyChosen,
    Saved,
    ShowStatus,
    SubmitAnswered,
)
from bot.jobs.preferences import NAME, Form, Preferences, prefer, preferences_of
from bot.jobs.privacy import is_hidden, may_be_private
from bot.model import ChatId, Job, JobState, MessageId, Place, Request, TaskId, Urgency, UserId
from bot.store.port import Transaction

AN, BINH, GROUP = UserId(7), UserId(8), ChatId(-100)
ALONE, TO_ALL = PrivacyChosen(to_private=True), PrivacyChosen(to_private=False)
HERE = Place(GROUP, None, MessageId(70))


async def order(
    shop: Shop, user_id: UserId = AN, place: Place = HERE, bulk_id: int | None = None
) -> Job:
    async def work(tx: Transaction) -> Job:
        await tx.run(
            "user_seen",
            user_id=user_id,
            first_name="An",
            username=None,
            language_code="vi",
            now=NOON,
        )
        request = Request(a_job().request.operation, "mèo", count=4)
        wish = Order(user_id, place, request, "apiframe", bulk_id=bulk_id)
        outcome = await shop.desk.accept(tx, wish)
        assert isinstance(outcome, Accepted)
        return outcome.job

    return await shop.store.write(work)


async def is_made(shop: Shop, job: Job) -> Job:
    answered = SubmitAnswered(TaskId(f"task of {job.job_id}"), poll_at=NOON, deadline_at=NOON + 9)
    return await shop.happens(job, Admitted(), answered, Saved(outputs(job, 4)))


async def prefers_private(shop: Shop, user_id: UserId = AN) -> None:
    chosen = Preferences(to_private=True)
    await shop.store.write(lambda tx: prefer(tx, user_id, chosen))


async def test_preferences_written_before_there_was_the_choice_still_read(shop: Shop) -> None:
    written = json.dumps(
        {"form": "album", "provider": None, "ratio": "1:1", "suffix": "", "pings": True}
    )
    await shop.store.write(lambda tx: tx.run("setting_set", scope=AN, name=NAME, value=written))
    assert Preferences(Form.ALBUM, ratio="1:1") == await preferences_of(shop.store, AN)


async def test_what_is_preferred_holds_in_groups_and_for_people_only(shop: Shop) -> None:
    for user_id in (AN, UserId(GROUP)):
        await prefers_private(shop, user_id)
    assert (await order(shop)).to_private
    assert not (await order(shop, place=Place(ChatId(AN), None, None))).to_private
    assert not (await order(shop, UserId(GROUP))).to_private
    assert not (await order(shop, BINH)).to_private


async def test_a_private_result_goes_to_who_asked_and_the_status_stays_behind(shop: Shop) -> None:
    await prefers_private(shop)
    job = await is_made(shop, await order(shop))
    rows = await shop.store.all("outbox_heads", now=NOON)
    # The result does not wait for the group's own status message.
    assert {("status", GROUP), ("result", AN)} == {(row["say"], row["chat_id"]) for row in rows}
    assert job.to_private


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING])
def test_before_it_is_made_the_choice_is_shown_at_once_and_may_be_taken_back(
    state: JobState,
) -> None:
    job = a_job(state=state)
    chosen, effects = advance(job, ALONE, now=NOON)
    assert chosen.to_private
    assert (ShowStatus(Urgency.ANSWER),) == effects
    assert (chosen, ()) == advance(chosen, ALONE, now=NOON)
    assert job == advance(chosen, TO_ALL, now=NOON)[0]


@pytest.mark.parametrize("state", [JobState.READY, JobState.DELIVERING, JobState.FAILED])
def test_while_it_is_sent_or_when_there_is_none_nothing_is_chosen(state: JobState) -> None:
    job = a_job(state=state)
    assert (job, ()) == advance(job, ALONE, now=NOON)


def test_what_left_the_group_does_not_come_back_into_it() -> None:
    gone, effects = advance(a_job(state=JobState.DONE), ALONE, now=NOON)
    assert gone.to_private
    assert () == effects
    assert (gone, ()) == advance(gone, TO_ALL, now=NOON)


@pytest.mark.parametrize("why", ["", "Forbidden: bot was blocked by the user"])
def test_the_group_is_told_whether_it_arrived_or_not(why: str) -> None:
    job = a_job(state=JobState.DELIVERING, to_private=True)
    done, effects = advance(job, Delivered(why), now=NOON)
    assert (JobState.DONE, why) == (done.state, done.detail)
    assert (ShowStatus(Urgency.ANSWER),) == effects


def test_only_what_a_person_asked_for_in_a_group_may_be_private() -> None:
    assert may_be_private(a_job(chat_id=GROUP))
    assert not may_be_private(a_job())
    assert not may_be_private(a_job(chat_id=GROUP, user_id=GROUP))


def test_a_private_result_is_hidden_from_others_and_only_in_its_group() -> None:
    job = a_job(chat_id=GROUP, to_private=True, state=JobState.DONE)
    assert is_hidden(job, GROUP, BINH)
    assert not is_hidden(job, GROUP, AN)
    assert not is_hidden(job, ChatId(BINH), BINH)  # a copy from before
    assert not is_hidden(a_job(chat_id=GROUP, state=JobState.DONE), GROUP, BINH)
    assert not is_hidden(a_job(chat_id=GROUP, to_private=True), GROUP, BINH)


async def test_albums_of_several_requests_go_where_their_results_went(shop: Shop) -> None:
    part = Part("apiframe", Request(a_job().request.operation, "mèo", count=4))
    await order(shop)  # An is known

    async def begin(tx: Transaction) -> int:
        bulk_id = await bulk.add_bulk(tx, AN, HERE, [part] * 4, now=NOON)
        await tx.run("bulk_move", bulk_id=bulk_id, from_state="asked", to_state="running")
        return bulk_id

    bulk_id = await shop.store.write(begin)
    shown = [await order(shop, bulk_id=bulk_id) for _ in range(2)]
    await prefers_private(shop)
    apart = [await order(shop, bulk_id=bulk_id) for _ in range(2)]
    for job in [*shown, *apart]:
        await is_made(shop, job)
        await shop.happens(job, DeliveryBegun(), Delivered())
    rows = await shop.store._reader.execute_fetchall(
        "SELECT chat_id, payload FROM outbox WHERE say = 'album'"
    )
    albums = {row["chat_id"]: set(json.loads(row["payload"])["jobs"]) for row in rows}
    assert {
        GROUP: {job.job_id for job in shown},
        AN: {job.job_id for job in apart},
    } == albums
