"""Films too large to send are made smaller one at a time, and nobody else waits for that."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Awaitable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

import pytest
from samples import clip
from story import PATIENCE_S

from bot import media
from bot.delivery.films import FilmCopies
from bot.errors import BrokenMedia, FileTooBig
from bot.media.probing import unpacking

ENOUGH_BYTES = 1_000_000
LOOK_S = 0.001


@pytest.fixture
async def films() -> AsyncIterator[FilmCopies]:
    films = FilmCopies(ENOUGH_BYTES)
    yield films
    await films.aclose()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "1.mp4"
    path.write_bytes(clip())
    return path


def places() -> set[str]:
    """The functions in which the threads of this process stand right now."""
    found: set[str] = set()
    for top in sys._current_frames().values():
        frame: FrameType | None = top
        while frame is not None:
            found.add(frame.f_code.co_name)
            frame = frame.f_back
    return found


async def stands_in(function: str) -> None:
    """Wait until a thread is there."""
    while function not in places():
        await asyncio.sleep(LOOK_S)


async def soon(work: Awaitable[object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await work


async def test_the_threads_of_everybody_stay_free_while_films_wait(
    films: FilmCopies, film: Path, tmp_path: Path
) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max_workers=1))
    with unpacking:
        waiting = [
            asyncio.create_task(films.make(film, tmp_path / f"copy-{number}.mp4"))
            for number in range(3)
        ]
        await stands_in("film_copy")
        await soon(asyncio.to_thread(film.stat))
    await soon(asyncio.gather(*waiting))


def test_a_picture_is_unpacked_while_a_film_is_being_made_smaller(
    film: Path, tmp_path: Path
) -> None:
    ended = threading.Event()

    def copy() -> None:
        while not ended.is_set():  # again and again, so that it is looked at in the middle of one
            media.film_copy(film, tmp_path / "copy.mp4", ENOUGH_BYTES)

    thread = threading.Thread(target=copy)
    thread.start()
    try:
        assert any(_is_free_meanwhile() for _ in range(100_000))
    finally:
        ended.set()
        thread.join(30)


def _is_free_meanwhile() -> bool:
    """A film was in the middle of being copied, and what it stood in had not the lock."""
    before = "_transcode" in places()
    is_free = not unpacking.locked()
    return before and is_free and "_transcode" in places()


async def test_who_wants_a_copy_that_is_being_made_waits_for_the_same(
    films: FilmCopies, film: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.mp4"
    with unpacking:
        first, second = (asyncio.create_task(films.make(film, copy)) for _ in range(2))
        await stands_in("film_copy")
    await soon(first)
    film.unlink()
    await soon(second)
    assert copy.exists()


async def test_who_gives_up_waiting_takes_the_copy_from_nobody(
    films: FilmCopies, film: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.mp4"
    with unpacking:
        first, second = (asyncio.create_task(films.make(film, copy)) for _ in range(2))
        await stands_in("film_copy")
        first.cancel()
    await soon(second)
    assert copy.exists()


async def test_a_copy_that_cannot_be_made_small_enough_is_tried_once(
    film: Path, tmp_path: Path
) -> None:
    tight = FilmCopies(1_000)
    copy = tmp_path / "copy.mp4"
    with pytest.raises(FileTooBig):
        await tight.make(film, copy)
    film.unlink()
    with pytest.raises(FileTooBig):
        await tight.make(film, copy)
    await tight.aclose()
    after_a_restart = FilmCopies(1_000)
    with pytest.raises(FileTooBig):
        await after_a_restart.make(film, copy)
    await after_a_restart.aclose()


async def test_a_copy_that_failed_for_another_reason_is_tried_again(
    films: FilmCopies, film: Path, tmp_path: Path
) -> None:
    whole, copy = film.read_bytes(), tmp_path / "copy.mp4"
    film.write_bytes(whole[:-100])
    with pytest.raises(BrokenMedia):
        await films.make(film, copy)
    film.write_bytes(whole)
    await films.make(film, copy)
    assert copy.exists()
