"""What Telegram is asked before an update is handled: never for whom the bot would turn away.

Knows nothing of what is asked. Without it, strangers and banned groups could make the bot call.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from telegram import Update

from bot.chat.access import Doorkeeper
from bot.chat.talk import Speaker, speaker_from, speaker_of
from bot.model import ChatId
from bot.store.port import Store

Ask = Callable[[], Awaitable[None]]
"""Calls Telegram and writes down what it says; how long that takes, nobody knows."""
Look = Callable[[Update], Awaitable[Ask | None]]
"""What has to be asked for an update; None: nothing, which is the rule and costs no call."""


def for_guests(look: Look, door: Doorkeeper, store: Store) -> Look:
    """The same for who may use the bot; for anybody else nothing is asked."""

    async def guarded(update: Update) -> Ask | None:
        ask = await look(update)
        speaker, chat = _speaker(update), update.effective_chat
        if ask is None or speaker is None or chat is None:
            return None
        refusal = await door.refusal(store, speaker.user_id, ChatId(chat.id))
        return ask if refusal is None else None

    return guarded


def command_said(update: Update, username: str) -> str | None:
    """The name of the command of ours that a message begins with; None: there is none.

    ``username``: the bot's own; a command may name another.
    """
    message = update.message
    words = ((message and (message.text or message.caption)) or "").split(maxsplit=1)
    command, _, bot = words[0].lower().partition("@") if words else ("", "", "")
    if not command.startswith("/") or (bot and bot != username.lower()):
        return None
    return command[1:]


def _speaker(update: Update) -> Speaker | None:
    """Who waits for an answer; None: nobody."""
    if update.callback_query is not None:
        return speaker_from(update.callback_query.from_user)
    if update.message is None or update.message.via_bot is not None:
        return None
    return speaker_of(update.message)
