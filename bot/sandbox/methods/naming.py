"""The methods by which the bot says what it is: commands, name, descriptions.

They do not know what a person is shown of it.
"""

import re

from bot.sandbox.ask import Ask
from bot.sandbox.entities import utf16_length
from bot.sandbox.refusal import Json, bad_request

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


async def set_my_commands(ask: Ask) -> bool:
    """At most 100, lower case, each with 1-256 characters of description; of a chat it knows."""
    commands: list[Json] = ask.params.get("commands") or []
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not _COMMAND.fullmatch(command.get("command", "")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= utf16_length(command.get("description", "")) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    scope: Json | None = ask.params.get("scope")
    if scope is not None and "chat_id" in scope:
        ask.world.chats.open_to_bot(scope["chat_id"])
    ask.world.profile.set_commands(scope, ask.text("language_code"), commands)
    return True


async def get_my_commands(ask: Ask) -> list[Json]:
    return ask.world.profile.commands(ask.params.get("scope"), ask.text("language_code"))


async def delete_my_commands(ask: Ask) -> bool:
    ask.world.profile.set_commands(ask.params.get("scope"), ask.text("language_code"), [])
    return True


async def set_my_name(ask: Ask) -> bool:
    return _set(ask, "name", 64)


async def get_my_name(ask: Ask) -> Json:
    return _get(ask, "name")


async def set_my_description(ask: Ask) -> bool:
    return _set(ask, "description", 512)


async def get_my_description(ask: Ask) -> Json:
    return _get(ask, "description")


async def set_my_short_description(ask: Ask) -> bool:
    return _set(ask, "short_description", 120)


async def get_my_short_description(ask: Ask) -> Json:
    return _get(ask, "short_description")


def _set(ask: Ask, field: str, most: int) -> bool:
    text = ask.text(field)
    if utf16_length(text) > most:
        raise bad_request(f"BOT_{field.upper()}_TOO_LONG")
    ask.world.profile.texts[field, ask.text("language_code")] = text
    return True


def _get(ask: Ask, field: str) -> Json:
    texts = ask.world.profile.texts
    return {field: texts.get((field, ask.text("language_code")), texts.get((field, ""), ""))}
