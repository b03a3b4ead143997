"""What a press on a result can mean, and how it is written into a button. Pure.

Delivery writes them, chat reads them. Anybody can forge the text of a button, so reading one
proves nothing: whoever acts on it checks the right and the job again.
"""

from __future__ import annotations

import dataclasses
import enum

from bot.model import AssetKind, Job, JobId, Operation
from bot.providers.port import Capabilities


class Act(enum.StrEnum):
    """One letter each: a button has 64 bytes (telegram.md)."""

    PICK = "p"
    VARY = "v"
    UPSCALE = "u"
    REDO = "r"
    FILES = "f"
    CANCEL = "c"
    RESOLVE = "x"
    LANGUAGE = "l"
    CHOOSE = "g"


@dataclasses.dataclass(frozen=True, slots=True)
class Press:
    """A button's meaning. ``how``: strong, subtle, creative, a language, or a draft's number."""

    act: Act
    job_id: JobId | None = None
    tile: int | None = None
    how: str = ""

    def data(self) -> str:
        """As callback data, e.g. `v:K7QD4X:2:strong`."""
        return f"{self.act}:{self.job_id or ''}:{self.tile or ''}:{self.how}"


def read_press(data: str) -> Press | None:
    """The meaning of callback data; None when it is none of ours."""
    parts = data.split(":")
    if len(parts) != 4 or parts[0] not in set(Act):
        return None
    act, job_id, tile, how = parts
    if tile and (not tile.isdecimal() or not tile.isascii() or len(tile) > 2):
        return None
    return Press(Act(act), JobId(job_id) if job_id else None, int(tile) if tile else None, how)


def presses_for_result(
    job: Job, tiles: int, capabilities: Capabilities | None
) -> list[list[Press]]:
    """The buttons under a result of several tiles, in rows; only what its provider can do."""
    if tiles == 1:
        return presses_for_tile(job, 1, capabilities, has_siblings=False)
    numbers = range(1, tiles + 1)
    rows = [[Press(Act.PICK, job.job_id, tile) for tile in numbers]]
    if _can(capabilities, Operation.VARIATION):
        # Two to a row, as the tiles lie: with their prices, four are cut off on a phone.
        presses = [Press(Act.VARY, job.job_id, tile) for tile in numbers]
        rows += [presses[start : start + 2] for start in range(0, tiles, 2)]
    rows.append([Press(Act.REDO, job.job_id), Press(Act.FILES, job.job_id)])
    return rows


def presses_for_tile(
    job: Job, tile: int, capabilities: Capabilities | None, *, has_siblings: bool = True
) -> list[list[Press]]:
    """The buttons under one picture or video, in rows."""
    rows: list[list[Press]] = []
    if job.request.operation.output_kind is AssetKind.IMAGE:
        for act, operation in ((Act.VARY, Operation.VARIATION), (Act.UPSCALE, Operation.UPSCALE)):
            if capabilities and (spec := capabilities.operations.get(operation)):
                rows.append([Press(act, job.job_id, tile, how) for how in spec.strengths])
    last = [Press(Act.FILES, job.job_id, tile)]
    if not has_siblings:
        last.insert(0, Press(Act.REDO, job.job_id))
    rows.append(last)
    return rows


def _can(capabilities: Capabilities | None, operation: Operation) -> bool:
    return capabilities is not None and operation in capabilities.operations
