"""Reads what acts on a result: `/vary`, `/upscale`, `/pan`, `/zoom`, and replies without a slash.

Knows nothing of the result acted on: whether anybody can do it is decided elsewhere.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from bot.chat.parsed import (
    AgainCommand,
    Edit,
    Mistake,
    NotForUs,
    PanCommand,
    PickCommand,
    Span,
    UpscaleCommand,
    VaryCommand,
    ZoomCommand,
)
from bot.chat.wish import reach_of
from bot.chat.words import Word, is_visible, scan, words_of

DerivedCommand = VaryCommand | UpscaleCommand | PanCommand | ZoomCommand

TILES: Final = range(1, 5)
FACTOR_MAX: Final = 2
"""A zoom goes out by more than 1 and no more than this."""
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
DIRECTIONS: Final[Mapping[str, str]] = {
    "left": "left",
    "trái": "left",
    "trai": "left",
    "right": "right",
    "phải": "right",
    "phai": "right",
    "up": "up",
    "lên": "up",
    "len": "up",
    "lên trên": "up",
    "len tren": "up",
    "down": "down",
    "xuống": "down",
    "xuong": "down",
    "xuống dưới": "down",
    "xuong duoi": "down",
}
SQUARE: Final[Mapping[str, str]] = {
    "square": "square",
    "vuông": "square",
    "vuong": "square",
    "hình vuông": "square",
    "hinh vuong": "square",
}
_VERBS: Final[Mapping[str, str]] = {
    "vary": "vary",
    "biến thể": "vary",
    "bien the": "vary",
    "upscale": "upscale",
    "phóng to": "upscale",
    "phong to": "upscale",
    "nâng cấp": "upscale",
    "nang cap": "upscale",
    "pan": "pan",
    "lia": "pan",
    "mở rộng": "pan",
    "mo rong": "pan",
    "zoom out": "zoom",
    "zoom": "zoom",
    "lùi xa": "zoom",
    "lui xa": "zoom",
}
"""A longer verb before one it begins with. "thu nhỏ" is not here: it may as well ask for fewer
pixels."""
AGAIN: Final = "again"
_AGAIN: Final = frozenset(
    {
        *(AGAIN, "redo", "same again", "once more", "one more time"),
        *("lại", "lai", "lần nữa", "lan nua", "làm lại", "lam lai", "vẽ lại", "ve lai"),
        *("làm lại lần nữa", "vẽ lại lần nữa"),
    }
)
_NEEDS_DIRECTION: Final = ("mở rộng", "mo rong")
"""Said without a direction these may mean anything."""
_ENDINGS: Final = "!.…"
_NUMBER = re.compile(r"[0-9]{1,3}")
_FACTOR = re.compile(r"(?:[x×] ?)?([0-9]{1,3}(?:[.,][0-9]{1,3})?)(?: ?(?:x|×|lần))?")
_TOWARDS = re.compile(r"(?:sang|qua|bên|ben|phía|phia) ")


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
    return VaryCommand(tile, strength, prompt if is_visible(prompt) else "")


def read_upscale(text: str, command: Span) -> UpscaleCommand:
    """`[1-4] [subtle|creative|2k|4k]` after ``command``, in any order. Raises Mistake."""
    _refuse_options(text, command)
    heard = _hear(words_of(text, command[1]), KINDS.get)
    if heard.strange:
        raise _mistaken(heard.strange, heard, "complaint.upscale_unknown", KINDS)
    return UpscaleCommand(_tile_of(heard), heard.meaning)


def read_pan(text: str, command: Span) -> PanCommand:
    """`[1-4] [left|right|up|down]` after ``command``, in any order. Raises Mistake."""
    _refuse_options(text, command)
    heard = _hear(words_of(text, command[1]), _direction)
    if heard.strange:
        raise _mistaken(heard.strange, heard, "complaint.pan_unknown", DIRECTIONS)
    return PanCommand(_tile_of(heard), heard.meaning)


def read_zoom(text: str, command: Span) -> ZoomCommand:
    """`[1-4] [1.5|2|1..2|square]` after ``command``, in any order. Raises Mistake.

    Of two whole numbers the first is the tile. One alone is a factor where it can be (`2`), else
    the tile: `1` is the first picture, and who wants it square writes `square`.
    """
    _refuse_options(text, command)
    heard = _hear_zoom(words_of(text, command[1]))
    if heard.strange:
        raise _mistaken(heard.strange, heard, "complaint.zoom_unknown", SQUARE)
    return _zoom(heard)


def read_reply(text: str) -> PickCommand | DerivedCommand | AgainCommand | NotForUs:
    """A reply to a result without a slash; NotForUs unless it cannot mean anything else.

    Raises Mistake when the verb is plain, or nothing but a number is there, and the number is
    out of reach.
    """
    folded = _fold(text)
    if re.fullmatch(r"[1-4]", folded):
        return PickCommand(int(folded))
    if re.fullmatch(r"[5-9]", folded):
        _read_tile(words_of(text)[0])
    if re.fullmatch(r"v[1-4]", folded):
        return VaryCommand(int(folded[1]))
    if re.fullmatch(r"u[1-4]", folded):
        return UpscaleCommand(int(folded[1]))
    words = words_of(text)
    spoken = [_fold(word.text) for word in words]
    if " ".join(spoken).rstrip(_ENDINGS) in _AGAIN:
        return AgainCommand()
    for verb in _VERBS:
        said = verb.split()
        if spoken[: len(said)] == said:
            return _read_verb(verb, words[len(said) :])
    return NotForUs()


@dataclasses.dataclass(frozen=True, slots=True)
class _Heard:
    """Words sorted into what they can be."""

    numbers: tuple[Word, ...]
    known: Word | None
    meaning: str | None
    """What the known word means."""
    strange: Word | None
    """The first that is neither, or one too many."""


def _hear(
    words: list[Word], meaning_of: Callable[[str], str | None], numbers_max: int = 1
) -> _Heard:
    numbers: list[Word] = []
    known: Word | None = None
    strange: Word | None = None
    for word in _joined(words, meaning_of):
        if _NUMBER.fullmatch(word.text) and len(numbers) < numbers_max:
            numbers.append(word)
        elif known is None and meaning_of(_fold(word.text)):
            known = word
        else:
            strange = strange or word
    meaning = meaning_of(_fold(known.text)) if known else None
    return _Heard(tuple(numbers), known, meaning, strange)


def _hear_zoom(words: list[Word]) -> _Heard:
    heard = _hear(words, _zoom_word, numbers_max=2)
    if heard.known and len(heard.numbers) > 1:
        return dataclasses.replace(heard, strange=heard.strange or heard.numbers[1])
    return heard


def _joined(words: list[Word], meaning_of: Callable[[str], str | None]) -> list[Word]:
    """`sáng tạo` and `2 lần` are one word to us."""
    joined: list[Word] = []
    for word in words:
        pair = f"{joined[-1].text} {word.text}" if joined else ""
        if meaning_of(_fold(pair)):
            joined[-1] = Word(pair, joined[-1].start, word.end)
        else:
            joined.append(word)
    return joined


def _direction(said: str) -> str | None:
    return DIRECTIONS.get(_TOWARDS.sub("", said))


def _zoom_word(said: str) -> str | None:
    """`square`, or a number as typed; a whole one may turn out to be the tile."""
    if said in SQUARE:
        return SQUARE[said]
    factor = _FACTOR.fullmatch(said)
    return factor[1].replace(",", ".") if factor else None


def _zoom(heard: _Heard) -> ZoomCommand:
    numbers = list(heard.numbers)
    factor = heard.known
    if factor is None and numbers:
        is_factor = len(numbers) > 1 or int(numbers[0].text) not in {1, 3, 4}
        factor = numbers.pop() if is_factor else None
    tile = _read_tile(numbers[0]) if numbers else None
    return ZoomCommand(tile, _read_factor(factor) if factor else None)


def _read_factor(word: Word) -> str:
    """`square`, or a plain number without trailing zeros. Raises Mistake."""
    meant = _zoom_word(_fold(word.text)) or ""
    if meant in SQUARE:
        return meant
    factor = Decimal(meant)
    if 1 < factor <= FACTOR_MAX:
        return format(factor.normalize(), "f")
    nearest = str(FACTOR_MAX) if factor > 1 else "1.5"
    edit = Edit(*word.span, nearest)
    raise Mistake("complaint.factor_out_of_range", word.span, edit, value=word.text)


def _read_verb(verb: str, rest: list[Word]) -> DerivedCommand | NotForUs:
    name = _VERBS[verb]
    if name == "zoom":
        heard = _hear_zoom(rest)
        return NotForUs() if heard.strange else _zoom(heard)
    if name == "pan":
        heard = _hear(rest, _direction)
        is_vague = verb in _NEEDS_DIRECTION and heard.meaning is None
        if heard.strange or is_vague:
            return NotForUs()
        return PanCommand(_tile_of(heard), heard.meaning)
    heard = _hear(rest, STRENGTHS.get if name == "vary" else KINDS.get)
    if heard.strange:
        return NotForUs()
    make = VaryCommand if name == "vary" else UpscaleCommand
    return make(_tile_of(heard), heard.meaning)


def _tile_of(heard: _Heard) -> int | None:
    return _read_tile(heard.numbers[0]) if heard.numbers else None


def _read_tile(word: Word) -> int:
    tile = int(word.text)
    if tile not in TILES:
        raise Mistake("complaint.tile_out_of_range", word.span, value=word.text)
    return tile


def _mistaken(word: Word, heard: _Heard, key: str, known: Mapping[str, str]) -> Mistake:
    """What to say of a word that is not understood, and the nearest that would be."""
    close = difflib.get_close_matches(_fold(word.text), known, 1) if heard.known is None else []
    edits = [Edit(*word.span, known[meant]) for meant in close]
    return Mistake(key, word.span, *edits, value=word.text)


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
            option=option.typed,
            command=text[slice(*command)].split("@", maxsplit=1)[0],
        )


def _fold(text: str) -> str:
    """Lower case, accents composed the one way the tables above are written."""
    return unicodedata.normalize("NFC", text).lower().strip()
