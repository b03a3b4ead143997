"""A reply the bot asks for opens in the apps of whom it is meant for, and nowhere else."""

import pytest
import telegram
from telegram import ForceReply, ReplyParameters
from telegram.error import BadRequest

from bot.sandbox.world import World

SELECTIVE = ForceReply(selective=True, input_field_placeholder="1.8")


def asked(world: World) -> list[tuple[int, int]]:
    """Whose app has a reply opened, and to which message."""
    return [(each["user_id"], each["message_id"]) for each in world.chats.questions()]


async def test_a_question_opens_a_reply_and_the_message_tells_the_bot_nothing_of_it(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    sent = await bot.send_message(lan, "How far out?", reply_markup=SELECTIVE)
    assert [(lan, sent.message_id)] == asked(world)
    assert "1.8" == world.chats.questions()[0]["placeholder"]
    assert "reply_markup" not in world.message(lan, sent.message_id)


async def test_who_writes_has_answered_or_moved_on(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    await bot.send_message(lan, "How far out?", reply_markup=SELECTIVE)
    world.send_text(lan, lan, "/help")
    assert [] == asked(world)


async def test_a_deleted_question_asks_nobody(bot: telegram.Bot, world: World, lan: int) -> None:
    sent = await bot.send_message(lan, "How far out?", reply_markup=SELECTIVE)
    await bot.delete_message(lan, sent.message_id)
    assert [] == asked(world)


async def test_in_a_group_a_selective_question_is_for_whom_it_names_or_answers(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    minh = world.add_user("Minh", username="minh")["id"]
    stranger = world.add_user("Hoa", username="hoa")["id"]
    group = world.add_group("Club", [lan, minh])["id"]
    named = f'<a href="tg://user?id={minh}">Minh</a>, <a href="tg://user?id={stranger}">Hoa</a>?'
    first = await bot.send_message(group, named, parse_mode="HTML", reply_markup=SELECTIVE)
    assert [(minh, first.message_id)] == asked(world)
    world.send_text(minh, group, "later")

    second = await bot.send_message(group, "@Lan, how far?", reply_markup=SELECTIVE)
    assert [(lan, second.message_id)] == asked(world)
    said = world.send_text(lan, group, "/zoom")
    answer = ReplyParameters(said["message_id"])
    third = await bot.send_message(group, "?", reply_parameters=answer, reply_markup=SELECTIVE)
    assert [(lan, third.message_id)] == asked(world)


async def test_a_question_for_all_is_for_every_member(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    minh = world.add_user("Minh")["id"]
    world.add_user("Hoa")
    group = world.add_group("Club", [lan, minh])["id"]
    sent = await bot.send_message(group, "Who?", reply_markup=ForceReply())
    assert [(lan, sent.message_id), (minh, sent.message_id)] == sorted(asked(world))


async def test_a_placeholder_has_sixty_four_characters_at_most(bot: telegram.Bot, lan: int) -> None:
    with pytest.raises(BadRequest, match="placeholder"):
        await bot.send_message(lan, "?", reply_markup=ForceReply(input_field_placeholder="x" * 65))


async def test_the_menu_is_the_narrowest_that_was_set_for_a_person(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    minh = world.add_user("Minh")["id"]
    group = world.add_group("Club", [lan, minh], admins=[lan])["id"]
    for name, scope in (
        ("all", telegram.BotCommandScopeDefault()),
        ("groups", telegram.BotCommandScopeAllGroupChats()),
        ("admins", telegram.BotCommandScopeAllChatAdministrators()),
        ("minh", telegram.BotCommandScopeChatMember(group, minh)),
        ("lan", telegram.BotCommandScopeChat(lan)),
    ):
        await bot.set_my_commands([(name, "x")], scope=scope)

    def menu(chat_id: int, user_id: int) -> list[str]:
        return [each["command"] for each in world.commands_for(chat_id, "vi", user_id)]

    assert ["admins"] == menu(group, lan)
    assert ["minh"] == menu(group, minh)
    assert ["groups"] == menu(group, 0)
    assert ["lan"] == menu(lan, lan)
    assert ["all"] == menu(minh, minh)
