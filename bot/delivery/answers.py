"""How an answer reads: its sentences by their keys, its buttons, and whom a question is put to. Pure.

Knows nothing of what is answered, nor of jobs. Text is Telegram's HTML; whatever a person wrote
is escaped by `Tongue.html`.
"""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Mapping, Sequence
from typing import Any

from bot.delivery.presentation import Button, Keyboard, Words, clip, side_by_side
from bot.i18n import Tongue

TEXT_MAX = 4_096
VALUES_MAX = (TEXT_MAX, 1_900, 700, 150)
"""UTF-16 units of each of somebody's words in an answer: the first that fits a message."""


def to_whom(question: Mapping[str, Any], chat_id: int) -> str:
    """In a group the name of who is asked: a reply opens by itself only for who is named."""
    if chat_id > 0 or question["user_id"] < 0:  # a chat acting as itself has no name to tap
        return ""
    name = html.escape(question["first_name"], quote=False)
    return f'<a href="tg://user?id={question["user_id"]}">{name}</a>: '


def catalogue_text(
    tongue: Tongue,
    payload: Mapping[str, Any],
    timezone: Any,
    titles: Mapping[str, str],
    *,
    bot: str,
    at: str = "",
) -> Words:
    """A text row: its lines by key, and its buttons; providers by their ``titles``.

    ``bot``: its username, which every line and address may name as `{bot}`. ``at``: what stands
    behind a command as `{at}`, where one without it may reach nobody (`people.at_in`).

    A value's name says how it is written: `*_vnd` money, `*_at` a moment, `*_day` an ISO date,
    `*_s` a duration, `percent` whole per cent; a plain integer is a number, a table a name in each
    language; everything else is somebody's words. Words are escaped, and cut where the message
    would be longer than Telegram takes.
    """
    for most in VALUES_MAX:
        text = "\n".join(
            _line(tongue, _titled(line, titles, {"bot": bot, "at": at}), timezone, most)
            for line in payload.get("lines") or [payload]
        )
        if len(text.encode("utf-16-le")) <= TEXT_MAX * 2:
            break
    keyboard = [
        row
        for group in payload.get("buttons") or []
        for row in _own_rows(tongue, group, titles, bot)
    ]
    return Words(text, keyboard, is_question="question" in payload)


def _own_rows(
    tongue: Tongue, group: Sequence[Mapping[str, Any]], titles: Mapping[str, str], bot: str
) -> Keyboard:
    """A row; where prices make it too long, several."""
    buttons = [_own_button(tongue, button, titles, bot) for button in group]
    is_priced = any("cost_vnd" in button for button in group)
    return side_by_side(buttons) if is_priced else [buttons]


def _own_button(
    tongue: Tongue, button: Mapping[str, Any], titles: Mapping[str, str], bot: str
) -> Button:
    if "url" in button:
        return Button(tongue.text(button["key"]), url=button["url"].replace("{bot}", bot))
    word = tongue.own(button["word"])
    values = {"word": titles.get(word, word)}
    if "amount_vnd" in button:
        values["amount"] = tongue.money(button["amount_vnd"])
    label = tongue.text(button["key"], **values)
    if "cost_vnd" in button:
        label = f"{label} · {tongue.money(button['cost_vnd'])}"
    if button.get("is_chosen"):
        label = tongue.text("button.chosen", label=label)
    return Button(label, button["data"])


def _titled(
    line: Mapping[str, Any], titles: Mapping[str, str], always: Mapping[str, str]
) -> Mapping[str, Any]:
    """A value named `provider` is one's name, which only commands are written with."""
    values = {**always, **(line.get("values") or {})}
    if "provider" in values:
        values["provider"] = titles.get(values["provider"], values["provider"])
    return {**line, "values": values}


def _line(tongue: Tongue, line: Mapping[str, Any], timezone: Any, most: int) -> str:
    values = {
        name: _value(tongue, name, value, timezone, most)
        for name, value in (line.get("values") or {}).items()
    }
    gap = "\n" if line.get("is_apart") else ""
    if "n" in line:
        return gap + tongue.html_plural(line["key"], line["n"], **values)
    return gap + tongue.html(line["key"], **values)


def _value(tongue: Tongue, name: str, value: Any, timezone: Any, most: int) -> object:
    if name.endswith("_vnd"):
        return tongue.money(value)
    if name.endswith("_at"):
        return tongue.date_time(value, timezone)
    if name.endswith("_day"):
        return tongue.date(dt.date.fromisoformat(value))
    if name.endswith("_s"):
        return tongue.duration(value)
    if name == "percent":
        return tongue.percent(value)
    if name == "contact" and not value:
        return tongue.text("contact.unnamed")  # the plan file names nobody
    if isinstance(value, Mapping):  # a name that is another in each language
        value = tongue.own(value)
    if isinstance(value, int):
        return tongue.number(value)
    return clip(value, most) if isinstance(value, str) else value
