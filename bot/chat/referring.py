"""Commands that work from pictures: taken up at once, or written down until the pictures are here.

Knows nothing of how pictures are fetched. Money is held only when all of them are on our disk.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence

from bot.chat.deriving import Target, words_for
from bot.chat.drafts import QUIET_MS, add_draft, all_pictures, draft_number, find_draft, has_room
from bot.chat.enlarging import Enlarging
from bot.chat.grammar import format_command
from bot.chat.making import Making
from bot.chat.parsed import ImageCommand, UpscaleCommand, VideoCommand
from bot.chat.pictures import Brought
from bot.chat.references import complete, reference_to
from bot.chat.talk import Talk, line
from bot.chat.tiles import ask_tile, tile_meant, tiles_of
from bot.jobs.accept import Order
from bot.jobs.buttons import Act, Press
from bot.jobs.offers import Market
from bot.model import Asset, AssetKind, ChatId, Job, JobId, JobState
from bot.store.port import Reading, Topic

_ENDED_EMPTY = frozenset({JobState.FAILED, JobState.CANCELLED, JobState.NEEDS_REVIEW})


class Referring:
    """Made once."""

    def __init__(self, making: Making, market: Market) -> None:
        self._making = making
        self._market = market
        self._enlarging = Enlarging(market, making.accept)

    async def make(
        self,
        talk: Talk,
        command: ImageCommand | VideoCommand,
        *,
        text: str,
        brought: Brought,
        target: Target | None,
    ) -> None:
        """`/img` and `/video`, with or without pictures.

        In reply to a result, own pictures and the result's are worked from together, own first.
        """
        if target is None or target.job.state in _ENDED_EMPTY:
            await self._make_from_own(talk, command, text, brought)
            return
        tiles = await self._tiles(talk, target.job)
        if not tiles:
            return
        tile = tile_meant(tiles, target.tile)
        if tile not in tiles:
            await self._ask_tile(talk, command, text, brought, target.job, tiles)
        elif brought.pictures:
            await self._write_draft(talk, text, brought, target.job.job_id, tile)
        else:
            picture = reference_to(tiles[tile])
            parent = target.job
            command = complete(command, [picture], self._market, parent=parent, tile=tile)
            await self.make_complete(talk, command, parent)

    async def enlarge(
        self, talk: Talk, command: UpscaleCommand, *, text: str, brought: Brought
    ) -> None:
        """`/upscale` of a picture that is no result of ours: the one that carries the command or
        is replied to, not its album.
        """
        if command.tile is not None:  # meant for a grid: it would be paid for and not wanted
            whole = format_command(dataclasses.replace(command, tile=None))
            await talk.say(line("derive.no_numbers"), line("hint.corrected", command=whole))
        elif await self._enlarging.size_for(talk, command) is not None:
            is_written = await self._write_draft(talk, text, Brought(brought.pictures))
            is_own = brought.pictures[0].message_id == talk.place.reply_to
            if is_written and is_own and brought.media_group_id is not None:
                await talk.say(line("album.one_enlarged"))

    async def choose(self, talk: Talk, press: Press, job: Job) -> str:
        """A tile was pressed under "which picture?"; the catalogue key of what floats by."""
        draft_id = draft_number(press.how)
        draft = None if draft_id is None else await find_draft(talk.tx, draft_id)
        if draft is None or draft.due_at is not None:
            return "press.chosen"
        if draft.user_id != talk.speaker.user_id:
            return "press.not_yours"
        tiles = await tiles_of(talk.tx, job.job_id)
        if draft.parent_id != job.job_id or press.tile not in tiles:
            return "press.nothing"
        if not await has_room(talk):
            return "press.refused"
        await talk.tx.run(
            "draft_choose",
            draft_id=draft.draft_id,
            tile=press.tile,
            said_vnd=press.said_vnd or 0,
            now=talk.now,
        )
        talk.tx.wake(Topic.DRAFTS)
        return "press.accepted"

    async def make_complete(
        self, talk: Talk, command: ImageCommand | VideoCommand, parent: Job | None
    ) -> bool:
        """A command whose pictures are all here. Whether it was accepted."""
        if command.request.prompt:
            return await self._making.make(talk, command, parent)
        await talk.ask(
            line("derive.needs_words"),
            then=words_for(command.request),
            about=parent.job_id if parent else None,
            tile=command.request.tile,
        )
        return False

    async def _make_from_own(
        self, talk: Talk, command: ImageCommand | VideoCommand, text: str, brought: Brought
    ) -> None:
        if brought.pictures:
            await self._write_draft(talk, text, brought)
        else:
            await self._making.make(talk, command)

    async def _write_draft(
        self,
        talk: Talk,
        text: str,
        brought: Brought,
        parent_id: JobId | None = None,
        tile: int | None = None,
    ) -> bool:
        """Refused at once for what is known already; an album may still be arriving. Whether it
        waits for its pictures.
        """
        for picture in brought.pictures:
            if picture.flaw is not None:
                await talk.say(line(f"picture.{picture.flaw}"))
                return False
        if not await has_room(talk):
            return False
        due_at = talk.now + (QUIET_MS if brought.media_group_id else 0)
        await add_draft(talk, text, brought, parent_id=parent_id, tile=tile, due_at=due_at)
        return True

    async def _tiles(self, talk: Talk, job: Job) -> dict[int, Asset]:
        """The pictures of a result; when there are none, says why."""
        tiles = await tiles_of(talk.tx, job.job_id)
        if job.request.operation.output_kind is AssetKind.VIDEO:
            await talk.say(line("derive.video"))
            return {}
        if not tiles:
            await talk.say(line("derive.not_ready", code=job.job_id))
        return tiles

    async def _ask_tile(
        self,
        talk: Talk,
        command: ImageCommand | VideoCommand,
        text: str,
        brought: Brought,
        job: Job,
        tiles: Collection[int],
    ) -> None:
        draft_id = await add_draft(talk, text, brought, parent_id=job.job_id, due_at=None)

        vnd = None
        if command.request.prompt:  # else words are asked for first
            order = Order(talk.speaker.user_id, talk.place, command.request, command.provider)
            vnd = await self._making.price(talk, order)

        def press_for(number: int) -> Press:
            return Press(Act.CHOOSE, job.job_id, number, str(draft_id), vnd)

        await ask_tile(talk, job.job_id, tiles, press_for)


async def possible_counts(
    reading: Reading, chat_id: ChatId, brought: Brought, target: Target | None
) -> Sequence[int]:
    """How many pictures a command may come with, the likeliest first."""
    known = await all_pictures(reading, chat_id, brought.pictures, brought.media_group_id)
    is_with_tile = (
        target is not None
        and target.job.state not in _ENDED_EMPTY
        and target.job.request.operation.output_kind is AssetKind.IMAGE
    )
    # An album has at least two, though in a group the bot may never see the others.
    is_arriving = brought.media_group_id is not None and len(known) == 1
    numbers = (2, 1) if is_arriving else (len(known),)
    return [number + is_with_tile for number in numbers]
