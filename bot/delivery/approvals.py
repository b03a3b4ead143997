"""What a group's admin is asked to agree to, as it stands: the question, or who decided what.

Knows nothing of who may decide. What is sent again after a kill says how it stands by then.
"""

from __future__ import annotations

import contextlib
from typing import Any, Final

from bot.delivery.answers import catalogue_text
from bot.delivery.meaning import MessageGone, SendRefused
from bot.delivery.presentation import Words
from bot.delivery.scene import Scenes
from bot.delivery.sent import AskedIn, Sent
from bot.delivery.telegram import TelegramSender
from bot.jobs.approvals import Approval, ApprovalState, find_approval
from bot.jobs.buttons import Act, Press
from bot.model import MessageId, Outgoing, UserId
from bot.store.port import Reading

PROMPT_SHOWN: Final = 200
"""Characters of what is asked for."""


class Approvals:
    """Made once; shows one row at a time."""

    def __init__(self, telegram: TelegramSender, reading: Reading, scenes: Scenes) -> None:
        self._telegram = telegram
        self._reading = reading
        self._scenes = scenes

    async def message(self, row: Outgoing) -> Sent:
        """In the message that is named, or a new one. Raises SendError."""
        approval = await find_approval(self._reading, row.payload["approval_id"])
        if approval is None:
            raise SendRefused(f"approval {row.payload['approval_id']} is not there")
        words = await self._words(approval)
        if (page_id := row.payload.get("edits")) is not None:
            with contextlib.suppress(MessageGone):
                await self._telegram.edit_text(
                    row.place.chat_id, page_id, words.html, words.keyboard
                )
                return Sent()
        message = await self._telegram.text(row.place, words.html, words.keyboard)
        return Sent(asked_in=AskedIn(MessageId(message.message_id), approval))

    async def _words(self, approval: Approval) -> Words:
        is_asked = approval.state is ApprovalState.ASKED
        end = _cost_line(approval) if is_asked else await self._end_line(approval)
        payload = {
            "lines": [*await self._wish_lines(approval), end],
            "buttons": [_buttons(approval)] if is_asked else [],
        }
        tongue = self._scenes.tongue(approval.language)
        return catalogue_text(
            tongue,
            payload,
            self._scenes.timezone,
            self._scenes.titles,
            bot=self._scenes.username,
        )

    async def _wish_lines(self, approval: Approval) -> list[dict[str, Any]]:
        """Who wants what."""
        request = approval.request
        values = {
            "name": await self._name_of(approval.user_id),
            "prompt": _cut(request.prompt or request.flags),
        }
        wish = {
            "key": f"approve.wish_{request.operation.output_kind}",
            "n": request.count,
            "values": values,
        }
        if approval.parent_id is None:
            return [wish]
        of_tile = {"code": approval.parent_id, "tile": request.tile or 1}
        return [wish, {"key": f"derived.{request.operation}", "values": of_tile}]

    async def _end_line(self, approval: Approval) -> dict[str, Any]:
        """Who decided stands where the buttons were."""
        assert approval.decided_by is not None
        name = await self._name_of(approval.decided_by)
        if approval.state is ApprovalState.AGREED:
            values = {"name": name, "cost_vnd": approval.cost_vnd}
            return {"key": "approve.agreed", "values": values}
        if approval.decided_by == approval.user_id:
            return {"key": "approve.withdrawn"}
        return {"key": "approve.refused", "values": {"name": name}}

    async def _name_of(self, user_id: UserId) -> str:
        row = await self._reading.one("user_get", user_id=user_id)
        return str(row["first_name"]) if row else ""


def _cost_line(approval: Approval) -> dict[str, Any]:
    return {"key": "approve.cost", "values": {"cost_vnd": approval.cost_vnd}}


def _buttons(approval: Approval) -> list[dict[str, Any]]:
    number, cost_vnd = approval.approval_id, approval.cost_vnd
    yes = Press(Act.APPROVE, how=f"{number}-yes", said_vnd=cost_vnd)
    no = Press(Act.APPROVE, how=f"{number}-no")
    agree: dict[str, Any] = {"key": "approve.button_yes", "word": "", "data": yes.data()}
    if cost_vnd:
        agree["cost_vnd"] = cost_vnd
    return [agree, {"key": "approve.button_no", "word": "", "data": no.data()}]


def _cut(words: str) -> str:
    return words if len(words) <= PROMPT_SHOWN else f"{words[: PROMPT_SHOWN - 1]}…"
