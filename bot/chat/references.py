"""A command and the pictures it works from, put together into one complete request. Pure.

Knows nothing of how the pictures came.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from bot.chat.parsed import ImageCommand, VideoCommand
from bot.jobs.offers import Market, nearest_ratio
from bot.model import Asset, Job


@dataclasses.dataclass(frozen=True, slots=True)
class Reference:
    """A picture on our disk, in a shape to be handed over; its size in pixels."""

    path: str
    """Below the data folder."""
    width: int
    height: int


def reference_to(asset: Asset) -> Reference:
    """A result's picture as a reference."""
    return Reference(asset.path, asset.width, asset.height)


def complete(
    command: ImageCommand | VideoCommand,
    references: Sequence[Reference],
    market: Market,
    *,
    parent: Job | None = None,
    tile: int | None = None,
) -> ImageCommand | VideoCommand:
    """``command`` made from ``references``, in the shape of the first where none was asked for.

    Without words, those of ``parent`` go on; the prompt is empty when that has none either.
    """
    request = command.request
    ratio = request.ratio
    spec = market.spec(command.provider, request.operation)
    if ratio is None and spec is not None:
        ratio = nearest_ratio(references[0].width, references[0].height, spec.ratios)
    words = request.prompt or (parent.request.prompt if parent else "")
    request = dataclasses.replace(
        request,
        prompt=words,
        ratio=ratio,
        references=tuple(reference.path for reference in references),
        tile=tile,
    )
    return dataclasses.replace(command, request=request)
