"""Places, buttons and words of ours in the shapes Telegram's library takes. Pure.

Knows nothing of calls and of what is said.
"""

from __future__ import annotations

import html
import re
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters

from bot.delivery.presentation import Keyboard
from bot.model import Place


def where(place: Place) -> dict[str, Any]:
    """The arguments that say where in its chat a new message goes, and how loudly."""
    reply = None
    if place.reply_to is not None and place.reply_to > 0:  # else of before its group moved
        reply = ReplyParameters(place.reply_to, allow_sending_without_reply=True)
    return {
        "message_thread_id": place.thread_id,
        "reply_parameters": reply,
        "disable_notification": place.is_silent or None,
    }


def markup_of(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    """None: no buttons."""
    if not keyboard:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(button.label, url=button.url)
                if button.url
                else InlineKeyboardButton(button.label, callback_data=button.data)
                for button in row
            ]
            for row in keyboard
        ]
    )


def bare_words(text: str) -> str:
    """HTML of ours without its markup, as HTML that nobody can fail to read."""
    return html.escape(html.unescape(re.sub(r"</?[a-zA-Z][^<>]*>", "", text)), quote=False)
