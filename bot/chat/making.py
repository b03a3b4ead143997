"""Commands and presses that make something: checked, then accepted, or answered with why not.

Knows nothing of how updates look. Nothing here guesses: a tile not named and not clear is asked
for, and money is held only by `Desk.accept`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from bot.chat.grammar import format_command
from bot.chat.parsed import (
    ImageCommand,
    PanCommand,
    UpscaleCommand,
    VaryCommand,
    VideoCommand,
    ZoomCommand,
)
from bot.chat.talk import Label, Talk, line
from bot.jobs import book
from bot.jobs.accept import Accepted, Desk, NotEnough, NotPriced, Order
from bot.jobs.buttons import Act, Press
from bot.model import AssetKind, Job, JobState, Operation, Request
from bot.providers.port import OperationSpec, Provider
from bot.store.records import read_asset


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """The result acted on, and its tile when the message or the reply says which."""

    job: Job
    tile: int | None


class Making:
    """Made once."""

    def __init__(self, desk: Desk, providers: Mapping[str, Provider]) -> None:
        self._desk = desk
        self._providers = providers

    async def make(
        self, talk: Talk, command: ImageCommand | VideoCommand, parent: Job | None = None
    ) -> bool:
        """`/img` and `/video`. Whether it was accepted.

        ``parent``: the result whose tile is among the request's references.
        """
        return await self._accept(
            talk, Order(talk.speaker.user_id, talk.place, command.request, command.provider, parent)
        )

    async def may_enlarge(self, talk: Talk, command: UpscaleCommand) -> bool:
        """Whether a picture that is no result can be enlarged so; says why not."""
        able = self._enlarger()
        if able is None:
            await talk.say(line("derive.no_result_upscale"))
            return False
        sizes = self._providers[able].capabilities.operations[Operation.ENLARGE].hd
        if command.kind is not None and command.kind not in sizes:
            allowed = ", ".join(sizes)
            await talk.say(line("derive.how_not_offered", value=command.kind, allowed=allowed))
            return False
        return True

    async def enlarge(self, talk: Talk, command: UpscaleCommand, reference: str) -> bool:
        """A picture that is no result, larger. ``reference``: its path below the data folder."""
        able = self._enlarger()
        if able is None or not await self.may_enlarge(talk, command):
            return False
        sizes = self._providers[able].capabilities.operations[Operation.ENLARGE].hd
        request = Request(Operation.ENLARGE, hd=command.kind or sizes[0], references=(reference,))
        return await self._accept(talk, Order(talk.speaker.user_id, talk.place, request, able))

    def _enlarger(self) -> str | None:
        able = (
            name
            for name, provider in self._providers.items()
            if Operation.ENLARGE in provider.capabilities.operations
        )
        return next(able, None)

    async def again(self, talk: Talk, job: Job) -> bool:
        """The same request once more, for whoever pressed, at today's price."""
        provider = self._providers.get(job.provider)
        if provider is None or job.request.operation not in provider.capabilities.operations:
            await talk.say(line("derive.provider_gone", title=job.provider))
            return False
        parent = await book.find_job(talk.tx, job.parent_id) if job.parent_id else None
        return await self._accept(
            talk, Order(talk.speaker.user_id, talk.place, job.request, job.provider, parent)
        )

    async def vary(self, talk: Talk, target: Target | None, command: VaryCommand) -> bool:
        """Variations of one tile."""
        if command.prompt:
            short = format_command(dataclasses.replace(command, prompt=""))
            await talk.say(line("vary.no_words", corrected=short))
            return False
        return await self._derive(talk, target, Operation.VARIATION, command.tile, command.strength)

    async def upscale(self, talk: Talk, target: Target | None, command: UpscaleCommand) -> bool:
        """One tile, larger."""
        return await self._derive(talk, target, Operation.UPSCALE, command.tile, command.kind)

    async def pan(self, talk: Talk, target: Target | None, command: PanCommand) -> bool:
        """One tile, with more of the scene on one side."""
        return await self._derive(talk, target, Operation.PAN, command.tile, command.direction)

    async def zoom(self, talk: Talk, target: Target | None, command: ZoomCommand) -> bool:
        """One tile, with more of the scene around it."""
        return await self._derive(talk, target, Operation.ZOOM, command.tile, command.factor)

    async def _derive(
        self,
        talk: Talk,
        target: Target | None,
        operation: Operation,
        tile: int | None,
        how: str | None,
    ) -> bool:
        if target is None:
            await talk.say(line(f"derive.no_result_{operation}"))
            return False
        spec = await self._spec_for(talk, target.job, operation)
        if spec is None:
            return False
        tile = await self._choose_tile(talk, target, operation, tile, how)
        if tile is None:
            return False
        if how is not None and how not in spec.strengths:
            allowed = ", ".join(spec.strengths)
            await talk.say(line("derive.how_not_offered", value=how, allowed=allowed))
            return False
        request = Request(
            operation,
            prompt=target.job.request.prompt,  # what people read under the picture
            ratio=target.job.request.ratio,
            count=spec.default_count,
            strength=how or spec.strengths[0],
            tile=tile,
        )
        return await self._accept(
            talk, Order(talk.speaker.user_id, talk.place, request, target.job.provider, target.job)
        )

    async def _spec_for(
        self, talk: Talk, parent: Job, operation: Operation
    ) -> OperationSpec | None:
        """What the parent's provider offers; says so when it cannot, or not yet."""
        provider = self._providers.get(parent.provider)
        if provider is None:
            await talk.say(line("derive.provider_gone", title=parent.provider))
            return None
        if parent.state in {JobState.FAILED, JobState.CANCELLED, JobState.NEEDS_REVIEW}:
            await talk.say(line("derive.nothing_there", code=parent.job_id))
            return None
        if parent.state not in {JobState.READY, JobState.DELIVERING, JobState.DONE}:
            await talk.say(line("derive.not_ready", code=parent.job_id))
            return None
        is_video = parent.request.operation.output_kind is AssetKind.VIDEO
        spec = provider.capabilities.operations.get(operation)
        if is_video or spec is None:
            key = "derive.video" if is_video else f"derive.not_offered_{operation}"
            await talk.say(line(key, title=provider.title))
            return None
        return spec

    async def _choose_tile(
        self, talk: Talk, target: Target, operation: Operation, named: int | None, how: str | None
    ) -> int | None:
        """The tile named, else the one replied to, else the only one, else ask with buttons."""
        rows = await talk.tx.all("assets_of_job", job_id=target.job.job_id)
        tiles = [asset.tile for row in rows if (asset := read_asset(row)).tile > 0]
        tile = named or target.tile
        if tile is None and len(tiles) == 1:
            tile = tiles[0]
        if tile is None:
            act = Act.VARY if operation is Operation.VARIATION else Act.UPSCALE
            labels = [
                Label(
                    "button.number", Press(act, target.job.job_id, number, how or ""), str(number)
                )
                for number in tiles
            ]
            await talk.say(line("derive.which_tile"), buttons=[labels], about=target.job.job_id)
            return None
        if tile not in tiles:
            await talk.say(line("derive.no_such_tile", tile=tile, count=len(tiles)))
            return None
        return tile

    async def _accept(self, talk: Talk, order: Order) -> bool:
        match await self._desk.accept(talk.tx, order):
            case Accepted():
                return True
            case NotEnough() as lacking:
                await talk.say(
                    line(
                        "quota.not_enough",
                        outputs=lacking.outputs,
                        free=lacking.free_left,
                        price_vnd=(lacking.outputs - lacking.free_left) * lacking.price_each_vnd,
                        balance_vnd=lacking.balance_vnd,
                    ),
                    line("quota.what_next", contact=self._desk.plans.contact),
                )
            case NotPriced() as unpriced:
                await talk.say(
                    line(
                        "quota.not_priced",
                        outputs=unpriced.outputs,
                        free=unpriced.free_left,
                        contact=unpriced.contact,
                    )
                )
        return False
