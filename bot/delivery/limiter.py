"""Telegram's pace, kept on our side: when may the next message go to this chat? Pure.

The limits are measured facts (docs/telegram.md): about 30 messages a second over all chats, one
a second in a chat with short bursts, 20 a minute in a group, and edits count the same. Telegram
counts a message when it arrives, which is anywhere between the call and its answer: so a place is
taken from when the call leaves until a whole period after its answer. Knows nothing of what is
sent.
"""

from __future__ import annotations

import bisect
import dataclasses
from collections.abc import Callable, Iterable

from bot.model import ChatId, Urgency

PROGRESS_SHARE = 0.5
"""Of a group's minute that progress may use: the rest is kept for answers and results."""
LONGEST_S = 61.0
"""What was sent longer ago bears on nothing any more."""
LOOK_AGAIN_S = 1.0
"""A place that is held by a call under way comes free when that ends, and nobody knows when."""


@dataclasses.dataclass(slots=True)
class _Window:
    """At most ``most`` messages in any ``period_s``."""

    most: int
    period_s: float
    most_held: int
    """How many places one call holds while it is under way."""
    sent: list[float] = dataclasses.field(default_factory=list)
    """When their answers came, in order."""
    held: int = 0

    def wait_s(self, now: float, cost: int, share: float) -> float:
        self._forget(now)
        most = max(1, int(self.most * share))
        # An album larger than the window goes when the window is empty.
        room = most - min(cost, most) - self.held
        if room < 0:
            return LOOK_AGAIN_S
        if len(self.sent) <= room:
            return 0.0
        return self.sent[len(self.sent) - room - 1] + self.period_s - now

    def hold(self, cost: int) -> None:
        self.held += min(cost, self.most_held)

    def release(self, cost: int) -> None:
        self.held -= min(cost, self.most_held)

    def record(self, at: float, cost: int) -> None:
        step = self.period_s / self.most
        for number in range(cost):
            # What is beyond the window counts as sent later, so that it is paid off in time.
            bisect.insort(self.sent, at + max(0, number + 1 - self.most) * step)

    def _forget(self, now: float) -> None:
        del self.sent[: bisect.bisect_right(self.sent, now - self.period_s)]

    @property
    def is_empty(self) -> bool:
        return not self.sent and not self.held


class Limiter:
    """One for the whole process; ``clock`` counts seconds and never goes back."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._all = _Window(28, 1.0, most_held=28)
        self._chats: dict[ChatId, tuple[_Window, ...]] = {}
        self._paused_until: dict[ChatId, float] = {}

    def take(self, chat_id: ChatId, *, urgency: Urgency, cost: int = 1) -> float:
        """0.0: it may be sent now, and its places are held until ``end``; else seconds until it is
        worth asking again.

        ``cost``: messages (an album's length). Asked and held in one step, so that sends
        side by side never take the same place.
        """
        wait_s = self.wait_s(chat_id, urgency=urgency, cost=cost)
        if wait_s == 0.0:
            for window in self._windows(chat_id):
                window.hold(cost)
        return wait_s

    def end(self, chat_id: ChatId, *, cost: int = 1, sent: int = 1) -> None:
        """What was taken has been answered; ``sent``: messages that arrived, or may have."""
        for window in self._windows(chat_id):
            window.release(cost)
        self.record(chat_id, cost=sent)

    def wait_s(self, chat_id: ChatId, *, urgency: Urgency, cost: int = 1) -> float:
        """Seconds until this may be sent; 0.0 is now."""
        now = self._clock()
        share = PROGRESS_SHARE if urgency is Urgency.PROGRESS and chat_id < 0 else 1.0
        paused = self._paused_until.get(chat_id, 0.0) - now
        waits = [paused, self._all.wait_s(now, cost, 1.0)]
        waits += [window.wait_s(now, cost, share) for window in self._windows_of(chat_id)]
        return max(0.0, *waits)

    def record(self, chat_id: ChatId, *, cost: int = 1, ago_s: float = 0.0) -> None:
        """It was sent so long ago; also by a process before this one."""
        now = self._clock()
        for window in self._windows(chat_id):
            window.record(now - ago_s, cost)
        self._tidy(now)

    def pause(self, chat_id: ChatId, seconds: float) -> None:
        """Telegram said 429: nothing to this chat for so long."""
        self._paused_until[chat_id] = self._clock() + seconds

    def _windows(self, chat_id: ChatId) -> Iterable[_Window]:
        return (self._all, *self._windows_of(chat_id))

    def _windows_of(self, chat_id: ChatId) -> tuple[_Window, ...]:
        if chat_id not in self._chats:
            # A long upload holds one place of the burst: words go past it.
            burst = _Window(3, 3.2, most_held=1)
            minute = (_Window(20, LONGEST_S, most_held=20),) if chat_id < 0 else ()
            self._chats[chat_id] = (burst, *minute)
        return self._chats[chat_id]

    def _tidy(self, now: float) -> None:
        """Chats that fell silent are forgotten, so memory follows activity, not history."""
        if len(self._chats) < 1_000:
            return
        for chat_id in list(self._chats):
            windows = self._chats[chat_id]
            if self._paused_until.get(chat_id, now) > now:
                continue
            if all(window.wait_s(now, 1, 1.0) == 0.0 and window.is_empty for window in windows):
                del self._chats[chat_id]
                self._paused_until.pop(chat_id, None)
