"""Reads the values of the bot's own options. Knows no flag of Midjourney's and no prompt."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from bot.chat.hints import plain_letters
from bot.chat.parsed import Edit, Mistake
from bot.chat.words import Option
from bot.jobs.offers import nearest_ratio
from bot.providers.port import OperationSpec

WIDEST: Final = 14
"""Midjourney draws nothing more extreme than 14:1 or 1:14 (its help page on aspect ratio, V7)."""

SHAPES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("vuong", "square"), "1:1"),
    **dict.fromkeys(("ngang", "landscape"), "16:9"),
    **dict.fromkeys(("doc", "portrait"), "9:16"),
}
"""What a shape is called, without accents; only ever offered as a corrected line."""

VOICES_NAMED: Final = 4
"""Of thirty voices, as many are named to whoever asks for one that is not there."""

_RATIO = re.compile(r"([0-9]{1,4}):([0-9]{1,4})")
_DOT_FOR_COLON = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})")
_MEANT_RATIO = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,3})?)[:x×/*-]([0-9]{1,4}(?:\.[0-9]{1,3})?)")


def read_ratio(option: Option, spec: OperationSpec, provider: str) -> str:
    """`W:H` in whole numbers, one of those ``spec`` has if it has any. Raises Mistake."""
    value = plain(option)
    read = _RATIO.fullmatch(value)
    if (named := SHAPES.get(plain_letters(value))) is not None:
        edit = option.replaced("ar", named)
        raise Mistake("complaint.ratio_unreadable", option.span, edit, value=option.value)
    if read is None or not (int(read[1]) and int(read[2])):
        meant = _MEANT_RATIO.fullmatch(value.lower()) or _DOT_FOR_COLON.fullmatch(value)
        sides = [Fraction(side) for side in meant.groups()] if meant else []
        edits = [option.replaced("ar", _spell(sides[0] / sides[1]))] if sides and all(sides) else []
        raise Mistake("complaint.ratio_unreadable", option.span, *edits, value=option.value)
    width, height = int(read[1]), int(read[2])
    if not spec.ratios:
        return _within_reach(option, width, height)
    for ratio in spec.ratios:
        if _shape(ratio) == Fraction(width, height):
            return ratio
    key = "complaint.ratio_not_offered"
    if spec.max_references:  # it may well have that ratio when it works from words
        key = "complaint.ratio_not_with_pictures"
    raise Mistake(
        key,
        option.span,
        option.replaced("ar", nearest_ratio(width, height, spec.ratios)),
        value=f"{width}:{height}",
        provider=provider,
        allowed=", ".join(spec.ratios),
    )


def read_count(option: Option, spec: OperationSpec) -> int:
    """From 1 to what the provider makes of one request. Raises Mistake."""
    value = plain(option)
    if re.fullmatch(r"[0-9]{1,4}", value) and 1 <= int(value) <= spec.max_count:
        return int(value)
    raise count_out_of_range(option, spec)


def count_out_of_range(option: Option, spec: OperationSpec) -> Mistake:
    meant = re.fullmatch(r"[0-9]{1,4}", plain(option))
    nearest = min(max(int(meant[0]), 1), spec.max_count) if meant else None
    edits = [option.replaced("n", str(nearest))] if nearest else []
    return Mistake(
        "complaint.count_out_of_range", option.span, *edits, value=option.value, max=spec.max_count
    )


def read_length(option: Option, allowed: Sequence[int]) -> int:
    """Seconds, one of ``allowed``. Raises Mistake."""
    value = plain(option)
    meant = re.match(r"[0-9]{1,4}", value)
    if meant and meant.end() == len(value) and int(value) in allowed:
        return int(value)
    edits: list[Edit] = []
    if meant:
        wanted = int(meant[0])
        nearest = min(allowed, key=lambda length: abs(length - wanted))
        edits.append(option.replaced("len", str(nearest)))
    raise Mistake(
        "complaint.value_not_offered",
        option.span,
        *edits,
        option="--len",
        value=option.value,
        allowed=", ".join(str(length) for length in allowed),
    )


def read_choice(option: Option, name: str, allowed: Sequence[str], hints: Mapping[str, str]) -> str:
    """One of ``allowed``, in any case; ``hints`` say what other words may mean. Raises Mistake."""
    value = plain(option).lower()
    if value in allowed:
        return value
    hint = hints.get(value, "")
    close = [hint] if hint in allowed else difflib.get_close_matches(value, allowed, n=1)
    raise Mistake(
        "complaint.value_not_offered",
        option.span,
        *(option.replaced(name, meant) for meant in close),
        option=f"--{name}",
        value=option.value,
        allowed=", ".join(allowed),
    )


def read_hd(option: Option, sizes: Sequence[str]) -> str:
    """One of ``sizes``, from small to large; another `8k` meant the nearest. Raises Mistake."""
    value = plain(option).lower()
    hints = {}
    if re.fullmatch(r"[0-9]{1,4}k", value):
        hints[value] = min(sizes, key=lambda size: abs(int(size[:-1]) - int(value[:-1])))
    return read_choice(option, "hd", sizes, hints)


def read_voice(option: Option, voices: Sequence[str]) -> str:
    """One of ``voices``, in any case. Raises Mistake."""
    value = plain(option).casefold()
    for voice in voices:
        if value == voice.casefold():
            return voice
    close = difflib.get_close_matches(value, voices, n=1)
    raise Mistake(
        "complaint.voice_unknown",
        option.span,
        *(option.replaced("voice", meant) for meant in close),
        value=option.value,
        some=", ".join(voices[:VOICES_NAMED]),
    )


def plain(option: Option) -> str:
    """The value in plain characters (`16：9` is `16:9`). Raises Mistake when there is none."""
    if not option.value:
        raise Mistake("complaint.value_missing", option.span, option=option.typed)
    return unicodedata.normalize("NFKC", option.value).replace("∶", ":").rstrip(",.;")


def _within_reach(option: Option, width: int, height: int) -> str:
    shape = Fraction(width, height)
    if Fraction(1, WIDEST) <= shape <= WIDEST:
        return f"{width}:{height}"
    nearest = f"{WIDEST}:1" if shape > 1 else f"1:{WIDEST}"
    raise Mistake(
        "complaint.ratio_extreme",
        option.span,
        option.replaced("ar", nearest),
        value=f"{width}:{height}",
        widest=f"{WIDEST}:1",
        tallest=f"1:{WIDEST}",
    )


def _shape(ratio: str) -> Fraction:
    width, height = ratio.split(":")
    return Fraction(int(width), int(height))


def _spell(shape: Fraction) -> str:
    return f"{shape.numerator}:{shape.denominator}"


def looks_like_ratio(word: str) -> bool:
    return re.fullmatch(r"[0-9]{1,4}[:：][0-9]{1,4}[,.;]?", word) is not None


def is_offered(name: str, option: Option, spec: OperationSpec) -> bool:
    """Whether ``spec`` has the option at all; of `--n`, also the number."""
    match name:
        case "ar" | "with":
            return True
        case "n":
            wanted = re.fullmatch(r"([1-9][0-9]{0,3})[,.;]?", option.value)
            if wanted is None:
                return True  # its value is complained about when it is read
            is_fixed = spec.max_count == spec.default_count
            lowest = spec.default_count if is_fixed else 1
            return lowest <= int(wanted[1]) <= spec.max_count
        case "hd":
            return bool(spec.hd)
        case "len":
            return bool(spec.lengths_s)
        case "voice":
            return bool(spec.voices)
        case "turbo" | "fast":
            return name in spec.modes
        case _:
            return spec.takes_flags
