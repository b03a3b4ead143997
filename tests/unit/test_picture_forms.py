"""In which form a file goes out is told by its size and header alone; copies are made once."""

import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from PIL import Image
from samples import clip

from bot import media
from bot.delivery.films import FilmCopies
from bot.delivery.pictures import COPY_MAX_BYTES, Pictures
from bot.delivery.uploads import Picture
from bot.errors import BrokenMedia
from bot.model import Asset, AssetKind, JobId

PICTURE = Asset(
    JobId("K7QD4X"), 1, AssetKind.IMAGE, "1.png", "image/png", 64, 48, 900, duration_s=None
)
FILM = dataclasses.replace(PICTURE, kind=AssetKind.VIDEO, path="1.mp4", mime="video/mp4")
BEYOND_BYTES = 50_000_001


@pytest.fixture
async def pictures(tmp_path: Path) -> AsyncIterator[Pictures]:
    films = FilmCopies(COPY_MAX_BYTES)
    yield Pictures(tmp_path, films)
    await films.aclose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Image.new("RGB", (64, 48), "teal").save(tmp_path / "1.png")
    (tmp_path / "1.mp4").write_bytes(clip())
    return tmp_path


@pytest.mark.parametrize(
    ("width", "height", "size_bytes", "kind"),
    [
        (64, 48, 900, "photo"),
        (5_000, 5_000, 10_000_000, "photo"),
        (5_000, 5_001, 900, "document"),
        (64, 48, 10_000_001, "document"),
        (2_100, 100, 900, "document"),
        (64, 48, 50_000_000, "document"),
        (64, 48, BEYOND_BYTES, "photo"),
    ],
)
async def test_a_picture_is_a_photo_else_the_file_it_is_else_a_smaller_copy(
    folder: Path, pictures: Pictures, width: int, height: int, size_bytes: int, kind: str
) -> None:
    asset = dataclasses.replace(PICTURE, width=width, height=height, size_bytes=size_bytes)
    shown = await pictures.to_look_at(asset)
    assert kind == shown.kind
    is_copy = size_bytes == BEYOND_BYTES
    assert ("copy-1.jpg" if is_copy else "1.png") == shown.path.name
    assert (kind == "document") == (shown.thumbnail is not None)


async def test_nothing_is_opened_to_find_that_out(pictures: Pictures) -> None:
    assert "photo" == (await pictures.to_look_at(PICTURE)).kind  # no file is there at all
    assert "document" == (await pictures.original(PICTURE)).kind


async def test_a_film_plays_in_its_shape_with_a_thumbnail(folder: Path, pictures: Pictures) -> None:
    shown = await pictures.to_look_at(dataclasses.replace(FILM, duration_s=2.0))
    assert ("video", 64, 48, 2.0) == (shown.kind, shown.width, shown.height, shown.duration_s)
    assert shown.thumbnail is not None
    small = media.probe_image(shown.thumbnail)
    assert ("image/jpeg", 64, 48) == (small.mime, small.width, small.height)


@pytest.mark.parametrize("shape", [Pictures.to_look_at, Pictures.original])
async def test_a_film_beyond_fifty_megabytes_is_copied_once_and_stays(
    folder: Path, pictures: Pictures, shape: Callable[[Pictures, Asset], Awaitable[Picture]]
) -> None:
    before = (folder / "1.mp4").read_bytes()
    big = dataclasses.replace(FILM, size_bytes=BEYOND_BYTES)
    first = await shape(pictures, big)
    made_at = first.path.stat().st_mtime_ns
    again = await shape(pictures, big)

    assert ("copy-1.mp4", made_at) == (again.path.name, again.path.stat().st_mtime_ns)
    assert "easel-K7QD4X-1.mp4" == again.file_name
    assert before == (folder / "1.mp4").read_bytes()
    assert "video/mp4" == media.sniff(again.path)


async def test_a_picture_file_beyond_fifty_megabytes_is_given_as_its_copy(
    folder: Path, pictures: Pictures
) -> None:
    big = dataclasses.replace(PICTURE, size_bytes=BEYOND_BYTES)
    file = await pictures.original(big)
    assert ("document", "copy-1.jpg") == (file.kind, file.path.name)
    assert "easel-K7QD4X-1.jpg" == file.file_name


async def test_what_telegram_has_is_not_made_again(pictures: Pictures) -> None:
    big = dataclasses.replace(
        FILM, size_bytes=BEYOND_BYTES, photo_file_id="seen", document_file_id="kept"
    )
    assert "seen" == (await pictures.to_look_at(big)).file_id
    assert "kept" == (await pictures.original(big)).file_id


async def test_a_thumbnail_that_cannot_be_made_keeps_no_file_back(
    folder: Path, pictures: Pictures
) -> None:
    (folder / "1.png").write_bytes((folder / "1.png").read_bytes()[:60])
    wide = dataclasses.replace(PICTURE, width=9_000, height=3_000)
    shown = await pictures.to_look_at(wide)
    assert ("document", None) == (shown.kind, shown.thumbnail)


async def test_a_copy_that_cannot_be_made_is_said_so(folder: Path, pictures: Pictures) -> None:
    (folder / "1.mp4").write_bytes(b"no film")
    with pytest.raises(BrokenMedia):
        await pictures.to_look_at(dataclasses.replace(FILM, size_bytes=BEYOND_BYTES))
