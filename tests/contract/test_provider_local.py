"""What is particular to this machine as a provider: sizes, refusals, nothing left behind."""

import io
import sys
import threading
from pathlib import Path

import pytest
import samples
from PIL import Image
from provider_pairs import fetch

from bot.errors import Rejected
from bot.model import AssetKind, Operation, Request, TaskId
from bot.providers.local import Local
from bot.providers.port import Failed, RemoteAsset, Submission, Succeeded

PICTURE = RemoteAsset(AssetKind.IMAGE, 0)


def wish(handle: str, hd: str | None = None) -> Submission:
    return Submission(Request(Operation.ENLARGE, hd=hd, references=(handle,)), references=(handle,))


@pytest.fixture
def local(tmp_path: Path) -> Local:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "a: b.png").write_bytes(samples.picture(400, 300))
    return Local(tmp_path)


@pytest.mark.parametrize(
    ("hd", "size"), [("2k", (2048, 1536)), ("4k", (4096, 3072)), (None, (2048, 1536))]
)
async def test_a_picture_is_enlarged_to_what_was_asked(
    local: Local, tmp_path: Path, hd: str | None, size: tuple[int, int]
) -> None:
    handle = await local.upload(tmp_path / "media" / "a: b.png")
    task_id = await local.submit(wish(handle, hd))

    assert {task_id: Succeeded((PICTURE,))} == await local.poll([task_id])
    with Image.open(io.BytesIO(await fetch(local, task_id, PICTURE))) as picture:
        assert ("JPEG", size) == (picture.format, picture.size)


async def test_an_order_outlives_a_move_of_the_data_folder(local: Local, tmp_path: Path) -> None:
    task_id = await local.submit(wish("media/a: b.png"))
    moved = tmp_path.with_name("moved")
    tmp_path.rename(moved)

    assert await fetch(Local(moved), task_id, PICTURE)


@pytest.mark.parametrize(("width", "hd"), [(2048, "2k"), (3000, "2k"), (4096, "4k")])
async def test_a_picture_that_is_as_large_is_not_made_smaller(
    local: Local, tmp_path: Path, width: int, hd: str
) -> None:
    (tmp_path / "large.png").write_bytes(samples.picture(width, 20))
    with pytest.raises(Rejected, match=f"{width}×20 pixels already"):
        await local.submit(wish("large.png", hd))


@pytest.mark.parametrize("content", [b"", b"no picture", samples.picture(64, 64)[:60]])
async def test_what_is_no_picture_is_refused(local: Local, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.png").write_bytes(content)
    with pytest.raises(Rejected):
        await local.submit(wish("bad.png"))


async def test_a_picture_that_is_gone_is_said_to_be(local: Local, tmp_path: Path) -> None:
    task_id = await local.submit(wish("media/a: b.png"))
    (tmp_path / "media" / "a: b.png").unlink()

    assert {task_id: Failed("the picture is gone")} == await local.poll([task_id])
    with pytest.raises(Rejected):
        await fetch(local, task_id, PICTURE)
    with pytest.raises(Rejected):
        await local.submit(wish("media/a: b.png"))


async def test_only_pictures_of_the_data_folder_are_taken(local: Local, tmp_path: Path) -> None:
    with pytest.raises(Rejected):
        await local.upload(tmp_path.parent / "elsewhere.png")


@pytest.mark.parametrize("task_id", ["", "x", "a:2048:", "a:99999:b.png", "a:b:c", ":::"])
async def test_a_handle_that_is_not_ours_orders_nothing(local: Local, task_id: str) -> None:
    assert {} == await local.poll([TaskId(task_id)])
    with pytest.raises(Rejected):
        await fetch(local, TaskId(task_id), PICTURE)


async def test_no_file_is_opened_where_everybody_has_to_wait(local: Local, tmp_path: Path) -> None:
    task_id = await local.submit(wish("media/a: b.png"))
    opened_on: set[int] = set()
    is_over = False

    def note(event: str, values: tuple[object, ...]) -> None:
        if event == "open" and not is_over and str(values[0]).startswith(str(tmp_path)):
            opened_on.add(threading.get_ident())

    sys.addaudithook(note)  # stays for good, so it falls silent
    await fetch(local, task_id, PICTURE)
    is_over = True

    assert opened_on
    assert threading.get_ident() not in opened_on


async def test_nothing_is_left_behind_even_by_a_download_left_half_way(
    local: Local, tmp_path: Path
) -> None:
    task_id = await local.submit(wish("media/a: b.png"))
    before = sorted(tmp_path.rglob("*"))
    async with local.open(task_id, PICTURE) as chunks:
        await anext(chunks)
        during = sorted(tmp_path.rglob("*"))

    assert before == during == sorted(tmp_path.rglob("*"))


async def test_a_lost_order_is_simply_made_again(local: Local) -> None:
    lost = Submission(Request(Operation.ENLARGE, hd="4k", references=("media/a: b.png",)))

    found = await local.find_submitted(lost, since=0, claimed=frozenset())

    assert found is not None
    assert {found: Succeeded((PICTURE,))} == await local.poll([found])


async def test_a_lost_order_that_cannot_be_made_is_not_found(local: Local) -> None:
    lost = Submission(Request(Operation.ENLARGE, references=("gone.png",)))

    assert await local.find_submitted(lost, since=0, claimed=frozenset()) is None
