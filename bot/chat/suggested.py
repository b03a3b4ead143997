"""Wishes that are suggested with a button: examples to begin with, presets for a purpose. Pure.

Knows no words of them, those are in the catalogues; which options one is written with is decided
by who would make it here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

from bot.jobs.offers import Market
from bot.model import AssetKind, Operation
from bot.providers.port import OperationSpec

GAP: Final = "{}"
"""Where the person's own words go in a preset's command line."""


@dataclasses.dataclass(frozen=True, slots=True)
class Suggestion:
    """One wish. ``name``: of its sentences in the catalogues."""

    name: str
    operation: Operation
    """From words alone."""
    ratio: str | None = None
    hd: str | None = None
    """Wanted where it can be had at once."""
    then: Operation | None = None
    """The step after it, without which it is not worth suggesting."""

    def is_offered(self, market: Market) -> bool:
        is_whole = self.then is None or bool(market.doing(self.then))
        return is_whole and bool(market.doing(self.operation))


EXAMPLES: Final = (
    Suggestion("cat", Operation.IMAGE),
    Suggestion("lanterns", Operation.IMAGE, ratio="16:9"),
    Suggestion("waves", Operation.VIDEO, ratio="16:9"),
)
PRESETS: Final = (
    Suggestion("product", Operation.IMAGE, ratio="1:1", hd="4k"),
    Suggestion("clip", Operation.VIDEO, ratio="9:16"),
    Suggestion("banner", Operation.IMAGE, ratio="16:9"),
    Suggestion("advert", Operation.IMAGE, ratio="16:9", then=Operation.IMAGE_VIDEO),
)
"""What the vendor suggests its pictures and videos for."""

_KIN: Final = {
    AssetKind.IMAGE: (Operation.IMAGE, Operation.REFERENCE_IMAGE),
    AssetKind.VIDEO: (Operation.VIDEO, Operation.IMAGE_VIDEO, Operation.REFERENCE_VIDEO),
}
"""What one command means, depending on the pictures that come with it."""


def find(suggestions: Sequence[Suggestion], name: str, market: Market) -> Suggestion | None:
    """The one of this name, which anybody may have made up, if it can be had here."""
    named = (each for each in suggestions if each.name == name)
    return next((each for each in named if each.is_offered(market)), None)


def command_line(suggestion: Suggestion, words: str, market: Market) -> str:
    """It as one would type it, with every option that holds with or without pictures.

    ``market``: as the person prefers it.
    """
    kind = suggestion.operation.output_kind
    parts = ["/video" if kind is AssetKind.VIDEO else "/img", words]
    specs, ratio = _specs(kind, market), suggestion.ratio
    if ratio is not None and all(not spec.ratios or ratio in spec.ratios for spec in specs):
        parts.append(f"--ar {ratio}")
    if is_large_at_once(suggestion, market):
        parts.append(f"--hd {suggestion.hd}")
    return " ".join(parts)


def is_large_at_once(suggestion: Suggestion, market: Market) -> bool:
    """Whether it comes in the size that is wanted, and need not be enlarged afterwards."""
    specs = _specs(suggestion.operation.output_kind, market)
    return suggestion.hd is not None and all(suggestion.hd in spec.hd for spec in specs)


def _specs(kind: AssetKind, market: Market) -> list[OperationSpec]:
    """Of whoever does each of the kin when nobody is named."""
    makers = ((operation, market.doing(operation)[:1]) for operation in _KIN[kind])
    found = (market.spec(names[0], operation) for operation, names in makers if names)
    return [spec for spec in found if spec is not None]
