"""Reads what acts on a result: `/vary`, `/upscale`, and short replies without a slash.

Knows nothing of the result acted on: whether its provider can do it is decided elsewhere.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from bot.chat.parsed import (
    Edit,
    Mistake,
    NotForUs,
    PickCommand,
    Span,
    UpscaleCommand,
    VaryCommand,
)
from bot.chat.wish import reach_of
from bot.chat.words import Word, scan, words_of

TILES: Final = range(1, 5)
STRENGTHS: Final[Mapping[str, str]] = {
    "strong": "strong",
    "mạnh": "strong",
    "manh": "strong",
    "subtle": "subtle",
    "nhẹ": "subtle",
    "nhe": "subtle",
}
KINDS: Final[Mapping[str, str]] = {
    "subtle": "subtle",
    "nhẹ": "subtle",
    "nhe": "subtle",
    "creative": "creative",
    "sáng tạo": "creative",
    "sang tao": "creative",
    "2k": "2k",
    "4k": "4k",
}
_VARY: Final = ("vary", "biến thể", "bien the")
_UPSCALE: Final = ("upscale", "phóng to", "phong to", "nâng cấp", "nang cap")
_NUMBER = re.compile(r"[0-9]{1,3}")


def read_vary(text: str, command: Span) -> VaryCommand:
    """`[1-4] [strong|subtle] [PROMPT]` after ``command``. Raises Mistake."""
    _refuse_options(text, command)
    words = words_of(text, command[1])
    tile = _read_tile(words[0]) if words and _NUMBER.fullmatch(words[0].text) else None
    rest = words[1:] if tile else words
    strength = STRENGTHS.get(_fold(rest[0].text)) if rest else None
    if strength:
        rest = rest[1:]
        # `vary strong 3` names the tile; `vary strong 3 cats` counts cats
        if tile is None and len(rest) == 1 and _NUMBER.fullmatch(rest[0].text):
            return VaryCommand(_read_tile(rest[0]), strength)
    elif len(rest) == 1:
        _check_spelling(rest[0])
    prompt = text[rest[0].start :].strip() if rest else ""
    return VaryCommand(tile, strength, prompt)


def read_upscale(text: str, command: Span) -> UpscaleCommand:
    """`[1-4] [subtle|creative|2k|4k]` after ``command``, in any order. Raises Mistake."""
    _refuse_options(text, command)
    tile: int | None = None
    kind: str | None = None
    for word in _joined(words_of(text, command[1])):
        if tile is None and _NUMBER.fullmatch(word.text):
            tile = _read_tile(word)
        elif kind is None and (known := KINDS.get(_fold(word.text))):
            kind = known
        else:
            close = difflib.get_close_matches(
                _fold(word.text), ("subtle", "creative", "2k", "4k"), 1
            )
            edits = [Edit(*word.span, meant) for meant in close if kind is None]
            raise Mistake("complaint.upscale_unknown", word.span, *edits, value=word.text)
    return UpscaleCommand(tile, kind)


def read_reply(text: str) -> PickCommand | VaryCommand | UpscaleCommand | NotForUs:
    """A reply to a result without a slash; NotForUs unless it cannot mean anything else.

    Raises Mistake when the verb is plain and the tile is none of 1 to 4.
    """
    folded = _fold(text)
    if re.fullmatch(r"[1-4]", folded):
        return PickCommand(int(folded))
    if re.fullmatch(r"v[1-4]", folded):
        return VaryCommand(int(folded[1]))
    if re.fullmatch(r"u[1-4]", folded):
        return UpscaleCommand(int(folded[1]))
    for verb in (*_VARY, *_UPSCALE):
        words = folded.split()
        said = verb.split()
        if words[: len(said)] == said:
            return _read_verb(text, verb, words[len(said) :])
    return NotForUs()


def _read_verb(text: str, verb: str, rest: list[str]) -> VaryCommand | UpscaleCommand | NotForUs:
    known = STRENGTHS if verb in _VARY else KINDS
    told = " ".join(rest)
    number = next((word for word in rest if _NUMBER.fullmatch(word)), None)
    chosen = re.sub(r"(?<!\S)[0-9]{1,3}(?!\S)", "", told, count=1).strip()
    if chosen and chosen not in known:
        return NotForUs()
    tile = None
    if number is not None:
        tile = _read_tile(next(word for word in words_of(text) if _fold(word.text) == number))
    strength = known.get(chosen)
    return VaryCommand(tile, strength) if verb in _VARY else UpscaleCommand(tile, strength)


def _read_tile(word: Word) -> int:
    tile = int(word.text)
    if tile not in TILES:
        raise Mistake("complaint.tile_out_of_range", word.span, value=word.text)
    return tile


def _check_spelling(word: Word) -> None:
    close = difflib.get_close_matches(_fold(word.text), ("strong", "subtle"), 1)
    for meant in close:
        edit = Edit(*word.span, meant)
        raise Mistake("complaint.strength_near", word.span, edit, value=word.text, near=meant)


def _refuse_options(text: str, command: Span) -> None:
    line = scan(text, command[1], reach_of)
    for option in line.options:
        edits = [line.without(each) for each in line.options]
        raise Mistake(
            "complaint.option_misplaced",
            option.span,
            *edits,
            option=f"{option.dash}{option.name}",
            command=text[slice(*command)].split("@", maxsplit=1)[0],
        )


def _joined(words: list[Word]) -> list[Word]:
    """`sáng tạo` is one word to us."""
    joined: list[Word] = []
    for word in words:
        pair = f"{joined[-1].text} {word.text}" if joined else ""
        if _fold(pair) in KINDS:
            joined[-1] = Word(pair, joined[-1].start, word.end)
        else:
            joined.append(word)
    return joined


def _fold(text: str) -> str:
    """Lower case, accents composed the one way the tables above are written."""
    return unicodedata.normalize("NFC", text).lower().strip()
