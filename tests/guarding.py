"""A bot whose operator says who may use it, and the one line that everybody else gets."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from story import Message, Person, Story, living_bot, served_town, settings_for
from story import words as words_of

DRAW = "/img@easel_bot"
INVITED = {"en": "invited", "vi": "được mời"}
BANNED = {"en": "cannot use", "vi": "không dùng được bot"}
UNDO = "↩️"


@contextlib.asynccontextmanager
async def guarded(
    folder: Path, access: str = "approved", **more: str
) -> AsyncIterator[tuple[Story, Person]]:
    """A bot with an operator, who has started it."""
    async with served_town(folder / "town") as town:
        story = Story(town, folder / "data")
        boss = story.person("Boss", "en")
        settings = settings_for(
            town, story.data_dir, BOT_ADMIN_IDS=str(boss.user_id), BOT_ACCESS=access, **more
        )
        async with living_bot(settings):
            yield story, boss


async def said(person: Person, line: str, *, to: Message | None = None, chat: int = 0) -> Message:
    """What the bot answers, in the private chat unless a group is named."""
    where = chat or person.user_id
    return await person.answer_to(person.say(line, chat=where, to=to), chat=where)


def lines_with(person: Person, part: str, chat: int | None = None) -> int:
    return sum(1 for message in person.from_bot(chat) if part in words_of(message))
