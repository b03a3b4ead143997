"""Trouble on order for the Bot API: calls that fail, whose answer is lost, or that stop half way.

It does not know what a call does, only its method's name and its turn.
"""

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field

from bot.sandbox.refusal import Refusal
from bot.sandbox.weather import Held


class AnswerLost(ConnectionResetError):  # it tells a fact, nobody erred
    """The call took effect and the connection broke before the answer: what a client never learns.

    Over a socket the client sees the connection close; in process (an ASGI transport) this class
    itself comes out, for the test's transport to turn into the client's own error.
    """


@dataclass
class Trouble:
    """What is ordered for the next calls, per method, first ordered first served."""

    _failures: defaultdict[str, deque[Refusal]] = field(default_factory=lambda: defaultdict(deque))
    _held: defaultdict[str, deque[Held]] = field(default_factory=lambda: defaultdict(deque))
    _lost: Counter[str] = field(default_factory=Counter)

    def fail(self, method: str, refusal: Refusal, times: int) -> None:
        self._failures[method].extend([refusal] * times)

    def lose(self, method: str, times: int) -> None:
        self._lost[method] += times

    def hold(self, method: str) -> Held:
        held = Held()
        self._held[method].append(held)
        return held

    async def before(self, method: str) -> None:
        """Holds the call if that was ordered, then raises the Refusal ordered for it, if any."""
        if self._held[method]:
            await self._held[method].popleft().stop_here()
        if self._failures[method]:
            raise self._failures[method].popleft()

    def loses_answer(self, method: str) -> bool:
        """Whether this answer is to be lost; asked once per call, after it took effect."""
        if not self._lost[method]:
            return False
        self._lost[method] -= 1
        return True
