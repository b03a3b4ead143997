"""Buttons: which a message offers, which were pressed, and which press still waits for an answer.

It does not know what a button means.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.refusal import Json, bad_request

_ANSWERABLE_S = 150


@dataclass(frozen=True)
class Press:
    user_id: int
    chat_id: int
    message_id: int
    at: float


@dataclass
class Presses:
    """Presses not yet answered; `clock` gives seconds."""

    clock: Callable[[], float]
    _waiting: dict[str, Press] = field(default_factory=dict)

    def add(self, user_id: int, chat_id: int, message_id: int) -> str:
        press_id = str(random.getrandbits(62))
        self._waiting[press_id] = Press(user_id, chat_id, message_id, self.clock())
        return press_id

    def take(self, press_id: object) -> Press:
        """The press, once; raises Refusal 400 when unknown, answered already or over 150 s old."""
        press = self._waiting.pop(press_id, None) if isinstance(press_id, str) else None
        if press is None or self.clock() - press.at > _ANSWERABLE_S:
            raise bad_request(
                "query is too old and response timeout expired or query ID is invalid",
            )
        return press


def offered(message: Json) -> list[str]:
    """The callback data of every button of the message."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["callback_data"] for row in rows for button in row if "callback_data" in button]


def query(press_id: str, presser: Json, message: Json, data: str) -> Json:
    """The CallbackQuery a bot gets; a message without a date is marked as inaccessible."""
    return {
        "id": press_id,
        "from": presser,
        "message": {"date": 0, **message},
        "chat_instance": str(abs(message["chat"]["id"])),
        "data": data,
    }
