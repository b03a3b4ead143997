"""Commands whose pictures must be fetched first, and the albums they come in, as rows.

Knows nothing of how pictures are fetched or what is made of them. A draft holds no money.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

from bot.chat.pictures import Brought, Picture
from bot.chat.talk import Talk, line
from bot.model import ChatId, JobId, MessageId, Millis, Place, UserId
from bot.store.port import Reading, Row, Topic, Transaction

QUIET_MS = 1_500
"""An album has no end mark: it is taken as whole when nothing of it came for so long."""
LONGEST_MS = 8_000
"""After the command, whatever still comes."""
MOST_WAITING = 10
"""Of one person; more would be a flood of downloads."""
NUMBER_MAX = 18
"""Digits: what has more does not fit into a column."""


@dataclasses.dataclass(frozen=True, slots=True)
class Draft:
    """A command that is not a job yet."""

    draft_id: int
    user_id: UserId
    place: Place
    """Where the command stands, and is answered."""
    text: str
    media_group_id: str | None
    pictures: tuple[Picture, ...]
    """Those at hand when it was written; the album's others are rows of their own."""
    parent_id: JobId | None
    tile: int | None
    attempts: int
    due_at: Millis | None
    """None: it waits for the person to say which tile, or yes to its price."""
    said_vnd: int | None
    """What the button that told the tile said it costs; None: none was pressed."""


def read_draft(row: Row) -> Draft:
    return Draft(
        draft_id=row["draft_id"],
        user_id=UserId(row["user_id"]),
        place=Place(ChatId(row["chat_id"]), row["thread_id"], MessageId(row["message_id"])),
        text=row["text"],
        media_group_id=row["media_group_id"],
        pictures=tuple(Picture(**picture) for picture in json.loads(row["pictures"])),
        parent_id=row["parent_id"],
        tile=row["tile"],
        attempts=row["attempts"],
        due_at=row["due_at"],
        said_vnd=row["said_vnd"],
    )


def draft_number(word: str) -> int | None:
    """A draft's number from a button, which anybody can forge; None when no draft can have it."""
    is_number = word.isascii() and word.isdecimal() and len(word) <= NUMBER_MAX
    return int(word) if is_number else None


async def find_draft(reading: Reading, draft_id: int) -> Draft | None:
    row = await reading.one("draft_get", draft_id=draft_id)
    return read_draft(row) if row else None


async def add_draft(
    talk: Talk,
    text: str,
    brought: Brought,
    *,
    parent_id: JobId | None = None,
    tile: int | None = None,
    due_at: Millis | None,
) -> int:
    """Write it down in the update's transaction; its number."""
    row = await talk.tx.one(
        "draft_add",
        user_id=talk.speaker.user_id,
        chat_id=talk.place.chat_id,
        thread_id=talk.place.thread_id,
        message_id=talk.place.reply_to,
        text=text,
        media_group_id=brought.media_group_id,
        pictures=json.dumps([picture.to_json() for picture in brought.pictures]),
        parent_id=parent_id,
        tile=tile,
        now=talk.now,
        due_at=due_at,
    )
    assert row is not None
    talk.tx.wake(Topic.DRAFTS)
    return int(row["draft_id"])


async def has_room(talk: Talk) -> bool:
    """Whether one more of the speaker's may wait; says so when not."""
    row = await talk.tx.one("drafts_of_user", user_id=talk.speaker.user_id)
    assert row is not None
    if row["waiting"] < MOST_WAITING:
        return True
    await talk.say(line("draft.too_many", count=MOST_WAITING))
    return False


async def note_album_item(
    tx: Transaction, chat_id: int, media_group_id: str, picture: Picture, *, now: Millis
) -> None:
    """Remember one item of an album; a command that waits for the album waits for the next."""
    is_new = await tx.run(
        "album_item_add",
        chat_id=chat_id,
        media_group_id=media_group_id,
        message_id=picture.message_id,
        picture=json.dumps(picture.to_json()),
        now=now,
    )
    if is_new:
        await tx.run(
            "draft_album_grew",
            chat_id=chat_id,
            media_group_id=media_group_id,
            now=now,
            quiet_ms=QUIET_MS,
            longest_ms=LONGEST_MS,
        )
        tx.wake(Topic.DRAFTS)


async def all_pictures(
    reading: Reading,
    chat_id: ChatId,
    pictures: Sequence[Picture],
    media_group_id: str | None,
) -> tuple[Picture, ...]:
    """Those at hand and what came of their album so far, in the album's order."""
    found = {picture.message_id: picture for picture in pictures}
    if media_group_id is not None:
        for row in await reading.all("album_items", chat_id=chat_id, media_group_id=media_group_id):
            found.setdefault(row["message_id"], Picture(**json.loads(row["picture"])))
    return tuple(found[message_id] for message_id in sorted(found))
