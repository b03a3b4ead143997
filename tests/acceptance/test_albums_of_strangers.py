"""Albums of people and groups the bot does not work for: nothing of them is kept."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bringing import PHOTO, send
from story import Story, living_bot, served_town, settings_for


async def test_an_album_is_remembered_only_where_the_bot_may_work(tmp_path: Path) -> None:
    async with served_town(tmp_path / "town") as town:
        story = Story(town, tmp_path / "data")
        owner, stranger = story.person("Owner", "en"), story.person("Stranger", "en")
        environ = settings_for(
            town, story.data_dir, BOT_ADMIN_IDS=str(owner.user_id), BOT_ACCESS="approved"
        )
        async with living_bot(environ):
            for person in (owner, stranger):
                send(person, PHOTO, PHOTO)
                await person.answer_to(person.say("/help"))
            with closing(sqlite3.connect(story.data_dir / "bot.db")) as database:
                chats = database.execute("SELECT chat_id FROM album_item").fetchall()
            assert [(owner.user_id,)] * 2 == chats
