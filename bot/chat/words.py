"""Cuts a command line into its prompt and its options. Knows no option's meaning.

Every decision is made on one word alone, so that taking options out of a prompt can never turn
the words that are left into options.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Callable

from bot.chat.parsed import Edit, Span

_WORD = re.compile(r"\S+")

_ASCII_NAME = r"(?=[A-Za-z]+(?![^\W\d_]))"
_LONG_DASH = r"-*[—–―‒−][-—–―‒−]*"
# `--` before anything that could be a name; a dash of a phone's keyboard (`—ar`) only before a
# name in ASCII letters, since `–5°` and `—mèo` are prose and no option has such a name; a single
# hyphen only in `-ar`, which nobody means as prose.
_HEAD = re.compile(
    rf"(?P<dash>--+(?=\w)|{_LONG_DASH}{_ASCII_NAME}|-(?=[aA][rR](?:[=:0-9]|$)))"
    r"(?P<name>[^\W\d_]+(?:[-_][^\W\d_]+)*)?(?P<rest>.*)",
    re.DOTALL,
)
_DASH_IN_LINE = re.compile(rf"(?<!\S)(?:{_LONG_DASH}{_ASCII_NAME}|---+(?=[A-Za-z]))")
_GLUED = re.compile(r"[=:]+(?P<signed>.+)|(?P<bare>\.?[0-9].*)", re.DOTALL)
_BLANKS = "\u115f\u1160\u3164\uffa0\u2800"
"""Counted as letters or signs and shown as nothing (Hangul's fillers, Braille's blank)."""
_PUNCTUATION = ",.;:!?"


@dataclasses.dataclass(frozen=True, slots=True)
class Word:
    text: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        return self.start, self.end


@dataclasses.dataclass(frozen=True, slots=True)
class Reach:
    """Which words behind an option are its value: the first, and then as many more."""

    first: re.Pattern[str] | None = None
    """None: it takes no value."""
    more: re.Pattern[str] | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Option:
    """One option as typed. ``value`` is "" when none was given; its words are joined by a space."""

    dash: str
    name: str
    """In lower case."""
    value: str
    start: int
    name_end: int
    end: int

    @property
    def span(self) -> Span:
        return self.start, self.end

    @property
    def typed(self) -> str:
        """Its name with the dash it was given."""
        return f"{self.dash}{self.name}"

    def replaced(self, name: str, value: str) -> Edit:
        return Edit(self.start, self.end, f"--{name} {value}".rstrip())

    def renamed(self, name: str) -> Edit:
        return Edit(self.start, self.name_end, f"--{name}")


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """What follows a command word, taken apart."""

    text: str
    begin: int
    options: tuple[Option, ...]

    @property
    def prompt(self) -> str:
        """The text without its options, otherwise exactly as typed."""
        kept: list[str] = []
        position = self.begin
        for option in self.options:
            kept.append(self.text[position : option.start].rstrip())
            position = option.end
        kept.append(self.text[position:])
        return "".join(kept).strip()

    def without(self, option: Option) -> Edit:
        """Takes the option out, with the blank before it."""
        return Edit(len(self.text[: option.start].rstrip()), option.end, "")

    def with_added(self, words: str) -> Edit:
        end = len(self.text.rstrip())
        return Edit(end, end, f" {words}")


def words_of(text: str, begin: int = 0) -> list[Word]:
    return [Word(m.group(), m.start(), m.end()) for m in _WORD.finditer(text, begin)]


def word_behind(text: str, begin: int) -> Word | None:
    """The first word from there on; the others are not looked at."""
    found = _WORD.search(text, begin)
    return Word(found.group(), found.start(), found.end()) if found else None


def is_visible(text: str) -> bool:
    """Whether it holds a letter, a number, a sign or an emoji: anything that can be seen."""
    return any(unicodedata.category(sign)[0] in "LNPS" and sign not in _BLANKS for sign in text)


def repair_dashes(text: str) -> str:
    """Options begin with `--` again where a phone made one long dash of it."""
    return _DASH_IN_LINE.sub("--", text)


def scan(text: str, begin: int, reach_of: Callable[[str], Reach]) -> Line:
    """Take the text from ``begin`` apart. ``reach_of`` tells for any name what it may swallow."""
    words = words_of(text, begin)
    options: list[Option] = []
    position = 0
    while position < len(words):
        head = _read_head(words[position])
        position += 1
        if head is None:
            continue
        reach = reach_of(head.name)
        values = [head.value] if head.value else []
        while position < len(words):
            wanted = reach.more if values else reach.first
            word = words[position]
            if wanted is None or _HEAD.match(word.text) or not wanted.fullmatch(word.text):
                break
            values.append(word.text)
            head = dataclasses.replace(head, end=word.end)
            position += 1
        options.append(dataclasses.replace(head, value=" ".join(values)))
    return Line(text, begin, tuple(options))


def _read_head(word: Word) -> Option | None:
    head = _HEAD.match(word.text)
    if head is None:
        return None
    dash, name, rest = head["dash"], head["name"] or "", head["rest"]
    glued = _GLUED.fullmatch(rest)
    value = (glued["signed"] or glued["bare"]) if name and glued else ""
    if _HEAD.match(value):
        value = ""  # `--no=--tile`: no value may look like an option
    if not value and (not name or rest.strip(_PUNCTUATION)):
        name += rest
    name_end = word.start + len(dash) + len(name)
    return Option(dash, name.lower(), value, word.start, name_end, word.end)
