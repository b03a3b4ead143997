"""What the buttons under several requests of one message do: begin them, decline, stop, go on.

Knows nothing of how they were typed. Only who asked may press; where the group pays and an admin
has to agree to the price, an admin.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from bot.chat.access import Doorkeeper
from bot.chat.drafts import draft_number
from bot.chat.making import Making
from bot.chat.talk import Talk
from bot.errors import StaleJob
from bot.jobs import bulk
from bot.jobs.accept import Accepted, Desk, Order
from bot.jobs.bulk import Bulk, BulkState, Part
from bot.jobs.bulk_orders import begin, begin_more, failed_of, parts_of, stop, total_of
from bot.jobs.buttons import Press
from bot.jobs.rules import Payer, needs_admin
from bot.model import Urgency, UserId


@dataclasses.dataclass(frozen=True, slots=True)
class _Said:
    """What a button says: how many requests it is for, and what they cost together."""

    covered: int
    cost_vnd: int


class BulkPresses:
    """Made once."""

    def __init__(self, desk: Desk, making: Making, door: Doorkeeper) -> None:
        self._desk = desk
        self._making = making
        self._door = door

    async def press(self, talk: Talk, press: Press) -> str:
        """What a button under a bulk means; the catalogue key of what floats by."""
        number, _, how = press.how.partition("-")
        choice, _, covered = how.partition("-")
        bulk_id = draft_number(number)
        if bulk_id is None:
            return "press.not_yours"
        pressed = await bulk.find_bulk(talk.tx, bulk_id)
        if pressed is None:
            return "bulk.expired"
        if pressed.user_id != talk.speaker.user_id and not _may_agree(talk, pressed, choice):
            return "bulk.anonymous" if pressed.user_id < 0 else "press.not_yours"
        said = _Said(draft_number(covered) or 0, press.said_vnd or 0)
        answer = await self._answer(talk, pressed, choice, said)
        if answer == "bulk.over":  # its message may have missed the end
            await self._show(talk, pressed)
        return answer

    async def _answer(self, talk: Talk, pressed: Bulk, choice: str, said: _Said) -> str:
        match choice:
            case "all":
                return await self._begin(talk, pressed, said)
            case "one":
                return await self._begin_joined(talk, pressed, said)
            case "no":
                return await self._decline(talk, pressed)
            case "stop":
                is_stopped = await stop(talk.tx, self._desk, pressed)
                return "bulk.stopped" if is_stopped else "bulk.over"
            case "rest":
                return await self._begin_rest(talk, pressed, said)
            case "again":
                return await self._begin_again(talk, pressed, said)
            case _:
                return "press.not_yours"

    async def _why_not(
        self, talk: Talk, pressed: Bulk, parts: Sequence[Part], said: _Said
    ) -> str | None:
        """What to answer instead of beginning ``parts``; the message is brought up to date."""
        chat_id = pressed.place.chat_id
        if not await self._door.may(talk.tx, pressed.user_id, chat_id):
            return "press.asker_banned"
        reasons = (self._making.why_not(part.provider, part.request) for part in parts)
        if (reason := next(filter(None, reasons), None)) is not None:
            await talk.say(reason)
            return "press.refused"
        total = await total_of(self._desk, talk.tx, pressed.user_id, chat_id, parts)
        if total.covered == said.covered and total.cost_vnd <= said.cost_vnd and total.covered:
            user_id = talk.speaker.user_id
            is_too_dear = await needs_admin(talk.tx, user_id, chat_id, total.cost_vnd)
            return "approve.not_admin" if is_too_dear else None
        await self._show(talk, pressed)
        if total.covered:
            return "bulk.changed"
        part = parts[0]
        order = Order(pressed.user_id, pressed.place, part.request, part.provider)
        await self._making.is_covered(talk, order)
        return "press.refused"

    async def _begin(self, talk: Talk, pressed: Bulk, said: _Said) -> str:
        if pressed.state is not BulkState.ASKED:
            return "press.twice" if pressed.begun else "bulk.over"
        if (instead := await self._why_not(talk, pressed, pressed.parts, said)) is not None:
            return instead
        if not await begin(talk.tx, self._desk, pressed, agreed_by=_other(talk, pressed)):
            raise StaleJob(f"bulk {pressed.bulk_id}")
        return "press.accepted"

    async def _begin_joined(self, talk: Talk, pressed: Bulk, said: _Said) -> str:
        """The question's message becomes the one request's own."""
        part = pressed.joined
        if pressed.state is BulkState.JOINED:
            return "press.twice"
        if part is None or pressed.state is not BulkState.ASKED:
            return "bulk.over"
        if (instead := await self._why_not(talk, pressed, [part], said)) is not None:
            return instead
        order = Order(
            pressed.user_id,
            pressed.place,
            part.request,
            part.provider,
            agreed_by=_other(talk, pressed),
            has_own_status=True,
        )
        outcome = await self._desk.accept(talk.tx, order)
        if not isinstance(outcome, Accepted):
            raise StaleJob(f"bulk {pressed.bulk_id}")
        await self._close(talk, pressed, BulkState.JOINED)
        if (message_id := pressed.status_message_id) is not None:
            job_id = outcome.job.job_id
            await talk.tx.run("job_set_status_message", job_id=job_id, message_id=message_id)
            await talk.tx.run(
                "message_add",
                chat_id=pressed.place.chat_id,
                message_id=message_id,
                job_id=job_id,
                tile=None,
            )
        return "press.accepted"

    async def _decline(self, talk: Talk, pressed: Bulk) -> str:
        if pressed.state is not BulkState.ASKED:
            return "bulk.over"
        await self._close(talk, pressed, BulkState.DONE)
        await self._show(talk, pressed)
        return "bulk.declined"

    async def _begin_rest(self, talk: Talk, pressed: Bulk, said: _Said) -> str:
        parts = pressed.parts[pressed.begun :]
        if pressed.rest_id is not None or not pressed.begun or not parts:
            return "press.twice" if pressed.rest_id else "bulk.over"
        return await self._begin_more(talk, pressed, parts, said, "bulk_set_rest")

    async def _begin_again(self, talk: Talk, pressed: Bulk, said: _Said) -> str:
        parts = parts_of(failed_of(await bulk.jobs_of(talk.tx, pressed.bulk_id)))
        if pressed.again_id is not None or pressed.state is not BulkState.DONE or not parts:
            return "press.twice" if pressed.again_id else "bulk.over"
        return await self._begin_more(talk, pressed, parts, said, "bulk_set_again")

    async def _begin_more(
        self,
        talk: Talk,
        pressed: Bulk,
        parts: Sequence[Part],
        said: _Said,
        noting: str,
    ) -> str:
        """``noting``: the statement that writes down in which bulk they were begun."""
        if (instead := await self._why_not(talk, pressed, parts, said)) is not None:
            return instead
        agreed_by = _other(talk, pressed)
        next_id = await begin_more(talk.tx, self._desk, pressed, parts, agreed_by=agreed_by)
        if not await talk.tx.run(noting, bulk_id=pressed.bulk_id, next_id=next_id):
            raise StaleJob(f"bulk {pressed.bulk_id}")
        await self._show(talk, pressed)
        return "press.accepted"

    async def _close(self, talk: Talk, pressed: Bulk, state: BulkState) -> None:
        asked, closed = BulkState.ASKED.value, state.value
        if not await talk.tx.run(
            "bulk_move", bulk_id=pressed.bulk_id, from_state=asked, to_state=closed
        ):
            raise StaleJob(f"bulk {pressed.bulk_id}")

    async def _show(self, talk: Talk, pressed: Bulk) -> None:
        chat_id = pressed.place.chat_id
        await bulk.show(talk.tx, pressed.bulk_id, chat_id, Urgency.ANSWER, now=talk.now)


def _may_agree(talk: Talk, pressed: Bulk, choice: str) -> bool:
    """An admin answers for the group where it pays and wants to be asked; only who asked stops."""
    is_here = talk.is_group_admin and pressed.place.chat_id == talk.place.chat_id
    is_asked = talk.rules.payer is Payer.GROUP and talk.rules.ask_above_vnd is not None
    return is_here and is_asked and choice != "stop"


def _other(talk: Talk, pressed: Bulk) -> UserId | None:
    """The admin who pressed for who asked."""
    user_id = talk.speaker.user_id
    return None if user_id == pressed.user_id else user_id
