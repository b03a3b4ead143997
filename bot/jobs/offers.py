"""Who can do what: capabilities decide what is offered, under results and in commands. Pure.

Knows nothing of how a wish was typed or what it costs. Where the provider of a result cannot act
on it, another may be able to, if the picture itself is handed over to it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from bot.model import HD_SIDE, Asset, AssetKind, Job, Operation, Request
from bot.providers.port import Capabilities, OperationSpec

FROM_BYTES: Final[Mapping[Operation, Operation]] = {
    Operation.VARIATION: Operation.REFERENCE_IMAGE,
    Operation.REFERENCE_IMAGE: Operation.REFERENCE_IMAGE,
    Operation.IMAGE_VIDEO: Operation.IMAGE_VIDEO,
    Operation.REFERENCE_VIDEO: Operation.REFERENCE_VIDEO,
    Operation.ENLARGE: Operation.ENLARGE,
}
"""What can be done to a picture by whoever is handed its bytes, and the operation that does it."""

NEEDS_WORDS: Final = frozenset(
    {
        Operation.IMAGE,
        Operation.REFERENCE_IMAGE,
        Operation.VIDEO,
        Operation.IMAGE_VIDEO,
        Operation.REFERENCE_VIDEO,
    }
)
"""What no provider makes of a picture alone; somebody's enlarged photo has no words to go on."""

ON_RESULTS: Final = (
    Operation.VARIATION,
    Operation.UPSCALE,
    Operation.PAN,
    Operation.ZOOM,
    Operation.ENLARGE,
    Operation.IMAGE_VIDEO,
    Operation.REFERENCE_IMAGE,
)
"""What can be wanted of a picture that is there."""


@dataclasses.dataclass(frozen=True, slots=True)
class Offer:
    """Somebody who can do it."""

    provider: str
    operation: Operation
    """What will be asked of them: a variation may be made as a picture from a picture."""
    spec: OperationSpec
    hands_over: bool
    """The picture itself goes to the provider, which knows nothing of the task it came from."""


def default_providers(
    providers: Mapping[str, Capabilities], preferred: str
) -> dict[Operation, str]:
    """Who does each operation when nobody chooses: ``preferred`` where it can."""
    order = sorted(providers, key=lambda name: name != preferred)
    return {
        operation: name
        for operation in Operation
        for name in reversed(order)
        if operation in providers[name].operations
    }


@dataclasses.dataclass(frozen=True, slots=True)
class Market:
    """The providers to choose from, and which one does an operation when nobody chooses."""

    providers: Mapping[str, Capabilities]
    default_provider: Mapping[Operation, str]
    missed: str | None = None
    """Who was chosen to make pictures of words, and does so no longer."""

    def preferring(self, provider: str | None) -> Market:
        """The same market for somebody who would rather have ``provider``, where it can."""
        if provider is None:
            return self
        can = self.providers[provider].operations if provider in self.providers else {}
        preferred = dict.fromkeys(can, provider)
        return dataclasses.replace(
            self,
            default_provider={**self.default_provider, **preferred},
            missed=None if Operation.IMAGE in can else provider,
        )

    def spec(self, provider: str, operation: Operation) -> OperationSpec | None:
        capabilities = self.providers.get(provider)
        return capabilities.operations.get(operation) if capabilities else None

    def doing(self, operation: Operation) -> list[str]:
        """Whoever does it, the default first."""
        names = [name for name, can in self.providers.items() if operation in can.operations]
        return sorted(names, key=lambda name: name != self.default_provider.get(operation))

    def offer(self, parent: Job, wanted: Operation, *, provider: str | None = None) -> Offer | None:
        """Who does ``wanted`` to a picture of ``parent``: its own provider, which knows the task, or
        else who is handed the picture itself, the default first.

        ``provider``: only this one is asked.
        """
        if parent.request.operation.output_kind is AssetKind.VIDEO:
            return None
        own = self.spec(parent.provider, wanted)
        is_own_asked = provider in {None, parent.provider}
        if own and parent.task_id and wanted not in FROM_BYTES.values() and is_own_asked:
            return Offer(parent.provider, wanted, own, hands_over=False)
        operation = FROM_BYTES.get(wanted)
        if operation is None:
            return None
        able = [name for name in self.doing(operation) if provider in {None, name}]
        spec = self.spec(able[0], operation) if able else None
        return Offer(able[0], operation, spec, hands_over=True) if spec else None

    def offers(self, parent: Job, side: int = 0) -> Mapping[Operation, Offer]:
        """All that can be done to a picture of ``parent``, whose longer side has ``side`` pixels.

        Enlarging here is offered where no provider makes a picture larger, to what is larger.
        """
        found = {wanted: self.offer(parent, wanted) for wanted in ON_RESULTS}
        enlarging = found[Operation.ENLARGE]
        if enlarging is not None:
            sizes = tuple(size for size in enlarging.spec.hd if HD_SIDE[size] > side)
            spec = dataclasses.replace(enlarging.spec, hd=sizes)
            is_needed = sizes and found[Operation.UPSCALE] is None
            found[Operation.ENLARGE] = (
                dataclasses.replace(enlarging, spec=spec) if is_needed else None
            )
        return {wanted: offer for wanted, offer in found.items() if offer is not None}


