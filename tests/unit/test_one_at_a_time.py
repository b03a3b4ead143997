"""One picture or film is unpacked at a time in the whole process: unpacked, they are large."""

import ast
import linecache
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest
from PIL import Image
from samples import clip

import bot
from bot import media
from bot.media.probing import unpacking

ROOM = Path(bot.__file__).parent


def _enlarged(folder: Path) -> None:
    with (folder / "new.jpg").open("wb") as file:
        media.enlarge(folder / "1.png", file, 256)


WORK: dict[str, Callable[[Path], object]] = {
    "a grid": lambda folder: media.grid([folder / "1.png"] * 4, folder / "new.jpg"),
    "a copy of a picture": lambda folder: media.photo_copy(folder / "1.png", folder / "new.jpg"),
    "a thumbnail of a picture": lambda folder: media.picture_thumbnail(
        folder / "1.png", folder / "new.jpg"
    ),
    "a thumbnail of a film": lambda folder: media.film_thumbnail(
        folder / "1.mp4", folder / "new.jpg"
    ),
    "a copy of a film": lambda folder: media.film_copy(
        folder / "1.mp4", folder / "new.mp4", 1_000_000
    ),
    "a larger picture": _enlarged,
    "what a film is": lambda folder: media.probe_video(folder / "1.mp4"),
    "what a GIF is": lambda folder: media.probe_image(folder / "1.gif"),
    "a picture somebody brought": lambda folder: media.keep_reference(folder / "1.gif", folder),
    "a picture for a provider": lambda folder: media.fitted(
        folder / "1.png", ("image/jpeg",), 1_000_000, tag="small"
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    picture = Image.new("RGB", (64, 48), "teal")
    picture.save(tmp_path / "1.png")
    picture.save(tmp_path / "1.gif")
    (tmp_path / "1.mp4").write_bytes(clip())
    return tmp_path


def is_waiting_its_turn(thread: threading.Thread) -> bool:
    """Whether it stands at a `with unpacking`."""
    frame: FrameType | None = sys._current_frames().get(thread.ident or 0)
    if frame is None:
        return False
    return "unpacking" in linecache.getline(frame.f_code.co_filename, frame.f_lineno)


@pytest.mark.parametrize("what", WORK)
def test_whoever_unpacks_waits_while_another_does(folder: Path, what: str) -> None:
    before = {path.name for path in folder.iterdir()}
    ended = threading.Event()

    def work() -> None:
        WORK[what](folder)
        ended.set()

    thread = threading.Thread(target=work, daemon=True)
    with unpacking:
        thread.start()
        while not is_waiting_its_turn(thread):
            assert thread.is_alive(), f"{what} did not wait for another to be unpacked"
            thread.join(0.001)  # ends at once when it did not wait
        assert before >= {path.name for path in folder.iterdir() if path.stat().st_size}
    thread.join(30)
    assert ended.is_set()


def test_nobody_else_unpacks_anything() -> None:
    elsewhere = [
        path.relative_to(ROOM).as_posix()
        for path in ROOM.rglob("*.py")
        if not {"media", "sandbox"} & set(path.relative_to(ROOM).parts) and _libraries(path)
    ]
    assert [] == elsewhere


def _libraries(path: Path) -> set[str]:
    """Those that unpack, of what a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names & {"PIL", "av"}
