"""`/upscale` of a picture that is no result of ours: made larger here, or answered with why not.

Knows nothing of how the picture came.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.chat.parsed import UpscaleCommand
from bot.chat.talk import Talk, line
from bot.jobs.accept import Order
from bot.jobs.offers import Market
from bot.model import HD_SIDE, Operation, Request


class Enlarging:
    """Made once. ``accept`` holds the price and takes the order, or says why not."""

    def __init__(self, market: Market, accept: Callable[[Talk, Order], Awaitable[bool]]) -> None:
        self._market = market
        self._accept = accept

    async def size_for(self, talk: Talk, command: UpscaleCommand) -> str | None:
        """`2k` or `4k`, the first that is made unless one was named; None: was told why not."""
        sizes = self._sizes()
        if not sizes:
            await talk.say(line("derive.no_result_upscale"))
            return None
        if command.kind is not None and command.kind not in sizes:
            allowed = ", ".join(sizes)
            await talk.say(line("derive.how_not_offered", value=command.kind, allowed=allowed))
            return None
        return command.kind or sizes[0]

    async def enlarge(
        self, talk: Talk, command: UpscaleCommand, reference: str, *, width: int, height: int
    ) -> None:
        """``reference``: the picture's path below the data folder; its size in pixels."""
        size = await self.size_for(talk, command)
        if size is None:
            return
        if max(width, height) >= HD_SIDE[size]:
            await talk.say(line("derive.large_enough", size=f"{width}×{height}"))
            return
        request = Request(Operation.ENLARGE, hd=size, references=(reference,))
        [provider, *_] = self._market.doing(Operation.ENLARGE)
        await self._accept(talk, Order(talk.speaker.user_id, talk.place, request, provider))

    def _sizes(self) -> tuple[str, ...]:
        able = self._market.doing(Operation.ENLARGE)
        spec = self._market.spec(able[0], Operation.ENLARGE) if able else None
        return spec.hd if spec else ()
