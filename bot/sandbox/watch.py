"""Telling whoever watches that something happened: a bell to wait on, a subscription to read.

It does not know what happened; events pass through as they come.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

from bot.sandbox.refusal import Json


class Bell:
    """Wakes everybody who waits, once per ring."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def ring(self) -> None:
        for waiter in self._waiting:
            waiter.set()

    def listen(self) -> "Listening":
        return Listening(self._waiting)


class Listening:
    """One listener; a ring between two waits is not missed."""

    def __init__(self, waiting: set[asyncio.Event]) -> None:
        self._waiting = waiting
        self._rung = asyncio.Event()

    def __enter__(self) -> "Listening":
        self._waiting.add(self._rung)
        return self

    def __exit__(self, *exc: object) -> None:
        self._waiting.discard(self._rung)

    async def wait(self) -> None:
        await self._rung.wait()
        self._rung.clear()


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
