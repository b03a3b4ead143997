"""The real python-telegram-bot puts reactions on messages in the sandbox."""

import pytest
import telegram
from telegram.constants import ReactionEmoji
from telegram.error import BadRequest

from bot.sandbox.limits import Limits
from bot.sandbox.methods.editing import REACTIONS
from bot.sandbox.world import World


def test_the_sandbox_knows_the_emoji_that_telegram_takes() -> None:
    wide = "\N{VARIATION SELECTOR-16}"
    assert {emoji.value.replace(wide, "") for emoji in ReactionEmoji} == REACTIONS


async def test_a_reaction_stands_on_the_message_until_another_takes_its_place(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    group = world.add_group("Shop", [lan])["id"]
    hers = world.send_text(lan, group, "hello")["message_id"]
    assert await bot.set_message_reaction(group, hers, "👌")
    told = {"chat_id": group, "message_id": hers}
    assert [{**told, "emoji": "👌"}] == world.chats.reactions()
    await bot.set_message_reaction(group, hers, "👀")
    assert [{**told, "emoji": "👀"}] == world.chats.reactions()
    await bot.set_message_reaction(group, hers)
    assert [] == world.chats.reactions()


async def test_what_is_no_reaction_or_has_nothing_to_stand_on_is_refused(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    hers = world.send_text(lan, lan, "hello")["message_id"]
    with pytest.raises(BadRequest, match=r"(?i)reaction_invalid"):
        await bot.set_message_reaction(lan, hers, "🐈")
    world.delete_message(lan, hers)
    with pytest.raises(BadRequest, match=r"(?i)message to react not found"):
        await bot.set_message_reaction(lan, hers, "👌")


async def test_a_reaction_takes_nothing_of_a_groups_minute(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    world.pace.limits = Limits(group_per_minute=1)
    group = world.add_group("Shop", [lan])["id"]
    hers = world.send_text(lan, group, "hello")["message_id"]
    await bot.send_message(group, "the only one")
    assert await bot.set_message_reaction(group, hers, "👌")
