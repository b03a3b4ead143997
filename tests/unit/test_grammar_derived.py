"""Going on from a result in people's own words: which picture, which way, how far."""

import pytest

from bot.chat.grammar import parse
from bot.chat.parsed import (
    AgainCommand,
    Complaint,
    NotForUs,
    PanCommand,
    Parsed,
    Typed,
    UpscaleCommand,
    ZoomCommand,
)


def read(text: str, *, is_reply: bool = True, pictures: int = 0) -> Parsed:
    typed = Typed(text, is_reply=is_reply, pictures=pictures)
    return parse(typed, username="EaselBot", providers={}, default_provider={})


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("/pan", PanCommand()),
        ("/pan 2", PanCommand(2)),
        ("/pan left", PanCommand(None, "left")),
        ("/pan 2 left", PanCommand(2, "left")),
        ("/PAN@EaselBot Left 2", PanCommand(2, "left")),
        ("/pan trái 4", PanCommand(4, "left")),
        ("/pan 1 trai", PanCommand(1, "left")),
        ("/pan phải", PanCommand(None, "right")),
        ("/pan sang phai 3", PanCommand(3, "right")),
        ("/pan lên", PanCommand(None, "up")),
        ("/pan 2 lên trên", PanCommand(2, "up")),
        ("/pan len", PanCommand(None, "up")),
        ("/pan Xuống 1", PanCommand(1, "down")),
        ("/pan xuong", PanCommand(None, "down")),
        ("/pan tra\u0301i", PanCommand(None, "left")),
    ],
)
def test_a_pan_goes_where_it_is_told_in_any_order_of_words(typed: str, expected: Parsed) -> None:
    assert expected == read(typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("/zoom", ZoomCommand()),
        ("/zoom 1.5", ZoomCommand(None, "1.5")),
        ("/zoom 1,5", ZoomCommand(None, "1.5")),
        ("/zoom 1.5x 3", ZoomCommand(3, "1.5")),
        ("/zoom x1.5", ZoomCommand(None, "1.5")),
        ("/zoom 2x", ZoomCommand(None, "2")),
        ("/zoom 2 x2", ZoomCommand(2, "2")),
        ("/zoom 3 2×", ZoomCommand(3, "2")),
        ("/zoom 1 2 lần", ZoomCommand(1, "2")),
        ("/zoom 2.0", ZoomCommand(None, "2")),
        ("/zoom 1.80 4", ZoomCommand(4, "1.8")),
        ("/zoom 1.05", ZoomCommand(None, "1.05")),
        ("/zoom square", ZoomCommand(None, "square")),
        ("/zoom 2 square", ZoomCommand(2, "square")),
        ("/zoom vuông 1", ZoomCommand(1, "square")),
        ("/zoom hinh vuong", ZoomCommand(None, "square")),
    ],
)
def test_a_zoom_goes_as_far_as_it_is_told_however_the_number_is_written(
    typed: str, expected: Parsed
) -> None:
    assert expected == read(typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("/zoom 2", ZoomCommand(None, "2")),
        ("/zoom 1", ZoomCommand(1)),
        ("/zoom 3", ZoomCommand(3)),
        ("/zoom 4", ZoomCommand(4)),
        ("/zoom 2 2", ZoomCommand(2, "2")),
        ("/zoom 1 2", ZoomCommand(1, "2")),
        ("/zoom 2 1.5", ZoomCommand(2, "1.5")),
        ("/zoom 1.5 2", ZoomCommand(2, "1.5")),
    ],
)
def test_a_bare_number_is_a_factor_where_it_can_be_and_else_the_picture(
    typed: str, expected: Parsed
) -> None:
    assert expected == read(typed)


