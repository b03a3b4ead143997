"""Help by topic: pages turned in place, with examples that one tap copies.

Knows nothing of who asks; only what somebody here can do is told.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from bot.chat.suggested import PRESETS
from bot.chat.suggesting import in_pairs
from bot.chat.talk import Label, Line, Talk, apart, line
from bot.jobs.buttons import Act, Press
from bot.jobs.offers import Market
from bot.model import Operation
from bot.providers.port import OperationSpec


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """A sentence, and of whom it is true: of one who does any of these in the way it tells."""

    key: str
    operations: tuple[Operation, ...] = ()
    """None of them: it is true anywhere."""
    fits: Callable[[OperationSpec], object] = bool


def _counts(spec: OperationSpec) -> bool:
    return spec.max_count > spec.default_count


TOPICS: Final[Mapping[str, tuple[Told, ...]]] = {
    "image": (
        Told("help.image", (Operation.IMAGE,)),
        Told("help.image_ratio", (Operation.IMAGE,)),
        Told("help.image_count", (Operation.IMAGE,), _counts),
        Told("help.image_hd", (Operation.IMAGE,), lambda spec: spec.hd),
        Told("help.image_turbo", (Operation.IMAGE,), lambda spec: "turbo" in spec.modes),
        Told("help.image_flags", (Operation.IMAGE,), lambda spec: spec.takes_flags),
    ),
    "picture": (
        Told("help.references", (Operation.REFERENCE_IMAGE,)),
        Told("help.animate", (Operation.IMAGE_VIDEO,)),
        Told("help.voice", (Operation.REFERENCE_VIDEO,), lambda spec: spec.voices),
        Told("help.enlarge_own", (Operation.ENLARGE,)),
    ),
    "video": (
        Told("help.video", (Operation.VIDEO,)),
        Told("help.video_length", (Operation.VIDEO,), lambda spec: 10 in spec.lengths_s),
        Told("help.animate", (Operation.IMAGE_VIDEO,)),
    ),
    "next": (
        Told("help.reply"),
        Told("help.vary", (Operation.VARIATION, Operation.REFERENCE_IMAGE)),
        Told("help.upscale", (Operation.UPSCALE,)),
        Told("help.enlarge", (Operation.ENLARGE,)),
        Told("help.around", (Operation.PAN,)),
        Told("help.zoom", (Operation.ZOOM,)),
        Told("help.film", (Operation.IMAGE_VIDEO,)),
    ),
    "bulk": (Told("help.bulk", (Operation.IMAGE,)),),
    "settings": (Told("help.settings"), Told("help.language")),
    "quota": (
        Told("help.quota"),
        Told("help.receipts"),
        Told("help.buy"),
        Told("help.voucher"),
        Told("help.paysupport"),
        Told("help.jobs"),
        Told("help.code"),
    ),
    "group": (Told("help.group"), Told("help.group_reply"), Told("help.group_rules")),
}
"""In the order in which they are offered."""

LISTS: Final = frozenset({"next"})
"""Topics told in short lines, which stand together."""

WORDS: Final[Mapping[str, str]] = {
    **{name: name for name in TOPICS},
    **dict.fromkeys(("img", "imagine", "anh", "hinh", "images", "pictures"), "image"),
    **dict.fromkeys(("photo", "photos", "anh cua ban", "anh cua minh", "tu anh"), "picture"),
    **dict.fromkeys(("videos", "phim", "clip"), "video"),
    **dict.fromkeys(
        ("vary", "upscale", "pan", "zoom", "bien the", "phong to", "lam tiep", "reply"), "next"
    ),
    **dict.fromkeys(("nhieu", "nhieu anh", "hang loat", "many"), "bulk"),
    **dict.fromkeys(("lang", "language", "cai dat", "ngon ngu", "tuy chinh"), "settings"),
    **dict.fromkeys(("price", "han muc", "gia", "luot", "code", "ma", "jobs"), "quota"),
    **dict.fromkeys(("groups", "nhom"), "group"),
}
"""What people call the topics, without marks."""


class Helping:
    """Made once."""

    def __init__(self, market: Market, username: str) -> None:
        self._market = market
        self._username = username

    async def help(self, talk: Talk, wanted: str) -> None:
        """`/help`, with the word of a topic if one was said."""
        topic = WORDS.get(_plain(wanted), "")
        if topic not in self._offered():
            await talk.say(*self._index(talk), buttons=self._choices())
        else:
            await talk.say(*self._page(topic, self._at(talk)), buttons=[[_back()]])

    async def press(self, talk: Talk, press: Press) -> str:
        """A button of it: to a topic, or back to the first page; nothing floats by."""
        if press.how not in self._offered():
            await talk.turn(*self._index(talk), buttons=self._choices())
        else:
            await talk.turn(*self._page(press.how, self._at(talk)), buttons=[[_back()]])
        return ""

    def _at(self, talk: Talk) -> str:
        """Behind an example's command: a group's bot may hear only what names it."""
        return "" if talk.is_private else f"@{self._username}"

    def _index(self, talk: Talk) -> list[Line]:
        lines = [line("help.title")]
        if self._market.doing(Operation.IMAGE):
            lines.append(apart(line("help.begin", at=self._at(talk))))
        return [*lines, apart(line("help.choose"))]

    def _choices(self) -> list[list[Label]]:
        topics = [Label(f"topic.{name}", Press(Act.HELP, how=name)) for name in self._offered()]
        if any(preset.is_offered(self._market) for preset in PRESETS):
            topics.append(Label("start.presets", Press(Act.PRESET)))
        return in_pairs(topics)

    def _page(self, topic: str, at: str) -> list[Line]:
        values = {"bot": self._username, "at": at}
        told = [line(each.key, **values) for each in TOPICS[topic] if self._is_true(each)]
        if topic not in LISTS:
            told = [apart(each) for each in told]
        return [line(f"topic.{topic}_title"), *told]

    def _offered(self) -> list[str]:
        """The topics there is anything to tell of."""
        return [name for name, page in TOPICS.items() if any(map(self._is_true, page))]

    def _is_true(self, told: Told) -> bool:
        """Of who does it when nobody is named: an example names nobody."""
        makers = ((name, each) for each in told.operations for name in self._market.doing(each)[:1])
        specs = (self._market.spec(name, operation) for name, operation in makers)
        return not told.operations or any(spec and told.fits(spec) for spec in specs)


def _back() -> Label:
    return Label("help.back", Press(Act.HELP))


def _plain(words: str) -> str:
    """As one types it in a hurry: small letters, no marks, single blanks."""
    folded = unicodedata.normalize("NFD", words.lower().replace("đ", "d"))
    kept = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return " ".join(kept.split())
