"""Telegram calls the bot instead of being asked: the same stories, and what strangers can do."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
from beside import rows
from posted import SECRET, posted, webhook_settings
from samples import picture
from story import Person, Story, free_port, is_media, living_bot, served_town, settings_for, words
from telling import press, said_to, until


def written(story: Story, user_id: int, text: str, update_id: int = 5) -> dict[str, Any]:
    """An update as Telegram would bring it."""
    user = story.world.chats.users[user_id]
    chat = {"id": user_id, "type": "private", "first_name": user["first_name"]}
    message = {"message_id": 900, "date": 1_800_000_000, "from": user, "chat": chat, "text": text}
    return {"update_id": update_id, "message": message}


async def test_a_picture_its_buttons_and_an_album_work_as_with_polling(tmp_path: Path) -> None:
    async with posted(tmp_path) as bot:
        story = bot.story
        an = story.person("An", "en")
        grid = await an.result_of(an.say("/img a cat"))
        assert await press(an, grid, "2")
        await an.sees(is_media, after=grid)
        items = story.world.send_files(
            an.user_id,
            an.user_id,
            [("a.png", picture(64, 64)), ("b.png", picture(64, 64))],
            caption="/img mix these --with flow",
        )
        mixed = await an.result_of(items[0])
        assert "from these 2 pictures" in words(mixed)
        assert not [call for call in story.world.calls if call.method == "getUpdates"]
        (told,) = [call for call in story.world.calls if call.method == "setWebhook"]
        assert f"http://127.0.0.1:{bot.port}/telegram" == told.parameters["url"]
        assert SECRET == told.parameters["secret_token"]
        assert not told.parameters.get("drop_pending_updates")
        await until(lambda: not story.world.updates.pending)


async def test_strangers_are_turned_away_before_anything_is_read(tmp_path: Path) -> None:
    async with posted(tmp_path) as bot:
        an = bot.story.person("An", "en")
        update = written(bot.story, an.user_id, "/img a cat")
        for secret in (None, "", "guess", SECRET + "x", SECRET[:-1]):
            assert 401 == await bot.call(update, secret=secret)
            assert 401 == await bot.call(b"{", secret=secret)
        assert [] == rows(bot.story, "SELECT * FROM inbox")
        async with httpx.AsyncClient(trust_env=False) as client:
            assert 405 == (await client.get(f"http://127.0.0.1:{bot.port}/telegram")).status_code


async def test_the_same_update_ten_times_is_answered_once(tmp_path: Path) -> None:
    async with posted(tmp_path) as bot:
        an = bot.story.person("An", "en")
        update = written(bot.story, an.user_id, "/help")
        assert [200] * 10 == await asyncio.gather(*(bot.call(update) for _ in range(10)))
        await said_to(an, "/quota")
        assert 200 == await bot.call(update)
        await said_to(an, "/quota")
        assert 3 == len(an.from_bot())


async def test_what_nobody_can_read_is_kept_once_and_the_operator_is_told_once(
    tmp_path: Path,
) -> None:
    # Refused, it would come again for a day, and what follows in its chat would wait behind it.
    async with posted(tmp_path, BOT_ADMIN_IDS="77") as bot:
        story = bot.story
        user = story.world.add_user("Operator", language_code="en", user_id=77)
        operator = Person(story.world, user["id"])
        nonsense = (
            b"",
            b"{",
            b"[]",
            b"7",
            b"\xff\xfe",
            b"[" * 100_000,
            b'{"message": {}}',
            b'{"update_id": "5"}',
            b'{"update_id": -5}',
            b'{"update_id": 9223372036854775808}',
        )
        await operator.answer_to(operator.say("/help"))
        for body in nonsense:
            assert [200, 200] == [await bot.call(body) for _ in range(2)]
        assert len(nonsense) == len(rows(story, "SELECT 1 FROM inbox WHERE state = 'failed'"))

        def told() -> int:
            return sum("could not be handled" in words(m) for m in operator.from_bot())

        await until(lambda: told() >= len(nonsense))
        assert await said_to(operator, "/quota")
        assert 413 == await bot.call(b" " * 1024 * 1024 + b"{}")
        assert len(nonsense) == told()


async def test_an_update_with_half_an_emoji_and_odd_numbers_is_kept_as_it_came(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as bot:
        an = bot.story.person("An", "en")
        odd = b'{"update_id": 1, "message": {"chat": {"id": 99999999999999999999}, "text": "\\ud83d"}}'
        assert 200 == await bot.call(odd)
        await until(lambda: rows(bot.story, "SELECT 1 FROM inbox WHERE state = 'failed'"))
        ((payload,),) = rows(bot.story, "SELECT payload FROM inbox")
        assert json.loads(odd) == json.loads(payload)
        assert await said_to(an, "/quota")


async def test_from_polling_to_webhook_and_back_nothing_is_lost(tmp_path: Path) -> None:
    async with served_town(tmp_path / "town") as town:
        story = Story(town, tmp_path / "data")
        an = story.person("An", "en")
        asked = []
        for mode in ({}, webhook_settings(free_port()), {}, webhook_settings(free_port())):
            asked.append(an.say("/quota"))  # while nobody is there
            async with living_bot(settings_for(town, story.data_dir, **mode)):
                asked.append(an.say("/quota"))
                for message in asked[-2:]:
                    await an.answer_to(message)
        assert len(asked) == len(an.from_bot())


async def test_it_begins_as_soon_as_telegram_is_there_again(tmp_path: Path) -> None:
    port = free_port()
    async with served_town(tmp_path / "town") as town:
        story = Story(town, tmp_path / "data")
        an = story.person("An", "en")
        town.world.fail_next("setWebhook", status=502, description="Bad Gateway", times=2)
        async with living_bot(settings_for(town, story.data_dir, **webhook_settings(port))):
            await an.answer_to(an.say("/help"))
            async with httpx.AsyncClient(trust_env=False) as client:
                answer = await client.get(f"http://127.0.0.1:{port}/readyz")
            assert {"ready": True} == answer.json()


async def test_a_webhook_somebody_set_while_polling_is_taken_away_again(tmp_path: Path) -> None:
    async with served_town(tmp_path / "town") as town:
        story = Story(town, tmp_path / "data")
        an = story.person("An", "en")
        async with living_bot(settings_for(town, story.data_dir)):
            await said_to(an, "/help")
            town.world.updates.set_webhook({"url": "https://somebody.example/telegram"})
            assert await said_to(an, "/quota")
