"""How each of several requests is told from the others: its words, and what was understood. Pure.

Knows nothing of the message they stand in. Plain text: who puts it into one escapes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from bot.delivery.presentation import DETAILS_MAX, FLAGS_MAX, choices, clip
from bot.i18n import Tongue
from bot.jobs.bulk import Part
from bot.model import AssetKind

PROMPT_MAX: Final = 60
"""UTF-16 units of each prompt."""
LEAD: Final = 12
"""Characters that are shown at most before a difference, for the word it is in."""
_BETWEEN_FLAGS: Final = re.compile(r" (?=--)")


def shared(parts: Sequence[Part], titles: Mapping[str, str], tongue: Tongue) -> str:
    """What was understood of all of them alike; "" for nothing."""
    facts = [*_common(_all_choices(parts, titles, tongue)), *_common(_all_flags(parts))]
    return clip(" · ".join(facts), DETAILS_MAX)


def items(
    parts: Sequence[Part], picked: Sequence[int], titles: Mapping[str, str], tongue: Tongue
) -> list[str]:
    """Each of those at ``picked``: its prompt, and what was understood that not all share."""
    chosen = _own(_all_choices(parts, titles, tongue), picked)
    flags = [" ".join(each) for each in _own(_all_flags(parts), picked)]
    prompts = [" ".join(parts[at].request.prompt.split()) for at in picked]
    told = zip(apart(prompts, PROMPT_MAX), chosen, apart(flags, FLAGS_MAX), strict=True)
    return [" · ".join(filter(None, (prompt, *own, flag))) for prompt, own, flag in told]


def apart(texts: Sequence[str], most: int) -> list[str]:
    """Each cut to ``most`` UTF-16 units where that does not hide what differs from the others."""
    different = set(texts)
    return [
        _excerpt(
            text,
            sorted({_alike(text, other) for other in different - {text}}),
            most,
        )
        for text in texts
    ]


def _alike(one: str, other: str) -> int:
    """Characters from the beginning on."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _excerpt(text: str, points: Sequence[int], most: int) -> str:
    """``points``: where another begins to differ; up to each, both are cut in the same way."""
    whole = clip(text, most)
    if whole == text or all(point + LEAD < len(whole) for point in points):
        return whole
    each = max(most // (len(points) + 1), 2 * LEAD)
    shown, end = "", 0
    for point in (0, *points):
        if shown and point < end:
            continue
        begin = max(text.rfind(" ", 0, point) + 1, point - LEAD, end)
        piece = clip(text[begin:], each)
        end = begin + len(piece) - (piece != text[begin:])
        shown += piece
    return shown


def _all_choices(
    parts: Sequence[Part], titles: Mapping[str, str], tongue: Tongue
) -> list[list[str]]:
    return [_choices(part, titles.get(part.provider, part.provider), tongue) for part in parts]


def _choices(part: Part, title: str, tongue: Tongue) -> list[str]:
    found = choices(part.request, title, tongue)
    if part.request.operation.output_kind is AssetKind.IMAGE:
        found.append(tongue.plural("count.images", part.request.count))
    return found


def _all_flags(parts: Sequence[Part]) -> list[list[str]]:
    return [_BETWEEN_FLAGS.split(part.request.flags) for part in parts]


def _common(facts: Sequence[Sequence[str]]) -> list[str]:
    return [fact for fact in facts[0] if fact and all(fact in other for other in facts)]


def _own(facts: Sequence[Sequence[str]], picked: Sequence[int]) -> list[list[str]]:
    common = set(_common(facts))
    return [[fact for fact in facts[at] if fact and fact not in common] for at in picked]