def no_longer_offered(request: Request, spec: OperationSpec) -> str | None:
    """The first thing asked for in ``request`` that ``spec`` does not hold; None: all is offered."""
    chosen = (
        (request.ratio, spec.ratios),
        (request.mode, spec.modes),
        (request.voice, spec.voices),
        (request.strength, spec.strengths),
        (request.direction, spec.directions),
    )
    for value, offered in chosen:
        # Any shape goes where none is named.
        is_free = value is None or (value == request.ratio and not offered)
        if not is_free and value not in offered:
            return value
    if request.hd is not None and request.hd not in spec.hd:
        return request.hd.upper()
    if request.length_s is not None and request.length_s not in spec.lengths_s:
        return f"{request.length_s}s"
    if request.flags and not spec.takes_flags:
        return request.flags
    if request.count > spec.max_count:
        return f"×{request.count}"
    pictures = len(request.references)
    if request.references and not spec.min_references <= pictures <= spec.max_references:
        return f"{pictures} 🖼"
    return None


def nearest_ratio(width: int, height: int, ratios: Sequence[str]) -> str:
    """Of the `W:H` in ``ratios`` (at least one) that most like the shape of ``width`` x ``height``.

    4:3 is exactly as far from 1:1 as from 16:9, which at least is no square either.
    """

    def unlikeness(ratio: str) -> tuple[Fraction, bool]:
        shape = Fraction(*map(int, ratio.split(":")))
        stretch = shape / Fraction(width, height)
        return max(stretch, 1 / stretch), shape == 1

    return min(ratios, key=unlikeness)


def derived_request(offer: Offer, parent: Job, picture: Asset, *, prompt: str = "") -> Request:
    """``offer`` taken up on one picture of ``parent``, with the defaults of what it offers.

    ``prompt``: new words; without them the parent's go on.
    """
    spec = offer.spec
    # A pan or a zoom has another shape than what it came from.
    keeps_shape = offer.operation not in {Operation.PAN, Operation.ZOOM}
    ratio = parent.request.ratio if keeps_shape else None
    if offer.hands_over and spec.ratios and ratio not in spec.ratios:
        ratio = nearest_ratio(picture.width, picture.height, spec.ratios)
    return Request(
        offer.operation,
        prompt=prompt or parent.request.prompt,  # also what people read under the picture
        ratio=ratio,
        count=spec.default_count,
        hd=spec.hd[0] if offer.operation is Operation.ENLARGE else None,
        length_s=spec.default_length_s,
        strength=spec.strengths[0] if spec.strengths else None,
        direction=spec.directions[0] if spec.directions else None,
        factor=spec.factors[0] if spec.factors else None,
        tile=picture.tile,
        references=(picture.path,) if offer.hands_over else (),
    )
