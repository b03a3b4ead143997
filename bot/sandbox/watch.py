"""Telling whoever watches that something happened: a subscription to read, a condition to wait for.

It does not know what happened; events pass through as they come.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from bot.sandbox.refusal import Json

T = TypeVar("T")


class Subscription:
    """Every event since it was opened, in order: `async for event in subscription`.

    Close it when done; iteration ends then, after what had already arrived.
    """

    def __init__(self, leave: Callable[["Subscription"], None]) -> None:
        self._leave = leave
        self._events: asyncio.Queue[Json | None] = asyncio.Queue()

    def put(self, event: Json) -> None:
        self._events.put_nowait(event)

    def close(self) -> None:
        self._leave(self)
        self._events.put_nowait(None)

    def __aiter__(self) -> AsyncIterator[Json]:
        return self

    async def __anext__(self) -> Json:
        event = await self._events.get()
        if event is None:
            self._events.put_nowait(None)  # a second reader ends as well
            raise StopAsyncIteration
        return event


@dataclass
class Watch:
    """Who reads and who waits."""

    _subscriptions: list[Subscription] = field(default_factory=list)
    _waiting: set[asyncio.Event] = field(default_factory=set)

    def tell(self, event: Json) -> None:
        for subscription in self._subscriptions:
            subscription.put(event)
        self.stir()

    def stir(self) -> None:
        """Something changed that is no event; whoever waits looks again."""
        for waiter in self._waiting:
            waiter.set()

    def subscribe(self) -> Subscription:
        subscription = Subscription(self._leave)
        self._subscriptions.append(subscription)
        return subscription

    async def until(self, look: Callable[[], T | None], timeout_s: float) -> T:
        """The first truthy answer of `look`; raises TimeoutError after `timeout_s` seconds."""
        stirred = asyncio.Event()
        self._waiting.add(stirred)
        try:
            async with asyncio.timeout(timeout_s):
                while not (found := look()):
                    await stirred.wait()
                    stirred.clear()
        finally:
            self._waiting.discard(stirred)
        return found

    def _leave(self, subscription: Subscription) -> None:
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)
