"""How much Telegram takes: bytes per file, messages per second, per chat and per group.

It does not know what a message says, only where it goes and how many it counts for.
"""

import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.refusal import Refusal

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """The limits of the Bot API FAQ and of the server's source; `math.inf` lifts one.

    A chat takes `chat_burst` messages at once and then `chat_per_second` of them; sizes in bytes.
    A payment waits `checkout_s` seconds for the bot to agree.
    """

    all_per_second: float = 30
    chat_per_second: float = 1
    chat_burst: float = 3
    group_per_minute: float = 20
    photo_bytes: int = 10 * MIB
    upload_bytes: int = 50 * MIB
    download_bytes: int = 20 * MIB
    checkout_s: float = 10

    @classmethod
    def off(cls) -> "Limits":
        """No pace at all; files keep their limits."""
        return cls(all_per_second=math.inf, chat_burst=math.inf, group_per_minute=math.inf)


@dataclass
class _Bucket:
    level: float
    at: float


@dataclass
class Pace:
    """Counts messages and edits alike, and refuses with the seconds to wait.

    A refused message costs nothing. `clock` gives seconds.
    """

    limits: Limits
    clock: Callable[[], float]
    _all: deque[float] = field(default_factory=deque)
    _groups: defaultdict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _buckets: dict[int, _Bucket] = field(default_factory=dict)

    def spend(self, chat_id: int, cost: int) -> None:
        """Counts `cost` messages to the chat, or raises Refusal 429 with `retry_after`.

        An album may be longer than the burst: the chat then stays in debt for a while.
        """
        now = self.clock()
        bucket = self._bucket(chat_id, now)
        wait_s = max(
            _wait_s(self._all, self.limits.all_per_second, 1, now),
            (1 - bucket.level) / self.limits.chat_per_second,
        )
        if chat_id < 0:
            minute = self._groups[chat_id]
            wait_s = max(wait_s, _wait_s(minute, self.limits.group_per_minute, 60, now))
        if wait_s > 0:
            retry_after = math.ceil(wait_s)
            raise Refusal(
                429,
                f"Too Many Requests: retry after {retry_after}",
                {"retry_after": retry_after},
            )
        bucket.level -= cost
        self._all.extend([now] * cost)
        if chat_id < 0:
            self._groups[chat_id].extend([now] * cost)

    def _bucket(self, chat_id: int, now: float) -> _Bucket:
        full = self.limits.chat_burst
        bucket = self._buckets.setdefault(chat_id, _Bucket(full, now))
        bucket.level = min(full, bucket.level + (now - bucket.at) * self.limits.chat_per_second)
        bucket.at = now
        return bucket


def _wait_s(sent: deque[float], most: float, window_s: float, now: float) -> float:
    """Seconds until one more fits into the window; forgets what left it."""
    while sent and sent[0] <= now - window_s:
        sent.popleft()
    if len(sent) < most:
        return 0
    return sent[len(sent) - int(most)] + window_s - now
