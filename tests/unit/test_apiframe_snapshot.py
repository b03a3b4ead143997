"""How Apiframe's answers about a task are read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import AssetKind
from bot.providers.apiframe import read_snapshot
from bot.providers.port import Failed, Queued, RemoteAsset, Running, Succeeded

TILES = [f"https://cdn.example.com/{tile}.png" for tile in "abcd"]
GRID = "https://cdn.example.com/grid.png"


def pictures(*urls: str) -> Succeeded:
    return Succeeded(
        tuple(RemoteAsset(AssetKind.IMAGE, index, url) for index, url in enumerate(urls))
    )


@pytest.mark.parametrize(
    ("percentage", "progress"),
    [
        ("40", 40),
        (40, 40),
        (40.7, 40),
        ("40%", 40),
        (" 40 % ", 40),
        ("0", 0),
        (250, 100),
        (-3, 0),
        ("soon", None),
        ("", None),
        (None, None),
        (True, None),
        ("nan", None),
        ([40], None),
    ],
)
def test_progress_is_read_from_text_or_number(percentage: Any, progress: int | None) -> None:
    snapshot = read_snapshot({"status": "processing", "percentage": percentage})

    assert Running(progress) == snapshot


def test_progress_that_is_not_told_is_not_invented() -> None:
    assert Running(None) == read_snapshot({"status": "processing"})


@pytest.mark.parametrize("status", ["pending", "staged"])
def test_a_task_that_waits_is_queued(status: str) -> None:
    assert Queued() == read_snapshot({"status": status, "percentage": "0"})


@pytest.mark.parametrize("status", ["starting", "processing", "retry", "retrying"])
def test_starting_and_trying_again_is_still_running(status: str) -> None:
    assert Running(None) == read_snapshot({"status": status})


@pytest.mark.parametrize("status", ["finished", "completed", "Finished", " COMPLETED "])
def test_a_done_word_with_four_tiles_is_a_success_in_their_order(status: str) -> None:
    data = {"status": status, "original_image_url": GRID, "image_urls": TILES}

    assert pictures(*TILES) == read_snapshot(data)


def test_a_result_without_any_status_is_finished() -> None:
    data = {"task_id": "t", "original_image_url": GRID, "image_urls": TILES}

    assert pictures(*TILES) == read_snapshot(data)


def test_a_single_picture_without_any_status_is_finished() -> None:
    assert pictures(GRID) == read_snapshot({"task_type": "upscale", "image_url": GRID})


def test_a_grid_alone_is_better_than_nothing() -> None:
    data = {"status": "finished", "original_image_url": GRID, "image_urls": []}

    assert pictures(GRID) == read_snapshot(data)


@pytest.mark.parametrize("status", ["processing", "retrying", "pondering"])
def test_a_picture_beside_a_running_status_is_a_preview(status: str) -> None:
    data = {"status": status, "percentage": "50", "image_url": GRID, "image_urls": TILES}

    assert Running(50) == read_snapshot(data)


def test_an_unknown_word_never_ends_a_job() -> None:
    assert Running(99) == read_snapshot({"status": "banana", "percentage": 99})


@pytest.mark.parametrize("data", [{}, {"status": None}, {"status": 7}, {"errors": [{"msg": "?"}]}])
def test_an_answer_that_says_nothing_runs_on(data: dict[str, Any]) -> None:
    assert Running(None) == read_snapshot(data)


@pytest.mark.parametrize(
    "words",
    [
        {"error": "banned prompt"},
        {"message": "banned prompt"},
        {"errors": [{"msg": "banned prompt"}]},
        {"errors": ["banned prompt"]},
        {"detail": "banned prompt"},
        {"detail": [{"loc": ["body"], "msg": "banned prompt"}]},
        {"error": {"message": "banned prompt"}},
        {"error": True, "message": "<p>banned\n prompt</p>"},
    ],
)
def test_a_failure_is_told_in_the_words_found_anywhere(words: dict[str, Any]) -> None:
    assert Failed("banned prompt") == read_snapshot({"status": "failed", **words})


def test_a_failure_without_words_is_a_failure() -> None:
    assert Failed("") == read_snapshot({"status": "failed"})


def test_a_failure_beside_a_preview_is_a_failure() -> None:
    assert Failed("") == read_snapshot({"status": "failed", "image_url": GRID})


NO_FILE = [None, [], [None], ["file:///etc/passwd"], "text", [{"url": 1}]]


@pytest.mark.parametrize("urls", NO_FILE)
def test_finished_without_any_file_and_with_an_error_has_failed(urls: Any) -> None:
    assert Failed("empty") == read_snapshot(
        {"status": "finished", "image_urls": urls, "error": "empty"}
    )


@pytest.mark.parametrize("urls", NO_FILE)
@pytest.mark.parametrize("words", [{}, {"message": "Success"}, {"errors": []}, {"error": None}])
def test_finished_before_its_files_are_told_is_not_the_end(urls: Any, words: Any) -> None:
    assert Running(99) == read_snapshot({"status": "finished", "image_urls": urls, **words})


def test_a_tile_that_is_missing_leaves_the_others_their_numbers() -> None:
    first, _, third, fourth = TILES
    kept = [(0, first), (2, third), (3, fourth)]
    assert Succeeded(
        tuple(RemoteAsset(AssetKind.IMAGE, index, url) for index, url in kept)
    ) == read_snapshot({"status": "finished", "image_urls": [first, None, third, fourth]})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["status", "percentage", "image_url", "image_urls", "original_image_url", "error", "errors"]
)


@given(st.dictionaries(FIELDS, JSON))
def test_no_answer_is_too_strange_to_read(data: dict[str, Any]) -> None:
    assert isinstance(read_snapshot(data), Queued | Running | Succeeded | Failed)
