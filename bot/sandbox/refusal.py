"""How the sandbox's Telegram says no: a status, a sentence and sometimes parameters.

It does not know how an answer travels; `botapi` turns a refusal into the JSON of one.
"""

from typing import Any

Json = dict[str, Any]


class Refusal(Exception):  # a refusal is an answer of Telegram's, not a fault here
    """An answer with `ok: false`, in the words of the Bot API server's source."""

    def __init__(self, status: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(f"{status} {description}")
        self.status = status
        self.description = description
        self.parameters = parameters


class NotModelled(Refusal):
    """Telegram may well accept this, the sandbox does not know it: a test has to hear of it."""


def bad_request(reason: str) -> Refusal:
    return Refusal(400, f"Bad Request: {reason}")
