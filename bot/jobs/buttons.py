"""What a press on a result can mean, and how it is written into a button. Pure.

Delivery writes them, chat reads them. Anybody can forge the text of a button, so reading one
proves nothing: whoever acts on it checks the right and the job again.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping, Sequence
from typing import Final

from bot.jobs.offers import Offer
from bot.model import Job, JobId, Operation

SAID_DIGITS: Final = 15
"""Đồng: also of a balance that was filled many times."""
CUSTOM: Final = "custom"
"""The zoom whose factor is asked for in words."""
TO_ME: Final = "me"
TO_ALL: Final = "all"
"""Whether a result asked for in a group is for who asked alone."""


class Act(enum.StrEnum):
    """One letter each: a button has 64 bytes (docs/telegram.md)."""

    PICK = "p"
    VARY = "v"
    UPSCALE = "u"
    PAN = "n"
    ZOOM = "z"
    ENLARGE = "e"
    ANIMATE = "m"
    REDO = "r"
    FILES = "f"
    CANCEL = "c"
    CHOOSE = "g"
    MOVE = "w"
    PAUSE = "b"
    RESUME = "y"
    RESOLVE = "x"
    LANGUAGE = "l"
    BULK = "k"
    HISTORY = "o"
    SHOW = "d"
    SETTING = "s"
    HELP = "h"
    EXAMPLE = "q"
    PRESET = "t"
    GROUP = "j"
    APPROVE = "a"
    TO_ME = "i"
    ACCESS = "A"
    BUY = "B"
    PLANS = "P"
    RECEIPTS = "R"
    PAYMENTS = "M"
    PLAN_END = "E"
    TAKE_BACK = "T"
    STATS = "S"
    RENEWAL = "N"


WANTED: Final[Mapping[Act, Operation]] = {
    Act.VARY: Operation.VARIATION,
    Act.UPSCALE: Operation.UPSCALE,
    Act.PAN: Operation.PAN,
    Act.ZOOM: Operation.ZOOM,
    Act.ENLARGE: Operation.ENLARGE,
    Act.ANIMATE: Operation.IMAGE_VIDEO,
}
"""What a press on a picture wants done to it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Press:
    """A button's meaning. ``how``: strong, left, 1.5, 4k, a provider, a draft, a bulk, a language, a
    page, a wish, or what is preferred (`form=album`); never with a colon.
    """

    act: Act
    job_id: JobId | None = None
    tile: int | None = None
    how: str = ""
    said_vnd: int | None = None
    """What the button says it costs, None for nothing: a dearer price is asked about before anything
    is held.
    """

    def data(self) -> str:
        """As callback data, e.g. `v:K7QD4X:2:strong` or `v:K7QD4X:2:strong:400`."""
        said = "" if self.said_vnd is None else f":{self.said_vnd}"
        return f"{self.act}:{self.job_id or ''}:{self.tile or ''}:{self.how}{said}"


def read_press(data: str) -> Press | None:
    """The meaning of callback data; None when it is none of ours."""
    parts = data.split(":")
    if len(parts) not in {4, 5} or parts[0] not in set(Act):
        return None
    act, job_id, tile, how, *said = parts
    if (tile and not _is_number(tile, 2)) or (said and not _is_number(said[0], SAID_DIGITS)):
        return None
    return Press(
        Act(act),
        JobId(job_id) if job_id else None,
        int(tile) if tile else None,
        how,
        int(said[0]) if said else None,
    )


def _is_number(word: str, digits_max: int) -> bool:
    return word.isascii() and word.isdecimal() and len(word) <= digits_max


Groups = list[list[Press]]
"""What belongs together; how many stand side by side, their labels decide."""


def presses_for_result(job: Job, tiles: Sequence[int], offers: Mapping[Operation, Offer]) -> Groups:
    """The buttons under a result of these tiles; only what somebody can do."""
    if len(tiles) == 1:
        return presses_for_tile(job, tiles[0], offers)
    groups = [[Press(Act.PICK, job.job_id, tile) for tile in tiles]]
    if Operation.VARIATION in offers:
        groups.append([Press(Act.VARY, job.job_id, tile) for tile in tiles])
    groups.append([Press(Act.REDO, job.job_id), Press(Act.FILES, job.job_id)])
    return groups


def presses_for_tile(job: Job, tile: int, offers: Mapping[Operation, Offer]) -> Groups:
    """The buttons under one picture or video; making again means the whole request."""
    groups: Groups = []
    for act, operation in WANTED.items():
        if operation in offers:
            ways = _ways(act, offers[operation])
            groups.append([Press(act, job.job_id, tile, how) for how in ways])
    last = [Press(Act.FILES, job.job_id, tile)]
    # The same picture enlarged again would be the same file.
    if job.request.operation is not Operation.ENLARGE:
        last.insert(0, Press(Act.REDO, job.job_id))
    return [*groups, last]


def _ways(act: Act, offer: Offer) -> Sequence[str]:
    """In how many ways it can be done, a button each; one button when there is nothing to choose."""
    spec = offer.spec
    match act:
        case Act.PAN:
            return spec.directions
        case Act.ZOOM:
            return (*spec.factors, CUSTOM) if spec.factor_max else spec.factors
        case Act.ENLARGE:
            return spec.hd
        case _:
            return spec.strengths or ("",)
