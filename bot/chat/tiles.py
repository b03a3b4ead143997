"""Which picture of a result is meant: the one that was named, the only one, or one to be asked for.

Knows nothing of what is wanted of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from bot.chat.talk import Label, Talk, line
from bot.jobs.buttons import Press
from bot.model import Asset, AssetKind, JobId
from bot.store.port import Reading
from bot.store.records import read_asset


async def tiles_of(reading: Reading, job_id: JobId) -> dict[int, Asset]:
    """The pictures of a job by their numbers, without the grid."""
    rows = await reading.all("assets_of_job", job_id=job_id)
    assets = [read_asset(row) for row in rows]
    return {
        asset.tile: asset for asset in assets if asset.tile > 0 and asset.kind is AssetKind.IMAGE
    }


def tile_meant(tiles: Collection[int], named: int | None) -> int | None:
    """The number that was named, there or not, else the only one; None: nobody can know."""
    return named or (next(iter(tiles)) if len(tiles) == 1 else None)


async def ask_tile(
    talk: Talk, job_id: JobId, tiles: Collection[int], press_for: Callable[[int], Press]
) -> None:
    """Ask with a button for each picture."""
    labels = [
        Label("button.number", press_for(tile), str(tile), is_priced=True) for tile in sorted(tiles)
    ]
    await talk.say(line("derive.which_tile"), buttons=[labels], about=job_id)
