"""The first words: to somebody who starts the bot, and to a group that has it now.

Knows nothing of how the picture is sent that comes with them.
"""

from __future__ import annotations

from typing import Final

from bot import i18n
from bot.chat.account import Account
from bot.chat.reading import Reader
from bot.chat.suggesting import Suggesting
from bot.chat.talk import Label, Line, Talk, line
from bot.i18n import I18n
from bot.jobs.accept import Desk
from bot.jobs.buttons import Act, Press
from bot.jobs.purses import UNLIMITED
from bot.model import AssetKind, Operation

HERE: Final = "-start"
"""Behind a language: the welcome itself is to be said in it."""

FROM_WORDS: Final = (Operation.IMAGE, Operation.VIDEO)


class Welcome:
    """Made once."""

    def __init__(
        self,
        desk: Desk,
        reader: Reader,
        suggesting: Suggesting,
        account: Account,
        i18n: I18n,
    ) -> None:
        self._desk = desk
        self._market = reader.market
        self._suggesting = suggesting
        self._account = account
        self._i18n = i18n
        self._username = reader.username

    async def start(self, talk: Talk) -> None:
        """What can be made here in three taps; a group gets how to speak with the bot."""
        if not talk.is_private:
            await self.hello_group(talk)
            return
        what = self._what(talk)
        hello = line("start.hello", name=talk.speaker.first_name, what=what)
        lines = [hello, *await self._free_today(talk)]
        examples = await self._suggesting.examples(talk)
        lines.append(line("start.tap" if examples else "start.type"))
        await talk.welcome(
            *lines,
            buttons=[
                *([example] for example in examples),
                [
                    Label("start.presets", Press(Act.PRESET)),
                    Label("start.help", Press(Act.HELP)),
                ],
                [
                    Label(f"lang.name_{code}", Press(Act.LANGUAGE, how=f"{code}{HERE}"))
                    for code in i18n.LANGUAGES
                ],
            ],
        )

    async def hello_group(self, talk: Talk, *more: Line) -> None:
        """Short, for everybody reads it; ``more`` stands below."""
        lines = [line("group.hello", what=self._what(talk))]
        if self._market.doing(Operation.IMAGE):
            lines.append(line("group.image", bot=self._username))
        if self._market.doing(Operation.VIDEO):
            lines.append(line("group.video", bot=self._username))
        lines.append(line("group.reply", bot=self._username))
        lines.append(line(f"group.pays_{talk.rules.payer}"))
        await talk.say(*lines, *more)

    async def language(self, talk: Talk, press: Press) -> str:
        """A language was pressed: under a welcome, that is said again in it; nothing floats by."""
        chosen = press.how.removesuffix(HERE)
        if chosen == press.how or chosen not in i18n.LANGUAGES:
            await self._account.language(talk, press.how)
            return ""
        await talk.tx.run("user_set_language", user_id=talk.speaker.user_id, language=chosen)
        await self.start(talk.in_language(chosen))
        return ""

    def _what(self, talk: Talk) -> str:
        """What somebody here makes of words."""
        kinds = [op.output_kind for op in FROM_WORDS if self._market.doing(op)]
        word = "both" if len(kinds) > 1 else next(iter(kinds), AssetKind.IMAGE)
        return self._i18n.tongue(talk.language).text(f"start.makes_{word}")

    async def _free_today(self, talk: Talk) -> list[Line]:
        """What is left of what the day gives, of the kinds that can be made here."""
        tongue = self._i18n.tongue(talk.language)
        told = []
        for operation in FROM_WORDS:
            kind = operation.output_kind
            user_id = talk.speaker.user_id
            allowance = await self._desk.purses.allowance(talk.tx, user_id, kind, now=talk.now)
            if not self._market.doing(operation) or not allowance.left:
                continue
            if allowance.given >= UNLIMITED:
                told.append(tongue.text(f"start.unlimited_{kind}"))
            else:
                told.append(tongue.plural(f"count.{kind}s", allowance.left))
        return [line("start.free", what=" · ".join(told))] if told else []
