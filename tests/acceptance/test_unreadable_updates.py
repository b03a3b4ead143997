"""Updates nobody can read: kept, told to the operator, and in nobody's way."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from beside import rows
from story import Person, Story, living_bot, served_town, settings_for, words
from telling import said_to, until

OPERATOR = 77
LAN = {"id": 7, "is_bot": False, "first_name": "Lan"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Lan"}


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Story]:
    """The bot, with an operator who is told."""
    async with served_town(tmp_path / "town") as town:
        town.world.add_user("Operator", language_code="en", user_id=OPERATOR)
        story = Story(town, tmp_path / "data")
        environ = settings_for(town, story.data_dir, BOT_ADMIN_IDS=str(OPERATOR))
        async with living_bot(environ):
            yield story


@pytest.mark.parametrize(
    "parts",
    [
        {"message": "broken"},
        {"message": {"text": "no id, no chat"}},
        {"message": {"message_id": 1, "date": "yesterday", "chat": PRIVATE, "text": "/help"}},
        {"message": {"message_id": 1, "date": 1, "chat": {"id": 10**30}, "from": LAN}},
        {"callback_query": {"id": 5}},
        {"my_chat_member": [1, 2, 3]},
        {
            "message": {
                "message_id": 1,
                "date": 1,
                "chat": PRIVATE,
                "from": {**LAN, "first_name": "\ud83d"},
                "text": "/img half an emoji \ud83d",
            }
        },
    ],
)
async def test_what_cannot_be_read_is_kept_and_told_and_the_next_is_answered(
    watched: Story, parts: dict[str, object]
) -> None:
    an = watched.person("An", "en")
    watched.world.updates.put(parts)
    assert await said_to(an, "/quota")
    await until(lambda: rows(watched, "SELECT 1 FROM inbox WHERE state = 'failed'"))
    operator = Person(watched.world, OPERATOR)
    assert "đã giữ lại trong hộp thư" in words(await operator.sees("Không xử lý được cập nhật"))
    assert await said_to(an, "/jobs")


async def test_a_kind_of_update_nobody_asked_for_is_passed_over(watched: Story) -> None:
    # Asked for before an upgrade, perhaps: it was never promised to anybody.
    an = watched.person("An", "en")
    watched.world.updates.put({"brand_new_kind": {"id": 1}})
    assert await said_to(an, "/quota")
    await until(lambda: rows(watched, "SELECT COUNT(*) FROM inbox WHERE state = 'done'") == [(2,)])
