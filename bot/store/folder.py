"""The data folder: who may work in it. Knows nothing of what lies there."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path

from bot.errors import DataFolderInUse, StoreError


def _lock_file(folder: Path) -> TextIOWrapper:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / "lock").open("a")
    except OSError as error:
        raise StoreError(
            f"The data folder {folder} cannot be used ({error.strerror}): make it a folder the "
            "bot may write to, or set BOT_DATA_DIR."
        ) from error


@contextlib.contextmanager
def claim(folder: Path) -> Iterator[None]:
    """Keep every other `bot run` out of ``folder`` for as long as this is open.

    The system lets go of the lock when the process ends, however it ends.
    Raises DataFolderInUse, StoreError.
    """
    with _lock_file(folder) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DataFolderInUse(
                f"Another `bot run` is working in {folder}. Stop it first, "
                "or give this one its own BOT_DATA_DIR."
            ) from error
        yield
