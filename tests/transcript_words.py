"""How a message of the bot is written down in a chat story. Pure.

Knows nothing of who plays the story. What varies from one run to the next, the codes of jobs,
gets a number in the order of appearance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

Message = dict[str, Any]
QUOTE_MAX = 40
_WHEN_HALF_DONE = re.compile(r"([1-9]/\d (?:done · about|xong · còn khoảng)) \d+")
"""Of an answer and a look at one instant, which is first decides when this is said next."""
_MARKS = {"bold": "**", "italic": "__", "code": "`", "pre": "```"}


class Codes:
    """The codes of jobs by the number they are known by in the story."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._known: set[str] = set()

    def learn(self, codes: Iterable[str]) -> None:
        """These are codes from now on."""
        self._known |= set(codes)

    def hide(self, text: str) -> str:
        """The text with `<code 1>` for the first code that appeared, and so on."""
        text = re.sub(r"[\d.,]+ MB", "<some> MB", text)  # of the disk it is played on
        text = _WHEN_HALF_DONE.sub(r"\1 <some>", text)
        return re.sub(r"[0-9A-Z]{6}", self._number, text)

    def show(self, text: str) -> str:
        """The text with the true codes. Raises KeyError for one that has not appeared."""
        true = {f"<code {number}>": code for code, number in self._numbers.items()}
        return re.sub(r"<code \d+>", lambda found: true[found[0]], text)

    def _number(self, found: re.Match[str]) -> str:
        code = found[0]
        if code not in self._known:
            return code
        return f"<code {self._numbers.setdefault(code, len(self._numbers) + 1)}>"


def marked(text: str, entities: Sequence[dict[str, Any]]) -> str:
    """The text with its formatting as marks: `**bold**`, `` `code` ``, `[words](address)`."""
    raw = text.encode("utf-16-le")
    opening: dict[int, str] = {}
    closing: dict[int, str] = {}
    for entity in entities:
        start, end = entity["offset"], entity["offset"] + entity["length"]
        before, after = _marks(entity)
        opening[start] = opening.get(start, "") + before
        closing[end] = after + closing.get(end, "")
    places = sorted({0, len(raw) // 2, *opening, *closing})
    written = ""
    for place, following in zip(places, [*places[1:], places[-1]], strict=True):
        written += closing.get(place, "") + opening.get(place, "")
        written += raw[place * 2 : following * 2].decode("utf-16-le")
    return written


def _marks(entity: dict[str, Any]) -> tuple[str, str]:
    match entity["type"]:
        case "text_link":
            return "[", f"]({entity['url']})"
        case "text_mention":
            return "@[", "]"
        case kind:
            mark = _MARKS.get(kind, "")
            return mark, mark


def media_of(message: Message) -> str:
    """What is shown: `photo`, `video`, `file NAME`; empty for mere words."""
    if "document" in message:
        return f"file {message['document']['file_name']}"
    return next((kind for kind in ("photo", "video") if kind in message), "")


def body_of(message: Message) -> list[str]:
    """The lines of a message: what it shows, its words, its buttons row by row."""
    shown = media_of(message)
    lines = [f"({shown})"] if shown else []
    if words := message.get("text") or message.get("caption"):
        entities = message.get("entities") or message.get("caption_entities") or []
        lines += marked(words, entities).split("\n")
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    lines += [" ".join(_button(button) for button in row) for row in rows]
    return lines


def _button(button: dict[str, Any]) -> str:
    address = f"({button['url']})" if "url" in button else ""
    return f"[{button['text']}]{address}"


def button_of(message: Message, label: str) -> dict[str, Any]:
    """The one button that says ``label``, whatever it costs. Raises ValueError without it."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = [button for row in rows for button in row]
    for button in buttons:
        if label in {button["text"], button["text"].rpartition(" · ")[0]}:
            return dict(button)
    there = " ".join(f"[{button['text']}]" for button in buttons) or "no button"
    raise ValueError(f"there is no [{label}], but {there}")


def quote_of(message: Message) -> str:
    """How a person's message is called: its beginning, or what it shows."""
    words = str(message.get("text") or message.get("caption") or "").split("\n")[0]
    if not words:
        return f"a {media_of(message).split(' ')[0] or 'message'}"
    return words if len(words) <= QUOTE_MAX else words[: QUOTE_MAX - 1] + "…"
