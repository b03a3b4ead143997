"""The text of one message becomes the command lines it stands for. Pure.

Several lines are several requests, and so is each choice of `{red, blue}`. Knows nothing of
Telegram, of what a command means, of money or of who asks.
"""

from __future__ import annotations

import bisect
import dataclasses
import itertools
import math
import re
from collections.abc import Iterator, Sequence
from typing import Final

from bot.chat import flags
from bot.chat.wish import ALIASES, MODES, OPTIONS_MAX, reach_of
from bot.chat.words import Option, scan

MOST: Final = 50
"""Requests of one message."""
COUNTED: Final = 1_000_000
"""Nobody is told a larger number: beyond it, it is "more than"."""
LINE_MAX: Final = 5_000
"""Characters of a line: the longest description that is made (4,000), and its options."""

_HEAD = re.compile(
    r"\s*(?P<slash>/(?P<name>img|imagine|video)(?:@(?P<bot>\S*))?)(?=\s|$)", re.IGNORECASE
)
_OF_PICTURES = re.compile(r"\s*/(?:img|imagine|video|vary)(?:@\S*)?(?=\s)", re.IGNORECASE)
_OWN = re.compile(r"(?P<slash>/\S+)(?:\s+|$)")
_MARKS = re.compile(r"(?:(?:[-–—•·*]|[0-9]{1,3}[.)])(?:\s+|$))+")  # as people type them

Choices = list[list[str]]
"""A line cut where it may be one thing or another; what is fixed is a choice of one."""
_COMMAS: Final = ",，、"
"""As keyboards of several languages write it."""
_Token = tuple[str, bool]
"""A sign, and whether it was escaped."""


@dataclasses.dataclass(frozen=True, slots=True)
class Lines:
    """What one message asks for."""

    lines: tuple[str, ...]
    """Whole commands, to be read as they are. One: it is an ordinary command."""
    places: tuple[int, ...]
    """For each, the line it came from, counted from 1 among those that ask for something."""
    joined: str | None = None
    """All of it as one command, where it could be meant so."""


@dataclasses.dataclass(frozen=True, slots=True)
class TooMany:
    """More than `MOST`."""

    count: int
    """Beyond `COUNTED` not told apart."""


@dataclasses.dataclass(frozen=True, slots=True)
class TooLong:
    """A line of more than `LINE_MAX`."""

    place: int
    """As in `Lines.places`."""


@dataclasses.dataclass(frozen=True, slots=True)
class Overloaded:
    """A line with more options than are read."""

    place: int
    """As in `Lines.places`."""
    count: int


Asked = Lines | TooMany | TooLong | Overloaded


def expand(text: str, username: str) -> Asked | None:
    """What ``text`` asks for; None: it does not begin with `/img` or `/video` for us. Never raises.

    ``username``: the bot's own, without `@`.
    """
    head = _head(text, username)
    if head is None:
        return None
    command = head["slash"]
    asked: list[tuple[str, Choices]] = []
    for_all: list[Choices] = []
    owns = shared = shared_length = 0  # options that go with every line, and how long these are
    for line in [text[head.end("slash") :].split("\n", 1)[0], *_following(text, head.end())]:
        if shared_length + len(line) > LINE_MAX:
            return TooLong(len(asked) + 1)
        own = _OWN.match(line)
        rest = line[own.end() :] if own else line
        owns += own is not None
        choices = choices_in(rest.strip())
        if shared + (options := _options_in(choices)) > OPTIONS_MAX:
            return Overloaded(len(asked) + 1, shared + options)
        is_making = own is None or _head(line, username) is not None
        most = 1 if _times(for_all) > MOST else MOST  # too many already, whatever this may be
        is_wordless = all(not _unmarked(each) for each in _first_few(choices, most))
        # for what follows, or for all
        if is_making and (is_wordless or _is_options(choices, most)):
            command = own["slash"] if own else command
            for_all += [] if is_wordless else [choices]
            shared += options
            shared_length += len(line)
        else:
            asked.append((own["slash"] if own else command, choices))
    count = _count(asked, for_all)
    if count > MOST:
        return TooMany(min(count, COUNTED + 1))
    if count <= 1:
        return Lines((_plain(text),), (1,))
    common = [_read_common(" ".join(each)) for each in itertools.product(*map(_written, for_all))]
    written = [
        (f"{slash} {_with(_unmarked(words), options)}".rstrip(), place)
        for place, (slash, choices) in enumerate(asked, 1)
        for words in _written(choices)
        for options in common
    ]
    is_listed = count == len(asked) and not owns
    lines, places = zip(*written, strict=True)
    return Lines(lines, places, _plain(text) if is_listed else None)


def has_words(line: str) -> bool:
    """Whether a command line says more than its command and options."""
    own = _OWN.match(line.lstrip())
    begin = own.end() if own else 0
    return bool(scan(line.lstrip(), begin, reach_of).prompt)


def choice_in(text: str) -> str | None:
    """The first choice in braces of a command that makes something, as it could be typed."""
    if not _OF_PICTURES.match(text):
        return None
    choices = (choice for line in text.split("\n") for choice in choices_in(line))
    found = next((choice for choice in choices if len(choice) > 1), None)
    return None if found is None else "{" + ", ".join(found) + "}"


@dataclasses.dataclass(frozen=True, slots=True)
class Unclosed:
    """A choice that is begun and not ended on its line."""

    words: str
    """From the brace on."""
    closed: str
    """The whole text with the brace closed before the line's options."""


