"""The menus behind "/": for each kind of chat and language, only what somebody here can do."""

import telegram
from market import BOTH, PAINTER_ALONE

from bot.delivery.menus import set_menus
from bot.i18n import I18n
from bot.jobs.offers import Market
from bot.sandbox.world import World

MAKING = {"img", "video", "vary", "upscale", "pan", "zoom"}
OWN = {"jobs", "cancel", "history", "show", "quota", "receipts", "plans", "buy", "help"}
SMALL_PRINT = {"paysupport", "terms"}


async def set_for(bot: telegram.Bot, *admin_ids: int, market: Market = BOTH) -> None:
    i18n = I18n.load()
    await set_menus(bot, i18n, default_language="vi", market=market, admin_ids=admin_ids)


def menu(world: World, chat: int, *, language: str = "vi", user: int = 0) -> set[str]:
    return {each["command"] for each in world.commands_for(chat, language, user_id=user)}


async def test_everybody_sees_what_is_made_here_and_their_own_affairs(
    world: World, bot: telegram.Bot, lan: int
) -> None:
    group = world.add_group("Nhóm vẽ", [lan])["id"]
    await set_for(bot)
    assert {*MAKING, *OWN, "settings", "lang", *SMALL_PRINT} == menu(world, lan)
    assert {*MAKING, *OWN} == menu(world, group, user=lan)


async def test_a_groups_admin_sees_its_settings_and_a_member_does_not(
    world: World, bot: telegram.Bot, lan: int
) -> None:
    minh = world.add_user("Minh")["id"]
    group = world.add_group("Nhóm vẽ", [lan, minh], admins=[lan])["id"]
    await set_for(bot)
    shown = menu(world, group, user=lan) - menu(world, group, user=minh)
    assert {"settings", "lang", "doctor"} == shown


async def test_an_operator_sees_the_operators_commands_in_private_and_nobody_else_does(
    world: World, bot: telegram.Bot, lan: int
) -> None:
    minh = world.add_user("Minh")["id"]
    await set_for(bot, minh)
    operators = {"admin", "stats", "grant", "plan", "voucher", "doctor", "pause", "resume"}
    assert operators == menu(world, minh) - menu(world, lan)
    assert menu(world, minh) == menu(world, minh, language="en")


async def test_an_operator_who_never_wrote_keeps_nobody_else_from_a_menu(
    world: World, bot: telegram.Bot, lan: int
) -> None:
    stranger = 1
    await set_for(bot, stranger, lan)
    assert {"admin", "pause", "resume"} <= menu(world, lan)


async def test_a_menu_telegram_refuses_leaves_the_others_as_they_should_be(
    world: World, bot: telegram.Bot, lan: int
) -> None:
    group = world.add_group("Nhóm vẽ", [lan])["id"]
    world.fail_next("setMyCommands", status=400, description="Bad Request: no luck today")
    await set_for(bot, lan)
    assert {*MAKING, *OWN} == menu(world, group)
    assert {"admin"} <= menu(world, lan)


async def test_what_nobody_here_can_do_is_not_listed(
    world: World, bot: telegram.Bot, lan: int
) -> None:
    await set_for(bot, market=PAINTER_ALONE)
    assert {"video"} == {*MAKING, *OWN} - menu(world, lan)
