"""A started bot: its parts work side by side until it is stopped or one of them fails for good.

Knows nothing of what the parts do, and of one only that it is the last to stop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol


class Part(Protocol):
    """Something that works until it is cancelled."""

    async def run(self) -> None: ...


class Sending(Part, Protocol):
    """What is under way in it may arrive before it stops."""

    async def drain(self, timeout_s: float, /) -> None: ...


class EaselBot:
    """A started bot. ``run`` works until it is cancelled or a part of it fails for good."""

    def __init__(
        self,
        parts: Mapping[str, Part],
        sending: Sending,
        username: str,
        drain_s: float,
        wake: Callable[[], None],
    ) -> None:
        self.username = username
        self.wake = wake
        """Every part looks at the clock: it was put on (a machine that slept, a story)."""
        self._parts = {**parts, "sending": sending}
        self._sending = sending
        self._drain_s = drain_s
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Raises what ended a part."""
        self._tasks = {
            name: asyncio.create_task(part.run(), name=name) for name, part in self._parts.items()
        }
        try:
            done, _ = await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await self._stop()

    def dead_part(self) -> str | None:
        """A part that does not work any more, for `/readyz`."""
        if not self._tasks:
            return "not started"
        ended = [name for name, task in self._tasks.items() if task.done()]
        return f"{', '.join(ended)} ended" if ended else None

    async def _stop(self) -> None:
        """What is being sent may arrive; nothing else needs a clean end."""
        for name in self._tasks.keys() - {"sending"}:
            self._tasks[name].cancel()
        await self._sending.drain(self._drain_s)
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
