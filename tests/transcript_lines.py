"""The little language of chat stories: what each line of a file in tests/transcripts means. Pure.

Knows nothing of the bot. The language is described in `transcript`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

FIRST_OF_ANSWER = (
    *("Bot #", "Bot edits #", "Bot deletes #", "Bot nods ", "floats: "),
    "(the bot says nothing)",
)
CONTINUES = "  | "


class BadLine(ValueError):
    """Says file and line and what is wrong with it."""


OPERATOR = "operator"
STRANGER = "never started"
"""Somebody who has not opened a chat with the bot: it cannot write to them."""


@dataclass(frozen=True)
class People:
    """Who is there: name, language and what they are besides (`OPERATOR`, `STRANGER`)."""

    people: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Group:
    title: str
    topics: tuple[str, ...]
    """Of a forum."""
    members: tuple[str, ...]
    """The first of them is its admin."""
    is_basic: bool = False
    """No supergroup yet."""
    has_bot: bool = True


@dataclass(frozen=True)
class Invited:
    """Only who was invited may use the bot."""


@dataclass(frozen=True)
class Given:
    """What everybody gets for free each day."""

    images: int
    videos: int


@dataclass(frozen=True)
class Place:
    """Where somebody acts: the private chat (no group), a group, one of its topics."""

    group: str = ""
    topic: str = ""


@dataclass(frozen=True)
class Say:
    who: str
    place: Place
    to: str
    """`#2` is the bot's message of that number, else the beginning of a person's own words."""
    text: str
    as_group: bool = False
    """By an anonymous admin."""


@dataclass(frozen=True)
class Send:
    who: str
    place: Place
    to: str
    what: str
    """`photo`, `file` (a picture as a file), `text` (a text file) or `video`."""
    count: int
    text: str
    content: tuple[str, ...] = ()
    """The lines of a text file."""


@dataclass(frozen=True)
class Click:
    who: str
    label: str
    under: int


@dataclass(frozen=True)
class Delete:
    who: str
    number: int


@dataclass(frozen=True)
class Door:
    """Somebody shuts the bot out of their private chat, or lets it in again."""

    who: str
    shut: bool


@dataclass(frozen=True)
class Standing:
    """Somebody changes how the bot stands in a group: `bring`, `remove`, `promote`, `demote`, `free`,
    or `restrict`, which takes rights.
    """

    who: str
    how: str
    group: str
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class Migrate:
    """A basic group becomes a supergroup."""

    group: str


@dataclass(frozen=True)
class Paid:
    who: str
    vnd: int
    group: str = ""
    """Whose wallet; their own without."""


@dataclass(frozen=True)
class Provider:
    """`begins`, `finishes`, `is at` (value: per cent), `fails` or `refuses` (value: its words), …"""

    act: str
    value: str = ""
    code: str = ""
    """Of the one request meant; all that is being made without."""


@dataclass(frozen=True)
class Wait:
    seconds: float


@dataclass(frozen=True)
class Restart:
    """The bot ends and starts again."""


Scene = People | Group | Given | Invited
Deed = (
    Scene
    | Say
    | Send
    | Click
    | Door
    | Delete
    | Standing
    | Migrate
    | Paid
    | Provider
    | Wait
    | Restart
)


@dataclass
class Step:
    """One thing that happens, and the lines it was written in."""

    deed: Deed
    number: int
    """Of its first line."""
    lines: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    """The lines with `#` before it."""
    is_with_former: bool = False
    """It happens at the same moment as the step before."""


_WHO = r"(?P<who>(?!Bot\b|the\b)[^\W\d_a-z]\w*)"
_WHERE = r"(?: in “(?P<group>[^”]+)”(?: › “(?P<topic>[^”]+)”)?)?"
_TO = r"(?: replying to (?:(?P<number>#\d+)|“(?P<quote>[^”]+)”))?"
_THING = r"(?P<thing>photos?|videos?|picture as a file|pictures as files|text file)"
_BESIDES = rf"{OPERATOR}|{STRANGER}"
_PERSON = rf"\w+ \((?:vi|en)(?:, (?:{_BESIDES}))?\)"
_OUT = r"(?P<out>, without the bot)?"
_IN = r"“(?P<group>[^”]+)”"
_AS = r"(?P<as_group> as the group)?"
_RIGHTS = {"photos": "can_send_photos", "videos": "can_send_videos", "files": "can_send_documents"}
_RIGHTS["messages"] = "can_send_messages"
_RIGHT = "|".join(_RIGHTS)
_TITLE = r"“(?P<title>[^”]+)”(?: \((?P<topics>[^)]+)\))?"
_CODE = r"(?P<code><code \d+>)"
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_THINGS = {"photo": "photo", "picture as a file": "file", "text file": "text", "video": "video"}


def _place(found: re.Match[str]) -> Place:
    return Place(found["group"] or "", found["topic"] or "")


def _to(found: re.Match[str]) -> str:
    return found["number"] or found["quote"] or ""


def _people(found: re.Match[str]) -> People:
    return People(tuple(re.findall(rf"(\w+) \((vi|en)(?:, ({_BESIDES}))?\)", found["people"])))


def _names(listed: str | None) -> tuple[str, ...]:
    return tuple(listed.split(", ")) if listed else ()


def _say(found: re.Match[str]) -> Say:
    as_group = bool(found["as_group"])
    return Say(found["who"], _place(found), _to(found), found["text"], as_group)


def _restrict(found: re.Match[str]) -> Standing:
    lacking = tuple(_RIGHTS[name] for name in _names(found["rights"]))
    return Standing(found["who"], "restrict", found["group"], lacking)


def _send(found: re.Match[str]) -> Send:
    count = 1 if found["count"] == "a" else int(found["count"])
    thing = _THINGS[
        re.sub(r"^(photo|video)s$|^(picture)s( as) (file)s$", _singular, found["thing"])
    ]
    return Send(found["who"], _place(found), _to(found), thing, count, found["text"] or "")


def _singular(found: re.Match[str]) -> str:
    return found[1] or "picture as a file"


_LINES: tuple[tuple[str, Callable[[re.Match[str]], Deed]], ...] = (
    (rf"people: (?P<people>{_PERSON}(?:, {_PERSON})*)", _people),
    (
        rf"(?P<basic>basic )?(?:group|forum) {_TITLE}{_OUT}: (?P<members>\w+(?:, \w+)*)",
        lambda m: Group(
            m["title"],
            _names(m["topics"]),
            _names(m["members"]),
            is_basic=bool(m["basic"]),
            has_bot=not m["out"],
        ),
    ),
    ("only who was invited may use the bot", lambda _: Invited()),
    (
        r"free each day: (?P<images>\d+) pictures, (?P<videos>\d+) videos",
        lambda m: Given(int(m["images"]), int(m["videos"])),
    ),
    (
        rf"{_WHO}{_WHERE}{_TO} sends (?P<count>a|\d+) {_THING}(?:: (?P<text>.*))?",
        _send,
    ),
    (
        rf"{_WHO} presses \[(?P<label>.+)\] under #(?P<under>\d+)",
        lambda m: Click(m["who"], m["label"], int(m["under"])),
    ),
    (rf"{_WHO} deletes #(?P<of>\d+)", lambda m: Delete(m["who"], int(m["of"]))),
    (rf"{_WHO} (?P<how>blocks|unblocks) the bot", lambda m: Door(m["who"], m["how"] == "blocks")),
    (
        rf"{_WHO} pays (?P<vnd>\d+) đồng(?: for {_IN})?",
        lambda m: Paid(m["who"], int(m["vnd"]), m["group"] or ""),
    ),
    (
        rf"{_WHO} (?P<how>brings|removes) the bot (?:into|from) {_IN}",
        lambda m: Standing(m["who"], m["how"].removesuffix("s"), m["group"]),
    ),
    (
        rf"{_WHO} makes the bot (?P<how>an admin|a member) of {_IN}",
        lambda m: Standing(m["who"], "promote" if m["how"] == "an admin" else "demote", m["group"]),
    ),
    (
        rf"{_WHO} takes from the bot in {_IN}: (?P<rights>(?:{_RIGHT})(?:, (?:{_RIGHT}))*)",
        _restrict,
    ),
    (
        rf"{_WHO} gives the bot all rights in {_IN}",
        lambda m: Standing(m["who"], "free", m["group"]),
    ),
    (rf"{_IN} becomes a supergroup", lambda m: Migrate(m["group"])),
    (r"the provider begins", lambda _: Provider("begins")),
    (
        rf"the provider finishes(?: {_CODE})?",
        lambda m: Provider("finishes", code=m["code"] or ""),
    ),
    (r"the provider is at (?P<percent>\d+) %", lambda m: Provider("is at", m["percent"])),
    (
        rf"the provider (?P<act>fails|refuses)(?: {_CODE})?: (?P<words>.+)",
        lambda m: Provider(m["act"], m["words"], m["code"] or ""),
    ),
    (r"the provider has (?P<some>no|new) credits", lambda m: Provider("credits", m["some"])),
    (
        r"(?P<count>\d+) (?P<unit>second|minute|hour|day)s? pass(?:es)?",
        lambda m: Wait(int(m["count"]) * _UNITS[m["unit"]]),
    ),
    (r"the bot restarts", lambda _: Restart()),
    (rf"{_WHO}{_AS}{_WHERE}{_TO}: (?P<text>.+)", _say),
)


def read_story(text: str, name: str) -> list[Step]:
    """What happens, without what the bot answered.

    Raises BadLine for a line that means nothing, naming ``name`` and the line.
    """
    steps: list[Step] = []
    remarks: list[str] = []
    is_answer = is_deed = False
    for number, line in enumerate(text.split("\n"), 1):
        was_deed, is_deed = is_deed, False
        if line.startswith("#"):
            remarks.append(line)
        elif line.startswith(CONTINUES) and steps and not is_answer:
            steps[-1].lines.append(line)
            is_deed = True
        elif line.startswith(FIRST_OF_ANSWER):
            is_answer = True
        elif line and not (is_answer and line.startswith("  ")):
            deed = _deed(line)
            if deed is None:
                raise BadLine(f"{name}:{number}: this line means nothing: {line}")
            steps.append(Step(deed, number, [line], remarks, is_with_former=was_deed))
            remarks, is_answer, is_deed = [], False, True
    if remarks:
        raise BadLine(f"{name}: a remark at the end belongs to nothing: {remarks[0]}")
    return [_whole(step) for step in steps]


def _deed(line: str) -> Deed | None:
    for pattern, make in _LINES:
        if found := re.fullmatch(pattern, line):
            return make(found)
    return None


def _whole(step: Step) -> Step:
    """With the further lines of what was said."""
    more = [line.removeprefix(CONTINUES) for line in step.lines[1:]]
    if more and isinstance(step.deed, Say):
        said = step.deed
        step.deed = replace(said, text="\n".join([said.text, *more]))
    elif more and isinstance(step.deed, Send):
        step.deed = replace(step.deed, content=tuple(more))
    return step