def unclosed_in(text: str) -> Unclosed | None:
    """The first line that begins a choice and does not end it."""
    begin = 0
    for line in text.split("\n"):
        signs = list(_places(line))
        opened = [at for at, token in signs if token == ("{", False)]
        has_end = any(token == ("}", False) for _, token in signs)
        if len(opened) == 1 and not has_end:
            rest = line[opened[0] :]
            if any(_is_comma(token) for _, token in _places(rest)):
                options = scan(rest, 0, reach_of).options
                end = len((rest[: options[0].start] if options else rest).rstrip())
                at = begin + opened[0] + end
                return Unclosed(rest[:end], f"{text[:at]}}}{text[at:]}")
        begin += len(line) + 1
    return None


def printed(lines: Sequence[str]) -> str:
    """A message that asks for exactly these commands."""
    return "\n".join(_escaped(line) for line in lines)


def choices_in(line: str) -> Choices:
    """`{a, b}` is a choice; nested ones, and braces without a comma, are words as typed."""
    tokens = _tokens(line)
    closings = _closings(tokens)
    openings = sorted(closings)
    choices: Choices = []
    fixed: list[str] = []
    place = 0
    while place < len(tokens):
        end = closings.get(place)
        if end is None:
            fixed.append(tokens[place][0])
            place += 1
            continue
        inside = tokens[place + 1 : end]
        following = bisect.bisect_right(openings, place)
        is_nested = following < len(openings) and openings[following] < end
        if is_nested or not any(map(_is_comma, inside)):
            fixed.append(_text(tokens[place : end + 1]))
        else:
            choices += [["".join(fixed)], _split(inside)]
            fixed = []
        place = end + 1
    choices.append(["".join(fixed)])
    return [each for each in choices if each != [""]]


def _head(text: str, username: str) -> re.Match[str] | None:
    """The command it begins with, if that makes something and is ours."""
    head = _HEAD.match(text)
    bot = head["bot"] if head else None
    return None if bot is not None and bot.lower() != username.lower() else head


def _following(text: str, end: int) -> list[str]:
    """The lines after the one the command stands on, without what surrounds them."""
    return [stripped for line in text[end:].split("\n")[1:] if (stripped := line.strip())]


def _unmarked(words: str) -> str:
    """Without the mark of a list before it."""
    found = _MARKS.match(words)
    return words[found.end() :] if found else words


def _written(choices: Choices) -> list[str]:
    return ["".join(each).strip() for each in itertools.product(*choices)]


def _first_few(choices: Choices, most: int) -> Iterator[str]:
    """Enough of what it can be to know its kind: all, where they are few."""
    for each in itertools.islice(itertools.product(*choices), most):
        yield "".join(each).strip()


def _is_options(choices: Choices, most: int) -> bool:
    """Whatever is chosen, it holds only options: it is meant for every line."""
    return all(_holds_only_options(each) for each in _first_few(choices, most))


def _options_in(choices: Choices) -> int:
    """Of the first that it can be."""
    return len(scan(next(_first_few(choices, 1)), 0, reach_of).options)


def _holds_only_options(words: str) -> bool:
    line = scan(words, 0, reach_of)
    return bool(line.options) and not line.prompt


def _count(asked: Sequence[tuple[str, Choices]], for_all: Sequence[Choices]) -> int:
    each = sum(math.prod(len(choice) for choice in choices) for _, choices in asked)
    return each * _times(for_all)


def _times(for_all: Sequence[Choices]) -> int:
    return math.prod(len(choice) for choices in for_all for choice in choices)


def _read_common(common: str) -> list[tuple[str, str]]:
    """The options said for all lines: the name and the whole of each."""
    line = scan(common, 0, reach_of)
    return [(_name(option), common[option.start : option.end]) for option in line.options]


def _with(words: str, common: Sequence[tuple[str, str]]) -> str:
    """What a line says itself goes before what is said for all."""
    own = {_name(option) for option in scan(words, 0, reach_of).options} if common else set()
    return " ".join([words, *(option for name, option in common if name not in own)])


def _name(option: Option) -> str:
    name = ALIASES.get(option.name, option.name)
    flag = flags.find(name)
    return "mode" if name in MODES else flag.name if flag else name


def _tokens(text: str) -> list[_Token]:
    r"""``text`` with `\{`, `\}` and `\,` taken for what they stand for."""
    return [token for _, token in _places(text)]


def _places(text: str) -> Iterator[tuple[int, _Token]]:
    """Each sign, and where it is typed."""
    signs = iter(range(len(text)))
    for at in signs:
        is_escape = text[at] == "\\" and text[at + 1 : at + 2] in {"{", "}", *_COMMAS}
        yield at, (text[next(signs)] if is_escape else text[at], is_escape)


def _text(tokens: Sequence[_Token]) -> str:
    return "".join(sign for sign, _ in tokens)


def _plain(text: str) -> str:
    return _text(_tokens(text))


def _closings(tokens: Sequence[_Token]) -> dict[int, int]:
    """Where each opening brace that has one is closed."""
    closings: dict[int, int] = {}
    opened: list[int] = []
    for place, token in enumerate(tokens):
        if token == ("{", False):
            opened.append(place)
        elif token == ("}", False) and opened:
            closings[opened.pop()] = place
    return closings


def _is_comma(token: _Token) -> bool:
    sign, is_escaped = token
    return sign in _COMMAS and not is_escaped


def _split(inside: Sequence[_Token]) -> list[str]:
    parts: list[list[str]] = [[]]
    for token in inside:
        if _is_comma(token):
            parts.append([])
        else:
            parts[-1].append(token[0])
    return ["".join(part).strip() for part in parts]


def _escaped(line: str) -> str:
    if "".join(_first_few(choices_in(line), MOST)) == line:
        return line
    return re.sub(rf"[{{}}]|(?<=\\)[{_COMMAS}]", r"\\\g<0>", line)
