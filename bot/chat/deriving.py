"""Acting on a result: a wish about one of its pictures becomes a request, or is answered.

Knows nothing of how updates look and of what it costs. Nothing here guesses: a tile, a direction
or a factor that was not said is asked for with buttons.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import assert_never

from bot.chat.grammar import format_command
from bot.chat.parsed import PanCommand, UpscaleCommand, VaryCommand, ZoomCommand
from bot.chat.talk import Label, Line, Talk, line
from bot.chat.tiles import ask_tile, tile_meant, tiles_of
from bot.jobs.accept import Order
from bot.jobs.buttons import CUSTOM, WANTED, Act, Press
from bot.jobs.offers import NEEDS_WORDS, Market, Offer, derived_request
from bot.jobs.preferences import preferences_of
from bot.model import HD_SIDE, Asset, AssetKind, Job, JobState, Operation, Request
from bot.providers.port import OperationSpec

_FACTOR = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3})?")

DerivedCommand = VaryCommand | UpscaleCommand | PanCommand | ZoomCommand


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """The result acted on, and its tile when the message or the reply says which."""

    job: Job
    tile: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of a picture; ``how``: strong, left, 1.5, 4k…"""

    operation: Operation
    tile: int | None = None
    how: str | None = None
    words: str = ""


class Deriving:
    """Made once. ``accept`` holds the price and takes the order, or says why not.

    ``price``: what an order would take now, in đồng; None: it has no price.
    """

    def __init__(
        self,
        market: Market,
        titles: Mapping[str, str],
        accept: Callable[[Talk, Order], Awaitable[bool]],
        price: Callable[[Talk, Order], Awaitable[int | None]],
    ) -> None:
        self._market = market
        self._titles = titles
        self._accept = accept
        self._price = price

    async def command(self, talk: Talk, target: Target | None, command: DerivedCommand) -> bool:
        """`/vary`, `/upscale`, `/pan`, `/zoom` about ``target``. Whether it was accepted."""
        if target is None:
            await talk.say(line(f"derive.no_result_{_wanted(command)}"))
            return False
        wish = self._wish_of(target.job, command)
        if isinstance(command, VaryCommand) and command.prompt:
            refusal = self._cannot_take_words(target, command)
            if refusal is not None:
                await talk.say(refusal)
                return False
        return await self._derive(talk, target, wish)

    async def press(self, talk: Talk, target: Target, press: Press) -> bool:
        """A button under a picture. Whether it was accepted."""
        wish = Wish(WANTED[press.act], press.tile, press.how or None)
        return await self._derive(talk, target, wish)

    def _wish_of(self, parent: Job, command: DerivedCommand) -> Wish:
        wanted = _wanted(command)
        match command:
            case VaryCommand(tile, how, words):
                wanted = Operation.REFERENCE_IMAGE if words else wanted
                return Wish(wanted, tile, None if words else how, words)
            case UpscaleCommand(tile, how):
                is_here = how in HD_SIDE
                if how is None:
                    is_here = self._market.offer(parent, Operation.UPSCALE) is None
                return Wish(Operation.ENLARGE if is_here else Operation.UPSCALE, tile, how)
            case PanCommand(tile, how) | ZoomCommand(tile, how):
                return Wish(wanted, tile, how)
            case _:
                assert_never(command)

    def _cannot_take_words(self, target: Target, command: VaryCommand) -> Line | None:
        """New words make a new picture from the old one; not everybody can."""
        if self._market.offer(target.job, Operation.REFERENCE_IMAGE) is None:
            short = format_command(dataclasses.replace(command, prompt=""))
            return line("vary.no_words", corrected=short)
        if command.tile is None and target.tile is None and target.job.request.count > 1:
            named = format_command(dataclasses.replace(command, tile=1, strength=None))
            return line("vary.name_tile", corrected=named)
        return None

    async def _derive(self, talk: Talk, target: Target, wish: Wish) -> bool:
        parent = target.job
        if (refusal := self._not_possible(parent, wish.operation)) is not None:
            await talk.say(refusal)
            return False
        preferences = await preferences_of(talk.tx, talk.speaker.user_id)
        offer = self._market.preferring(preferences.provider).offer(parent, wish.operation)
        assert offer is not None  # else it was refused
        picture = await self._choose_tile(talk, target, offer, wish)
        if picture is None or not await self._may_be_so(talk, target, offer, wish, picture):
            return False
        request = derived_request(offer, parent, picture, prompt=wish.words)
        if (question := asks_for_words(request)) is not None:
            then = words_for(request)
            await talk.ask(question, then=then, about=parent.job_id, tile=picture.tile)
            return False
        order = Order(
            talk.speaker.user_id, talk.place, done_so(request, wish), offer.provider, parent
        )
        return await self._accept(talk, order)

    def _not_possible(self, parent: Job, wanted: Operation) -> Line | None:
        """Why nothing can come of it, or None."""
        if parent.state in {JobState.FAILED, JobState.CANCELLED, JobState.NEEDS_REVIEW}:
            return line("derive.nothing_there", code=parent.job_id)
        if parent.state not in {JobState.READY, JobState.DELIVERING, JobState.DONE}:
            return line("derive.not_ready", code=parent.job_id)
        if parent.request.operation.output_kind is AssetKind.VIDEO:
            return line("derive.video")
        if self._market.offer(parent, wanted) is not None:
            return None
        title = self._titles.get(parent.provider)
        if title is None:
            return line("derive.provider_gone", provider=parent.provider)
        return line(f"derive.not_offered_{wanted}", title=title)

    async def _choose_tile(
        self, talk: Talk, target: Target, offer: Offer, wish: Wish
    ) -> Asset | None:
        """The tile named, else the one replied to, else the only one, else ask with buttons."""
        job = target.job
        tiles = await tiles_of(talk.tx, job.job_id)
        number = tile_meant(tiles, wish.tile or target.tile)
        if number is None:
            vnd = None
            if tiles and not _asks_how(wish):
                vnd = await self._price_of(talk, job, offer, next(iter(tiles.values())), wish)
            await ask_tile(talk, job.job_id, tiles, lambda tile: _press(wish, job, tile, vnd))
            return None
        if number not in tiles:
            await talk.say(line("derive.no_such_tile", tile=number, count=len(tiles)))
            return None
        return tiles[number]

    async def _may_be_so(
        self, talk: Talk, target: Target, offer: Offer, wish: Wish, picture: Asset
    ) -> bool:
        """Whether it can be done in the way that was said; asks where nothing was."""
        allowed = ways(offer.spec, wish.operation)
        if _asks_how(wish):
            await self._ask_how(talk, target.job, offer, wish, picture)
            return False
        if wish.how is None:
            return await self._is_worth_it(talk, next(iter(allowed), ""), picture)
        if wish.how not in allowed and not _is_within(wish, offer.spec):
            await self._say_not_so(talk, offer, wish, allowed, picture)
            return False
        return await self._is_worth_it(talk, wish.how, picture)

    async def _say_not_so(
        self, talk: Talk, offer: Offer, wish: Wish, allowed: Sequence[str], picture: Asset
    ) -> None:
        """It can be done, but not in the way that was said."""
        title, how = self._titles.get(offer.provider, offer.provider), wish.how
        if allowed:
            await talk.say(line("derive.how_not_offered", value=how, allowed=", ".join(allowed)))
        elif wish.operation is Operation.VARIATION and how in {"subtle", "strong"}:
            lines = [
                line(f"derive.not_{how}", title=title),
                line("hint.corrected", command=format_command(VaryCommand(picture.tile))),
            ]
            await talk.say(*lines, about=picture.job_id)
        else:
            await talk.say(line("derive.no_strengths", value=how, title=title))

    async def _ask_how(
        self, talk: Talk, parent: Job, offer: Offer, wish: Wish, picture: Asset
    ) -> None:
        if wish.how == CUSTOM:
            then = format_command(ZoomCommand(picture.tile, "{}"))
            vnd = await self._price_of(talk, parent, offer, picture, Wish(wish.operation))
            lines = [line("zoom.custom"), *([line("price.then", cost_vnd=vnd)] if vnd else [])]
            await talk.ask(*lines, then=then, about=picture.job_id, tile=picture.tile)
            return
        act = _act_of(wish.operation)
        vnd = await self._price_of(talk, parent, offer, picture, wish)
        labels = []
        for how in ways(offer.spec, wish.operation):
            is_named = act is Act.PAN or how == "square"
            label = f"button.{act.name.lower()}_{how}" if is_named else "button.zoom_times"
            press = Press(act, picture.job_id, picture.tile, how, vnd)
            labels.append(Label(label, press, "" if is_named else how, is_priced=True))
        key = "derive.which_way" if act is Act.PAN else "derive.how_far"
        await talk.say(line(key), buttons=[labels], about=picture.job_id)

    async def _price_of(
        self, talk: Talk, parent: Job, offer: Offer, picture: Asset, wish: Wish
    ) -> int | None:
        """What it takes once all is said; None: words are asked for first, or it has no price."""
        request = done_so(derived_request(offer, parent, picture, prompt=wish.words), wish)
        if asks_for_words(request) is not None:
            return None
        order = Order(talk.speaker.user_id, talk.place, request, offer.provider, parent)
        return await self._price(talk, order)

    @staticmethod
    async def _is_worth_it(talk: Talk, how: str, picture: Asset) -> bool:
        side = HD_SIDE.get(how)
        if side is None or max(picture.width, picture.height) < side:
            return True
        size = f"{picture.width}×{picture.height}"
        await talk.say(line("derive.large_enough", size=size))
        return False


