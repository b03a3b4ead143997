"""Text as Telegram keeps it: plain characters, and entities counted in UTF-16 units.

It does not know what the text is for. Facts: core.telegram.org/bots/api#formatting-options;
wording of the errors: the Bot API server.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.sandbox.refusal import Json, Refusal, bad_request

_SIMPLE_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
}
SPANS = {"text": "entities", "caption": "caption_entities"}
"""Where the entities of each stand."""
_TAGS = {*_SIMPLE_TAGS, "span", "a", "blockquote", "tg-emoji"}
_OPENING = re.compile(r"<([^\s>/]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
_CLOSING = re.compile(r"</([^>]*)>")
_ATTRIBUTE = re.compile(r"([\w-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#[xX][0-9a-fA-F]+);")
_COMMAND = re.compile(r"(?<![\w/<>@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/@])")
_OPAQUE = {"code", "pre", "text_link", "custom_emoji"}


def utf16_length(text: str) -> int:
    """How long Telegram counts it: an emoji beyond the basic plane is two."""
    return len(text) + sum(character > "\uffff" for character in text)


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Plain text and its entities; raises Refusal 400 on a tag Telegram would not take.

    Links to `tg://user?id=` stay `text_link`; adjacent entities are not merged.
    """
    parser = _Html(source)
    return parser.read()


def trim(text: str, entities: Iterable[Json]) -> tuple[str, list[Json]]:
    """Without the white space around, entities moved and clipped, empty ones dropped."""
    kept = text.strip()
    skipped = utf16_length(text[: len(text) - len(text.lstrip())])
    end = utf16_length(kept)
    moved = []
    for entity in entities:
        start = max(entity["offset"] - skipped, 0)
        stop = min(entity["offset"] - skipped + entity["length"], end)
        if start < stop:
            moved.append({**entity, "offset": start, "length": stop - start})
    return kept, sorted(moved, key=lambda entity: (entity["offset"], -entity["length"]))


def with_commands(text: str, entities: list[Json]) -> list[Json]:
    """The entities plus a `bot_command` for each `/word` outside of code and links."""
    found = []
    for match in _COMMAND.finditer(text):
        start = utf16_length(text[: match.start()])
        stop = start + len(match.group())
        if not any(_covers(entity, start, stop) for entity in entities):
            found.append({"type": "bot_command", "offset": start, "length": stop - start})
    return sorted([*entities, *found], key=lambda entity: (entity["offset"], -entity["length"]))


def _covers(entity: Json, start: int, stop: int) -> bool:
    taken = bool(entity["type"] in _OPAQUE)
    return taken and entity["offset"] < stop and start < entity["offset"] + entity["length"]


@dataclass(frozen=True)
class _Open:
    tag: str
    attributes: dict[str, str]
    offset: int  # UTF-16 units of plain text before it


class _Html:
    def __init__(self, source: str) -> None:
        self._source = source
        self._plain: list[str] = []
        self._length = 0
        self._open: list[_Open] = []
        self._entities: list[Json] = []

    def read(self) -> tuple[str, list[Json]]:
        at = 0
        while at < len(self._source):
            if self._source.startswith("</", at):
                at = self._close(at)
            elif self._source[at] == "<":
                at = self._begin(at)
            else:
                at = self._characters(at)
        if self._open:
            tag = self._open[-1].tag
            raise _unreadable(f'Can\'t find end tag corresponding to start tag "{tag}"')
        return "".join(self._plain), self._entities

    def _characters(self, at: int) -> int:
        if reference := _REFERENCE.match(self._source, at):
            self._append(html.unescape(reference.group()))
            return reference.end()
        following = re.compile(r"[<&]").search(self._source, at + 1)
        end = following.start() if following else len(self._source)
        self._append(self._source[at:end])
        return end

    def _append(self, characters: str) -> None:
        self._plain.append(characters)
        self._length += utf16_length(characters)

    def _begin(self, at: int) -> int:
        match = _OPENING.match(self._source, at)
        name = re.split(r"[\s>]", self._source[at + 1 :], maxsplit=1)[0].lower()
        if name not in _TAGS:
            raise _unreadable(f'Unsupported start tag "{name}" at byte offset {self._bytes(at)}')
        if match is None:
            raise _unreadable(f"Unclosed start tag at byte offset {self._bytes(at)}")
        attributes = {
            found[0].lower(): html.unescape(found[1] or found[2] or found[3])
            for found in _ATTRIBUTE.findall(match[2])
        }
        if name == "span" and attributes.get("class") != "tg-spoiler":
            place = self._bytes(at)
            raise _unreadable(f'Tag "span" must have class "tg-spoiler" at byte offset {place}')
        self._open.append(_Open(name, attributes, self._length))
        return match.end()

    def _close(self, at: int) -> int:
        match = _CLOSING.match(self._source, at)
        if match is None:
            raise _unreadable(f"Unclosed end tag at byte offset {self._bytes(at)}")
        name = match[1].strip().lower()
        if not self._open:
            raise _unreadable(f"Unexpected end tag at byte offset {self._bytes(at)}")
        opened = self._open.pop()
        if name and name != opened.tag:
            raise _unreadable(
                f"Unmatched end tag at byte offset {self._bytes(at)}, "
                f'expected "</{opened.tag}>", found "</{name}>"',
            )
        self._finish(opened)
        return match.end()

    def _finish(self, opened: _Open) -> None:
        kind = self._kind(opened)
        if kind is None or self._length == opened.offset:
            return
        span = {"offset": opened.offset, "length": self._length - opened.offset}
        self._entities.append({"type": kind[0], **span, **kind[1]})

    def _kind(self, opened: _Open) -> tuple[str, Json] | None:
        attributes = opened.attributes
        match opened.tag:
            case "span":
                return "spoiler", {}
            case "a":
                url = attributes.get("href", "")
                return ("text_link", {"url": url}) if "." in url or "://" in url else None
            case "blockquote":
                expandable = "expandable" in attributes
                return ("expandable_blockquote" if expandable else "blockquote"), {}
            case "tg-emoji":
                return "custom_emoji", {"custom_emoji_id": attributes.get("emoji-id", "")}
            case "code" if self._open and self._open[-1].tag == "pre":
                self._name_language(attributes)
                return None
            case "pre":
                return "pre", {k: v for k, v in attributes.items() if k == "language"}
            case tag:
                return _SIMPLE_TAGS[tag], {}

    def _name_language(self, attributes: dict[str, str]) -> None:
        """`<pre><code class="language-x">` is one entity: the code tag only names the language."""
        css = attributes.get("class", "")
        if css.startswith("language-"):
            outer = self._open[-1]
            language = {"language": css.removeprefix("language-")}
            self._open[-1] = _Open(outer.tag, {**outer.attributes, **language}, outer.offset)

    def _bytes(self, at: int) -> int:
        return len(self._source[:at].encode())


def _unreadable(reason: str) -> Refusal:
    return bad_request(f"can't parse entities: {reason}")


def typed(key: str, text: str) -> Json:
    """What a person types as a `text` or `caption`: commands get their entities."""
    found = with_commands(text, [])
    return {key: text, **({SPANS[key]: found} if found else {})}
