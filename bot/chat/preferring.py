"""`/settings`: what a person prefers is shown, chosen and kept.

Knows nothing of how it reads or of what comes of it. Everything is in the buttons, so a page of
any age works; what a button says is checked against what there is today: anybody can forge one.
"""

from __future__ import annotations

import dataclasses
from typing import Final

from bot import i18n
from bot.chat.parsed import Complaint, Parsed
from bot.chat.preference_pages import OFF, ON, RATIOS, WRITE, makers, page
from bot.chat.reading import Reader
from bot.chat.suffix import read_suffix
from bot.chat.talk import Talk, line
from bot.jobs.buttons import Press
from bot.jobs.preferences import Form, Preferences, prefer, preferences_of

WORD: Final = "settings"
"""Of the command, and of the link that opens it in the private chat."""


class Preferring:
    """Made once."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def command(self, talk: Talk, argument: str) -> None:
        """`/settings`, a choice of it (`/settings ratio`), or `/settings suffix WORDS`."""
        name, *words = argument.split(maxsplit=1) or [""]
        if name.lower() == "suffix" and words:
            await self._write_suffix(talk, words[0])
            return
        preferences = await preferences_of(talk.tx, talk.speaker.user_id)
        lines, rows = page(name.lower(), preferences, self._reader.market, talk.language)
        await talk.say(*lines, buttons=rows)

    async def press(self, talk: Talk, press: Press) -> str:
        """A page opened or a choice made; the catalogue key of what floats by, "" for nothing."""
        if not talk.is_private:
            return "settings.not_here"
        name, is_choice, value = press.how.partition("=")
        if (name, value) == ("suffix", WRITE):
            await talk.ask(line("settings.suffix_ask"), then=f"/{WORD} suffix {{}}")
            return ""
        preferences = await preferences_of(talk.tx, talk.speaker.user_id)
        if not is_choice:
            await self._turn(talk, name, preferences)
            return ""
        if name == "language" and value in i18n.LANGUAGES:
            await talk.tx.run("user_set_language", user_id=talk.speaker.user_id, language=value)
            await self._turn(talk.in_language(value), "", preferences)
            return ""
        chosen = self._chosen(preferences, name, value)
        if chosen is not None:
            await prefer(talk.tx, talk.speaker.user_id, chosen)
        await self._turn(talk, "", chosen or preferences)
        return "settings.saved" if chosen else "settings.gone"

    def _chosen(self, preferences: Preferences, name: str, value: str) -> Preferences | None:
        """With that value of that choice, "" for none; None: there is no such thing."""
        match name, value:
            case "form", value if value in set(Form):
                return dataclasses.replace(preferences, form=Form(value))
            case "provider", value if value in {"", *makers(self._reader.market)}:
                return dataclasses.replace(preferences, provider=value or None)
            case "ratio", value if value in {"", *RATIOS}:
                return dataclasses.replace(preferences, ratio=RATIOS.get(value))
            case "suffix", "":
                return dataclasses.replace(preferences, suffix="")
            case "pings", value if value in {ON, OFF}:
                return dataclasses.replace(preferences, pings=value == ON)
            case "private", value if value in {ON, OFF}:
                return dataclasses.replace(preferences, to_private=value == ON)
            case _:
                return None

    async def _write_suffix(self, talk: Talk, words: str) -> None:
        found = read_suffix(words, self._read_sample)
        if isinstance(found, Complaint):
            corrected = f"/{WORD} suffix {found.corrected}" if found.corrected else None
            await self._reader.complain(talk, dataclasses.replace(found, corrected=corrected))
            return
        preferences = await preferences_of(talk.tx, talk.speaker.user_id)
        preferences = dataclasses.replace(preferences, suffix=found)
        await prefer(talk.tx, talk.speaker.user_id, preferences)
        lines, rows = page("", preferences, self._reader.market, talk.language)
        await talk.say(line("settings.suffix_saved", suffix=found), *lines, buttons=rows)

    def _read_sample(self, sample: str) -> Parsed:
        """As the first to take it: who is preferred today may be another tomorrow."""
        readings = [
            self._reader.read(sample, is_reply=False, pictures=[0], preferences=as_if)
            for as_if in [Preferences(provider=name) for name in makers(self._reader.market)]
            or [Preferences()]
        ]
        taken = (parsed for parsed in readings if not isinstance(parsed, Complaint))
        return next(taken, readings[0])

    async def _turn(self, talk: Talk, name: str, preferences: Preferences) -> None:
        lines, rows = page(name, preferences, self._reader.market, talk.language)
        await talk.turn(*lines, buttons=rows)