def _asks_how(wish: Wish) -> bool:
    """Whether it cannot be done before somebody says in which way."""
    return wish.operation in {Operation.PAN, Operation.ZOOM} and wish.how in {None, CUSTOM}


def asks_for_words(request: Request) -> Line | None:
    """The question to answer with words; None: it has them, or goes without."""
    if request.prompt or request.operation not in NEEDS_WORDS:
        return None
    is_video = request.operation.output_kind is AssetKind.VIDEO
    return line("derive.needs_words" if is_video else "derive.needs_words_image")


def words_for(request: Request) -> str:
    """The command that what is answered completes."""
    is_video = request.operation.output_kind is AssetKind.VIDEO
    return "/video {}" if is_video else "/img {}"


def _wanted(command: DerivedCommand) -> Operation:
    match command:
        case VaryCommand():
            return Operation.VARIATION
        case UpscaleCommand():
            return Operation.UPSCALE
        case PanCommand():
            return Operation.PAN
        case ZoomCommand():
            return Operation.ZOOM
        case _:
            assert_never(command)


def ways(spec: OperationSpec, operation: Operation) -> tuple[str, ...]:
    """The ways in which ``operation`` can be done, by their words."""
    match operation:
        case Operation.PAN:
            return spec.directions
        case Operation.ZOOM:
            return spec.factors
        case Operation.ENLARGE:
            return spec.hd
        case _:
            return spec.strengths


def _is_within(wish: Wish, spec: OperationSpec) -> bool:
    """A zoom's own number, as plainly written as the grammar writes it: a press may be forged."""
    if wish.operation is not Operation.ZOOM or spec.factor_max is None or wish.how is None:
        return False
    return _FACTOR.fullmatch(wish.how) is not None and 1 < float(wish.how) <= spec.factor_max


def done_so(request: Request, wish: Wish) -> Request:
    """``request`` in the way that was wished for."""
    match wish.operation, wish.how:
        case _, None:
            return request
        case Operation.PAN, how:
            return dataclasses.replace(request, direction=how)
        case Operation.ZOOM, how:
            return dataclasses.replace(request, factor=how)
        case Operation.ENLARGE, how:
            return dataclasses.replace(request, hd=how)
        case _, how:
            return dataclasses.replace(request, strength=how)


def _act_of(operation: Operation) -> Act:
    return next(act for act, wanted in WANTED.items() if wanted is operation)


def _press(wish: Wish, job: Job, tile: int, said_vnd: int | None) -> Press:
    return Press(_act_of(wish.operation), job.job_id, tile, wish.how or "", said_vnd)
