"""Words read with the bot's own name and providers, and complaints about them answered.

Knows nothing of pictures or money; the grammar itself is in `grammar`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from bot.chat import grammar
from bot.chat.parsed import Complaint, ImageCommand, Parsed, Typed, VideoCommand
from bot.chat.preferred import as_preferred
from bot.chat.talk import Line, Talk, line
from bot.jobs.offers import Market
from bot.jobs.preferences import Preferences

USUAL = Preferences()
OFFERED_MAX = 3_400
"""Characters of a line offered to copy: with the sentences before it, a message holds no more."""


@dataclasses.dataclass(frozen=True, slots=True)
class Reader:
    """``titles``: the providers as people read them, by name."""

    username: str
    """The bot's own, without `@`."""
    market: Market
    titles: Mapping[str, str]

    def read(
        self,
        text: str,
        *,
        is_reply: bool,
        pictures: Sequence[int],
        preferences: Preferences = USUAL,
    ) -> Parsed:
        """``pictures``: how many may come with it, the likeliest first; ``preferences``: of who
        speaks.

        What is right for one of the numbers is no mistake yet, and nothing preferred is one.
        """
        readings = [
            self._read(Typed(text, is_reply=is_reply, pictures=number), preferences)
            for number in pictures
        ]
        fitting = (parsed for parsed in readings if not isinstance(parsed, Complaint))
        return next(fitting, readings[0])

    def _read(self, typed: Typed, preferences: Preferences) -> Parsed:
        market = self.market.preferring(preferences.provider)

        def read(line: str) -> Parsed:
            return grammar.parse(
                dataclasses.replace(typed, text=line),
                username=self.username,
                providers=market.providers,
                default_provider=market.default_provider,
                missed=market.missed,
            )

        parsed = read(typed.text)
        if not isinstance(parsed, ImageCommand | VideoCommand):
            return parsed
        return as_preferred(parsed, preferences, market, read, is_reply=typed.is_reply)

    async def complain(self, talk: Talk, complaint: Complaint) -> None:
        """Say what is wrong, and the corrected line where there is one."""
        lines = [self.sentence(complaint)]
        if complaint.corrected is not None and len(complaint.corrected) <= OFFERED_MAX:
            lines.append(line("hint.corrected", command=complaint.corrected))
        await talk.say(*lines)

    def sentence(self, complaint: Complaint) -> Line:
        """What is wrong, with the providers as people read them."""
        values = dict(complaint.values)
        if (name := values.get("provider")) in self.titles:
            values["provider"] = self.titles[str(name)]
        return line(complaint.key, **values)
