"""Wishes with a button, offered at a price and made when they are pressed.

Knows nothing of which there are. An example is made at once; a preset first asks for what.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.chat.making import Making
from bot.chat.parsed import ImageCommand, VideoCommand
from bot.chat.reading import Reader
from bot.chat.suggested import (
    EXAMPLES,
    GAP,
    PRESETS,
    Suggestion,
    command_line,
    find,
    is_large_at_once,
)
from bot.chat.talk import Label, Line, Talk, apart, line
from bot.i18n import I18n
from bot.jobs.accept import Desk, Order
from bot.jobs.buttons import Act, Press
from bot.jobs.offers import Market
from bot.jobs.preferences import Preferences, preferences_of
from bot.jobs.purses import Quote
from bot.model import Operation

ANYTHING: Final = "…"
"""In place of words that are not known yet: prices do not depend on them."""


class Suggesting:
    """Made once."""

    def __init__(self, desk: Desk, reader: Reader, making: Making, i18n: I18n) -> None:
        self._desk = desk
        self._reader = reader
        self._making = making
        self._i18n = i18n

    async def examples(self, talk: Talk) -> list[Label]:
        """A button for each that the speaker can have now, with what it takes from them."""
        preferences, market = await self._tastes(talk)
        labels = []
        for example in EXAMPLES:
            if not example.is_offered(market):
                continue
            command = self._command(talk, example, preferences, market)
            quote = await self._desk.quote(talk.tx, _order(talk, command)) if command else None
            if isinstance(quote, Quote):
                vnd = quote.cost_vnd
                press = Press(Act.EXAMPLE, how=example.name, said_vnd=vnd)
                labels.append(Label(f"example.{example.name}", press, self._price(talk, vnd)))
        return labels

    async def begin(self, talk: Talk, name: str) -> str:
        """Make an example; the catalogue key of what floats by."""
        preferences, market = await self._tastes(talk)
        example = find(EXAMPLES, name, market)
        command = self._command(talk, example, preferences, market) if example else None
        if command is None:
            return "press.not_here"
        is_accepted = await self._making.make(talk, command)
        return "press.accepted" if is_accepted else "press.refused"

    async def presets(self, talk: Talk) -> None:
        """The page of them: what each gives and costs."""
        preferences, market = await self._tastes(talk)
        offered = [preset for preset in PRESETS if preset.is_offered(market)]
        lines = [line("preset.title"), line("preset.how")] if offered else [line("preset.none")]
        for preset in offered:
            lines += await self._told(talk, preset, preferences, market)
        buttons = [
            Label(f"preset.button_{preset.name}", Press(Act.PRESET, how=preset.name))
            for preset in offered
        ]
        back = Label("help.back", Press(Act.HELP))
        await talk.turn(*lines, buttons=[*in_pairs(buttons), [back]])

    async def ask(self, talk: Talk, name: str) -> str:
        """Ask what the preset is wanted for; the catalogue key of what floats by."""
        preferences, market = await self._tastes(talk)
        preset = find(PRESETS, name, market)
        command = self._command(talk, preset, preferences, market) if preset else None
        if preset is None or command is None:
            return "press.not_here"
        if not await self._making.is_affordable(talk, command):
            return "press.refused"
        words = self._i18n.tongue(talk.language).text(f"preset.{name}_prompt", product=GAP)
        await talk.ask(line(f"preset.{name}_ask"), then=command_line(preset, words, market))
        return "press.asked"

    async def _told(
        self, talk: Talk, preset: Suggestion, preferences: Preferences, market: Market
    ) -> list[Line]:
        command = self._command(talk, preset, preferences, market)
        price = await self._price_told(talk, command) if command else ANYTHING
        lines = [apart(line(f"preset.{preset.name}", price=price))]
        if preset.name == "product" and (step := _enlarging_step(preset, market)):
            lines.append(line(step))
        if preset.name in {"banner", "advert"} and market.doing(Operation.IMAGE_VIDEO):
            lines.append(line("preset.then_animate"))
        return lines

    async def _tastes(self, talk: Talk) -> tuple[Preferences, Market]:
        preferences = await preferences_of(talk.tx, talk.speaker.user_id)
        return preferences, self._reader.market.preferring(preferences.provider)

    def _command(
        self, talk: Talk, suggestion: Suggestion, preferences: Preferences, market: Market
    ) -> ImageCommand | VideoCommand | None:
        """As if it had been typed; None when what somebody prefers does not go with it."""
        tongue = self._i18n.tongue(talk.language)
        if suggestion in EXAMPLES:
            words = tongue.text(f"example.{suggestion.name}_prompt")
        else:
            words = tongue.text(f"preset.{suggestion.name}_prompt", product=ANYTHING)
        text = command_line(suggestion, words, market)
        parsed = self._reader.read(text, is_reply=False, pictures=[0], preferences=preferences)
        return parsed if isinstance(parsed, ImageCommand | VideoCommand) else None

    async def _price_told(self, talk: Talk, command: ImageCommand | VideoCommand) -> str:
        vnd = await self._making.price(talk, _order(talk, command))
        if vnd is None:
            return self._i18n.tongue(talk.language).text("preset.on_request")
        return self._price(talk, vnd)

    def _price(self, talk: Talk, vnd: int) -> str:
        tongue = self._i18n.tongue(talk.language)
        return tongue.money(vnd) if vnd else tongue.text("example.free")


def _order(talk: Talk, command: ImageCommand | VideoCommand) -> Order:
    return Order(talk.speaker.user_id, talk.place, command.request, command.provider)


def _enlarging_step(preset: Suggestion, market: Market) -> str | None:
    """How the picture becomes as large as is wanted; None: it cannot be told in a sentence."""
    if is_large_at_once(preset, market):
        return "preset.large_at_once"
    return "preset.then_enlarge" if market.doing(Operation.ENLARGE) else None


def in_pairs(labels: Sequence[Label]) -> list[list[Label]]:
    """Two to a row: more are cut off on a phone."""
    return [list(labels[start : start + 2]) for start in range(0, len(labels), 2)]
