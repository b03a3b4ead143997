"""The queue of updates: what the bot has not confirmed yet, and the one poll that waits for more.

It does not know what an update means, nor how a webhook is called (see `posting`); while one is
set, polling is refused as Telegram refuses it.
"""

import asyncio
import random
from collections.abc import Callable, Sequence

from bot.sandbox.posting import Posting
from bot.sandbox.refusal import Json, Refusal

LONGEST_POLL_S = 50
_NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}


class Updates:
    """Offset-confirmed delivery: what is not confirmed by a later offset comes again.

    `clock` gives seconds since the epoch, `speed` how many times faster than the real one it goes.
    """

    def __init__(self, clock: Callable[[], float], speed: Callable[[], float]) -> None:
        self._next_id = random.randrange(10**8, 9 * 10**8)
        self._pending: list[Json] = []
        self._allowed: frozenset[str] = frozenset()
        self._waiter: asyncio.Future[None] | None = None
        self.webhook: Json = {}
        self.posting = Posting(lambda: self.pending, self._take_out, clock, speed)

    def add(self, kind: str, body: Json) -> None:
        """Queues one update, unless `allowed_updates` at this moment leaves its kind out."""
        wanted = kind in self._allowed if self._allowed else kind not in _NOT_BY_DEFAULT
        if wanted:
            self.put({kind: body})

    def put(self, parts: Json) -> None:
        """Queues an update of just these parts, however little sense they make."""
        self._pending.append({"update_id": self._next_id, **parts})
        self._next_id += 1
        self.posting.stir()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    @property
    def pending(self) -> Sequence[Json]:
        return tuple(self._pending)

    def allow(self, kinds: Sequence[str]) -> None:
        """From now on only these kinds; none named = Telegram's default."""
        self._allowed = frozenset(kinds)

    async def poll(self, offset: int, limit: int, timeout_s: float) -> list[Json]:
        """Confirms what is below `offset`, then answers what is left, or waits for something.

        A negative offset keeps only that many from the end. Raises Refusal 409 while a webhook is
        set; a poll still waiting when a newer one comes is the one to get 409 (server's source).
        """
        if self.webhook.get("url"):
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        self._interrupt(
            "terminated by other getUpdates request; "
            "make sure that only one bot instance is running",
        )
        self._confirm(offset)
        if not self._pending and timeout_s > 0:
            await self._wait(min(timeout_s, LONGEST_POLL_S))
        return self._pending[:limit]

    def set_webhook(self, webhook: Json) -> None:
        """What waits goes to the webhook; an empty `url` (deleteWebhook) lets polling go on."""
        self.webhook = webhook
        self.posting.begin(webhook)
        if webhook.get("url"):
            self._interrupt("terminated by setWebhook request")

    def drop_pending(self) -> None:
        self._pending.clear()

    def _take_out(self, update: Json) -> None:
        self._pending = [each for each in self._pending if each is not update]

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self._pending = self._pending[offset:]
        else:
            self._pending = [update for update in self._pending if update["update_id"] >= offset]

    def _interrupt(self, why: str) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(Refusal(409, f"Conflict: {why}"))

    async def _wait(self, timeout_s: float) -> None:
        waiter = self._waiter = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout_s):
                await waiter
        except TimeoutError:
            return
        finally:
            if self._waiter is waiter:
                self._waiter = None
