"""What a Bot API call was and how it ended, for tests to read.

It does not know how calls are answered.
"""

from dataclasses import dataclass, replace

from bot.sandbox.refusal import Json, Refusal


@dataclass(frozen=True, eq=False)
class Call:
    """One Bot API call. `ok` is None while it is under way; `at` is the world's clock."""

    method: str
    parameters: Json
    at: float
    ok: bool | None = None
    error_code: int | None = None
    description: str | None = None

    def ended(self, refusal: Refusal | None) -> "Call":
        if refusal is None:
            return replace(self, ok=True)
        return replace(
            self,
            ok=False,
            error_code=refusal.status,
            description=refusal.description,
        )


def settle(calls: list[Call], call: Call, refusal: Refusal | None) -> None:
    """Puts the call as it ended in the place of the call under way."""
    for index in reversed(range(len(calls))):
        if calls[index] is call:
            calls[index] = call.ended(refusal)
            return