@pytest.mark.parametrize(
    ("typed", "key", "words", "corrected"),
    [
        ("/pan lef 2", "pan_unknown", "lef", "/pan left 2"),
        ("/pan 2 rigth", "pan_unknown", "rigth", "/pan 2 right"),
        ("/pan phảii", "pan_unknown", "phảii", "/pan right"),
        ("/pan left right", "pan_unknown", "right", None),
        ("/pan 2 left 3", "pan_unknown", "3", None),
        ("/pan sideways", "pan_unknown", "sideways", None),
        ("/pan 5 left", "tile_out_of_range", "5", None),
        ("/pan 2 left --ar 1:1", "option_misplaced", "--ar 1:1", "/pan 2 left"),
        ("/zoom sqare", "zoom_unknown", "sqare", "/zoom square"),
        ("/zoom 2 vuôn", "zoom_unknown", "vuôn", "/zoom 2 square"),
        ("/zoom far", "zoom_unknown", "far", None),
        ("/zoom 1.5 1.8", "zoom_unknown", "1.8", None),
        ("/zoom 1 2 square", "zoom_unknown", "2", None),
        ("/zoom 1 2 3", "zoom_unknown", "2", None),
        ("/zoom -2", "zoom_unknown", "-2", None),
        ("/zoom 3x", "factor_out_of_range", "3x", "/zoom 2"),
        ("/zoom 2 3", "factor_out_of_range", "3", "/zoom 2 2"),
        ("/zoom 4 2,5", "factor_out_of_range", "2,5", "/zoom 4 2"),
        ("/zoom 10", "factor_out_of_range", "10", "/zoom 2"),
        ("/zoom 0.5", "factor_out_of_range", "0.5", "/zoom 1.5"),
        ("/zoom 0", "factor_out_of_range", "0", "/zoom 1.5"),
        ("/zoom 2 1", "factor_out_of_range", "1", "/zoom 2 1.5"),
        ("/zoom 1x", "factor_out_of_range", "1x", "/zoom 1.5"),
        ("/zoom 7 1.5", "tile_out_of_range", "7", None),
        ("/zoom 2 --turbo", "option_misplaced", "--turbo", "/zoom 2"),
        ("/zom 2", "command_near", "/zom", "/zoom 2"),
    ],
)
def test_a_pan_or_zoom_there_is_not_is_named_with_the_nearest_that_is(
    typed: str, key: str, words: str, corrected: str | None
) -> None:
    found = read(typed)
    assert isinstance(found, Complaint), found
    assert f"complaint.{key}" == found.key
    assert words == typed[slice(*found.at)]
    assert corrected == found.corrected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("pan left 2", PanCommand(2, "left")),
        ("pan 2", PanCommand(2)),
        ("Lia trái 2", PanCommand(2, "left")),
        ("lia sang phải", PanCommand(None, "right")),
        ("mở rộng trái", PanCommand(None, "left")),
        ("mở rộng sang trái 3", PanCommand(3, "left")),
        ("mo rong xuong", PanCommand(None, "down")),
        ("zoom", ZoomCommand()),
        ("zoom 1.5", ZoomCommand(None, "1.5")),
        ("zoom 2 1.5", ZoomCommand(2, "1.5")),
        ("Zoom out 2", ZoomCommand(None, "2")),
        ("zoom out", ZoomCommand()),
        ("zoom vuông", ZoomCommand(None, "square")),
        ("lùi xa 1,5 lần", ZoomCommand(None, "1.5")),
        ("lui xa 3", ZoomCommand(3)),
        ("zoom in", NotForUs()),
        ("zoom vào mặt con mèo", NotForUs()),
        ("zoom 10 người", NotForUs()),
        ("zooming", NotForUs()),
        ("thu nhỏ 2", NotForUs()),
        ("mở rộng", NotForUs()),
        ("mở rộng 2", NotForUs()),
        ("mở rộng thêm được không", NotForUs()),
        ("pan lef", NotForUs()),
        ("pan flute", NotForUs()),
        ("trái", NotForUs()),
        ("1.5", NotForUs()),
    ],
)
def test_a_reply_pans_and_zooms_without_a_slash_where_it_is_unmistakable(
    typed: str, expected: Parsed
) -> None:
    assert expected == read(typed)
    assert NotForUs() == read(typed, is_reply=False)


def test_a_reply_that_zooms_too_far_is_told_how_far_it_goes() -> None:
    found = read("zoom 3x")
    assert isinstance(found, Complaint)
    assert found.key == "complaint.factor_out_of_range"
    assert found.corrected == "zoom 2"


def test_anybodys_picture_can_be_enlarged() -> None:
    assert UpscaleCommand(None, "4k") == read("/upscale 4k", is_reply=False, pictures=1)
    assert UpscaleCommand(2, "2k") == read("/upscale 2k 2", pictures=1)
    assert NotForUs() == read("upscale 4k", is_reply=False, pictures=1)


@pytest.mark.parametrize("number", "56789")
def test_a_bare_number_beyond_the_pictures_is_told_how_many_there_are(number: str) -> None:
    parsed = read(number)
    assert isinstance(parsed, Complaint)
    assert ("complaint.tile_out_of_range", {"value": number}) == (parsed.key, parsed.values)
    assert NotForUs() == read(number, is_reply=False)


@pytest.mark.parametrize("number", ["0", "10", "2026", "5 cats"])
def test_another_number_in_reply_may_mean_anything(number: str) -> None:
    assert NotForUs() == read(number)


@pytest.mark.parametrize(
    "typed",
    [
        *("again", "Redo", "same  again", "Once more!", "again..."),
        *("lại", "Lần nữa", "làm lại", "VẼ LẠI", "ve lai", "la\u0323i", "vẽ lại lần nữa"),
    ],
)
def test_again_in_reply_to_something_means_the_same_once_more(typed: str) -> None:
    assert AgainCommand() == read(typed)
    assert NotForUs() == read(typed, is_reply=False)


@pytest.mark.parametrize(
    "typed",
    ["never again", "lại đây", "vẽ lại màu xanh", "again and again", "làm lại 2", "!", "đi lại"],
)
def test_more_words_than_that_are_talk_between_people(typed: str) -> None:
    assert NotForUs() == read(typed)
