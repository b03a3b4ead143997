"""Midjourney's own flags: their names, what each takes, and what is refused here.

Knows nothing of the bot's own options, of commands or of providers.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Final, assert_never

from bot.chat.words import Reach

AS_OF: Final = "2025-07"
"""The table follows Midjourney's public parameter list as of V7 in mid-2025, ranges of older
versions included. Where versions differ the wider range stands: a flag refused here cannot be
used at all, one let through at worst fails at Midjourney, uncharged."""

ANYTHING: Final = re.compile(r".+", re.DOTALL)
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_LINK_OR_CODE = re.compile(r"https?://\S+|[0-9]{3,20}(?:::[0-9.]{1,5})?", re.IGNORECASE)
_STYLE_CODE = re.compile(r"random|[0-9]{1,20}(?:::[0-9.]{1,5})?", re.IGNORECASE)
_PROFILE = re.compile(r"(?=\S*[0-9])[a-z0-9]{4,20}", re.IGNORECASE)
_NUMBER = re.compile(r"(?:[0-9]{1,10})?(?:\.[0-9]{1,3})?")
_VERSION = re.compile(r"[0-9](?:\.[0-9])?[,;]?")
_WORD = re.compile(r"[\w-]{1,40}")
_STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"', "‟": '"', "‘": "'", "’": "'", "‚": "'"})


@dataclasses.dataclass(frozen=True, slots=True)
class Toggle:
    """On when it is there."""


@dataclasses.dataclass(frozen=True, slots=True)
class Number:
    """A number between two bounds, both included."""

    low: float
    high: float
    is_whole: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class Version:
    """A version number up to ``high``; ``is_optional``: the flag alone means the newest."""

    high: float
    is_optional: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class OneWord:
    """A word or code Midjourney knows."""


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """All words up to the next option."""


@dataclasses.dataclass(frozen=True, slots=True)
class Links:
    """Addresses of pictures, one after the other; ``takes_codes``: or style codes, `random`."""

    takes_codes: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Profile:
    """A personalisation code; the flag alone means the account's own."""


Kind = Toggle | Number | Version | OneWord | Words | Links | Profile


@dataclasses.dataclass(frozen=True, slots=True)
class Flag:
    name: str
    """As it goes to Midjourney."""
    kind: Kind
    aliases: tuple[str, ...] = ()


FLAGS: Final = (
    Flag("chaos", Number(0, 100), ("c",)),
    Flag("cref", Links()),
    Flag("cw", Number(0, 100)),
    Flag("draft", Toggle()),
    Flag("exp", Number(0, 100)),
    Flag("iw", Number(0, 3, is_whole=False)),
    Flag("niji", Version(9, is_optional=True)),
    Flag("no", Words()),
    Flag("oref", Links()),
    Flag("ow", Number(0, 1000)),
    Flag("profile", Profile(), ("p", "personalize")),
    Flag("quality", Number(0.25, 4, is_whole=False), ("q",)),
    Flag("raw", Toggle()),
    Flag("seed", Number(0, 4_294_967_295)),
    Flag("sref", Links(takes_codes=True)),
    Flag("stop", Number(10, 100)),
    Flag("style", OneWord()),
    Flag("stylize", Number(0, 1000), ("s", "stylise")),
    Flag("sv", Number(1, 9)),
    Flag("sw", Number(0, 1000)),
    Flag("tile", Toggle()),
    Flag("v", Version(9), ("version",)),
    Flag("weird", Number(0, 3000), ("w",)),
)

REFUSED: Final[Mapping[str, str]] = {
    "repeat": "complaint.repeat_refused",
    "r": "complaint.repeat_refused",
    "relax": "complaint.account_flag",
    "stealth": "complaint.account_flag",
    "public": "complaint.account_flag",
    "video": "complaint.video_flag",
    "motion": "complaint.video_flag",
}
"""Real flags that may not be passed on, and the sentence why: `--repeat` multiplies the price,
others belong to the operator's account, and films are made by another command."""

REACH_OF_REFUSED: Final = Reach(re.compile(r"[0-9]{1,3}|low|high", re.IGNORECASE))


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """A value that cannot be used: the sentence, what it says, a value that could be meant."""

    key: str
    values: Mapping[str, object]
    repaired: str | None = None


