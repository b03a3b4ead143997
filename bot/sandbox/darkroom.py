"""Files that are made when first asked for and kept on disk from then on.

Knows nothing of what is in them.
"""

from collections.abc import Callable
from pathlib import Path
from threading import RLock

from anyio import to_thread
from PIL import Image


class Darkroom:
    """A folder of files made on demand, one at a time: a large picture takes tens of megabytes to make."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Re-entrant: making one picture may ask for the one it derives from.
        self._lock = RLock()

    def keep(self, name: str, make: Callable[[Path], None]) -> Path:
        """The file of this name; `make` writes it, under a passing name, if it isn't there yet."""
        path = self.folder / name
        with self._lock:
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                unfinished = path.with_name(f"{path.name}.part")
                make(unfinished)
                unfinished.replace(path)
        return path

    def picture(self, name: str, draw: Callable[[], Image.Image]) -> Path:
        """The PNG of this name, drawn if it isn't there yet."""
        # Speed before size: these files live on this machine and are read once.
        return self.keep(name, lambda path: draw().save(path, "PNG", compress_level=1))

    async def wait_for(self, make: Callable[[], Path]) -> Path:
        """What `make` returns, made in a worker thread."""
        return await to_thread.run_sync(make)


def open_picture(path: Path) -> Image.Image:
    """The picture of a file, decoded, RGB."""
    with Image.open(path) as picture:
        return picture.convert("RGB")
