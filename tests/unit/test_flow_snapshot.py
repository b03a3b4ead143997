"""How Flow's answers about a task are read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import AssetKind
from bot.providers.flow_words import read_snapshot
from bot.providers.port import Failed, Queued, RemoteAsset, Running, Succeeded


def files(kind: AssetKind, count: int) -> Succeeded:
    return Succeeded(tuple(RemoteAsset(kind, index) for index in range(count)))


def test_a_queued_task_is_queued() -> None:
    assert Queued() == read_snapshot({"status": "queued", "progress": 0})


@pytest.mark.parametrize("progress", [40, "40", 40.2, "40%"])
def test_a_running_task_tells_its_progress(progress: Any) -> None:
    assert Running(40) == read_snapshot({"status": "running", "progress": progress})


@pytest.mark.parametrize("status", ["thinking", "", None, 7])
def test_an_unknown_word_never_ends_a_job(status: Any) -> None:
    assert Running(99) == read_snapshot({"status": status, "progress": 99, "images": ["a"]})


def test_the_number_of_pictures_is_what_the_provider_counts() -> None:
    data = {"status": "completed", "images_count": 3, "images": ["a"], "videos": []}

    assert files(AssetKind.IMAGE, 3) == read_snapshot(data)


@pytest.mark.parametrize("count", [None, "many", 0])
def test_without_a_count_the_listed_pictures_are_counted(count: Any) -> None:
    data = {"status": "Completed", "images_count": count, "images": ["a", "b"]}

    assert files(AssetKind.IMAGE, 2) == read_snapshot(data)


def test_a_listed_video_is_a_video() -> None:
    data = {"status": "completed", "images": [], "videos": ["v"]}

    assert files(AssetKind.VIDEO, 1) == read_snapshot(data)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({}, AssetKind.IMAGE),
        ({"images": [], "videos": []}, AssetKind.IMAGE),
        ({"type": "text-to-image"}, AssetKind.IMAGE),
        ({"type": "image-to-video"}, AssetKind.VIDEO),
        ({"kind": "VIDEO"}, AssetKind.VIDEO),
        ({"kind": "I2V"}, AssetKind.VIDEO),
        ({"type": "multi_ref_video"}, AssetKind.VIDEO),
        ({"mode": "R2I"}, AssetKind.IMAGE),
    ],
)
def test_a_finished_task_that_counts_nothing_has_one_file_or_more(
    said: dict[str, Any], kind: AssetKind
) -> None:
    uncounted = Succeeded((RemoteAsset(kind, 0),), is_count_known=False)

    assert uncounted == read_snapshot({"status": "completed", **said})


def test_an_absurd_count_is_not_believed() -> None:
    snapshot = read_snapshot({"status": "completed", "images_count": 10**9})

    assert files(AssetKind.IMAGE, 16) == snapshot


@pytest.mark.parametrize("said", [{"images_count": 0}, {"error": "blocked"}, {"images_count": "0"}])
def test_finished_without_any_file_has_failed(said: dict[str, Any]) -> None:
    data = {"status": "completed", "images": [], "videos": [], "message": "blocked", **said}

    assert Failed("blocked") == read_snapshot(data)


@pytest.mark.parametrize(
    "words", [{"error": "unsafe"}, {"detail": ["unsafe"]}, {"error": ["unsafe"]}]
)
def test_a_failure_is_told_in_the_words_found_anywhere(words: dict[str, Any]) -> None:
    assert Failed("unsafe") == read_snapshot({"status": "failed", **words})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=8,
)
FIELDS = st.sampled_from(["status", "progress", "images", "videos", "images_count", "error"])


@given(st.dictionaries(FIELDS, JSON))
def test_no_answer_is_too_strange_to_read(data: dict[str, Any]) -> None:
    assert isinstance(read_snapshot(data), Queued | Running | Succeeded | Failed)