def find(name: str) -> Flag | None:
    """The flag of that name or alias (in lower case); None when Midjourney has none."""
    return next((flag for flag in FLAGS if name == flag.name or name in flag.aliases), None)


def reach(flag: Flag) -> Reach:
    """Which words behind the flag are its value."""
    match flag.kind:
        case Toggle():
            return Reach()
        case Number() | OneWord():
            return Reach(ANYTHING)
        case Version(is_optional=is_optional):
            return Reach(_VERSION if is_optional else ANYTHING)
        case Words():
            return Reach(ANYTHING, ANYTHING)
        case Links(takes_codes=takes_codes):
            return Reach(ANYTHING, _LINK_OR_CODE if takes_codes else _LINK)
        case Profile():
            return Reach(_PROFILE)
        case unknown:
            assert_never(unknown)


def straighten(text: str) -> str:
    """A phone's curly quotes as the straight ones Midjourney reads."""
    return text.translate(_STRAIGHT)


def check(flag: Flag, value: str) -> str | Fault:
    """The flag as it goes into the prompt (`--stylize 250`), or what is wrong with its value.

    ``value`` is "" when none was given.
    """
    match flag.kind:
        case Toggle():
            return _check_toggle(flag, value)
        case Number(low, high, is_whole):
            return _check_number(flag, value, low, high, is_whole=is_whole)
        case Version(high, is_optional):
            if not value and is_optional:
                return f"--{flag.name}"
            return _check_version(flag, value, high)
        case OneWord():
            return _check_pattern(flag, value, _WORD)
        case Words():
            return f"--{flag.name} {straighten(value)}" if value else _missing(flag)
        case Links(takes_codes):
            return _check_links(flag, value, takes_codes=takes_codes)
        case Profile():
            return _check_pattern(flag, value, _PROFILE) if value else f"--{flag.name}"
        case unknown:
            assert_never(unknown)


def _check_toggle(flag: Flag, value: str) -> str | Fault:
    if value:
        return Fault("complaint.flag_takes_nothing", {"option": f"--{flag.name}"}, "")
    return f"--{flag.name}"


def _check_number(
    flag: Flag, value: str, low: float, high: float, *, is_whole: bool
) -> str | Fault:
    if not value:
        return _missing(flag)
    typed = value.rstrip(",.;")
    bounds = {
        "option": f"--{flag.name}",
        "value": value,
        "low": f"{low:.10g}",
        "high": f"{high:.10g}",
    }
    key = "complaint.flag_whole_number" if is_whole else "complaint.flag_number"
    if not typed or not _NUMBER.fullmatch(typed):
        return Fault(key, bounds)
    if is_whole and "." in typed:
        return Fault(key, bounds, f"{round(min(max(float(typed), low), high))}")
    if not low <= float(typed) <= high:
        return Fault(key, bounds, f"{min(max(float(typed), low), high):.10g}")
    return f"--{flag.name} {typed if typed[0] != '.' else '0' + typed}"


def _check_version(flag: Flag, value: str, high: float) -> str | Fault:
    if not value:
        return _missing(flag)
    typed = value.rstrip(",;")
    if not _VERSION.fullmatch(typed) or not 1 <= float(typed) <= high:
        return Fault("complaint.flag_version", {"option": f"--{flag.name}", "value": value})
    return f"--{flag.name} {typed}"


def _check_pattern(flag: Flag, value: str, pattern: re.Pattern[str]) -> str | Fault:
    if not value:
        return _missing(flag)
    typed = value.rstrip(",.;")
    if not pattern.fullmatch(typed):
        return Fault("complaint.flag_word", {"option": f"--{flag.name}", "value": value})
    return f"--{flag.name} {typed}"


def _check_links(flag: Flag, value: str, *, takes_codes: bool) -> str | Fault:
    if not value:
        return _missing(flag)
    key = "complaint.flag_link_or_code" if takes_codes else "complaint.flag_link"
    links = [word.rstrip(",;") for word in value.split()]
    for word in links:
        if not _LINK.fullmatch(word) and not (takes_codes and _STYLE_CODE.fullmatch(word)):
            return Fault(key, {"option": f"--{flag.name}", "value": word})
    return " ".join([f"--{flag.name}", *links])


def _missing(flag: Flag) -> Fault:
    return Fault("complaint.value_missing", {"option": f"--{flag.name}"})
