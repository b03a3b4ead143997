"""Wishes about pictures: how many came along decides what is meant and what can be chosen."""

import pytest

from bot.chat.grammar import format_command, parse
from bot.chat.parsed import Complaint, ImageCommand, Parsed, Typed, VideoCommand
from bot.i18n import LANGUAGES, I18n
from bot.model import Operation, Request
from bot.providers.port import Capabilities, OperationSpec

MIDJOURNEY = Capabilities(
    {
        Operation.IMAGE: OperationSpec(
            60, default_count=4, max_count=4, modes=("fast", "turbo"), takes_flags=True
        )
    },
    prompt_max=200,
    nicknames=("midjourney", "mj"),
)
FLOW = Capabilities(
    {
        Operation.IMAGE: OperationSpec(30, max_count=4, ratios=("1:1", "16:9", "9:16", "4:3")),
        Operation.REFERENCE_IMAGE: OperationSpec(
            30, ratios=("1:1", "16:9", "9:16"), hd=("2k", "4k"), min_references=1, max_references=6
        ),
        Operation.VIDEO: OperationSpec(90, lengths_s=(6, 8, 10), default_length_s=8),
        Operation.IMAGE_VIDEO: OperationSpec(
            90, ratios=("16:9", "9:16"), min_references=1, max_references=1
        ),
        Operation.REFERENCE_VIDEO: OperationSpec(
            90,
            ratios=("16:9", "9:16"),
            voices=("achernar", "charon", "fenrir", "kore", "puck"),
            min_references=1,
            max_references=3,
        ),
    },
    prompt_max=200,
)
OTHER = Capabilities(
    {
        Operation.REFERENCE_IMAGE: OperationSpec(
            30, max_count=2, ratios=("1:1", "3:2"), min_references=1, max_references=10
        ),
        Operation.IMAGE_VIDEO: OperationSpec(
            90, lengths_s=(5, 10), min_references=1, max_references=1
        ),
    },
    prompt_max=200,
)
BOTH = {"apiframe": MIDJOURNEY, "flow": FLOW}
THREE = {**BOTH, "other": OTHER}


def read(
    text: str,
    pictures: int = 1,
    providers: dict[str, Capabilities] = BOTH,
    *,
    is_reply: bool = False,
) -> Parsed:
    return parse(
        Typed(text, is_reply, pictures),
        username="EaselBot",
        providers=providers,
        default_provider={Operation.IMAGE: "apiframe", Operation.VIDEO: "flow"},
    )


def complaint(text: str, pictures: int = 1, providers: dict[str, Capabilities] = BOTH) -> Complaint:
    parsed = read(text, pictures, providers)
    assert isinstance(parsed, Complaint), parsed
    return parsed


def said(found: Complaint, language: str = "en") -> str:
    return I18n.load().tongue(language).html(found.key, at="", **found.values)


@pytest.mark.parametrize("pictures", [1, 6])
def test_a_wish_with_pictures_is_drawn_from_them_by_whoever_can(pictures: int) -> None:
    expected = Request(Operation.REFERENCE_IMAGE, "như tranh màu nước", ratio="9:16", hd="2k")
    found = read("/img như tranh màu nước —ar 9:16 --hd 2K", pictures)
    assert ImageCommand("flow", expected) == found


def test_a_video_of_one_picture_begins_with_it() -> None:
    expected = Request(Operation.IMAGE_VIDEO, "sóng vỗ", ratio="16:9")
    assert VideoCommand("flow", expected) == read("/video sóng vỗ --ar 16:9")


def test_a_video_of_several_pictures_shows_what_is_on_them() -> None:
    expected = Request(Operation.REFERENCE_VIDEO, "cả hai đi dạo")
    assert VideoCommand("flow", expected) == read("/video cả hai đi dạo", 2)


@pytest.mark.parametrize("pictures", [1, 3])
@pytest.mark.parametrize("typed", ["--voice charon", "--voice Charon", "—voice=CHARON,"])
def test_somebody_speaks_in_a_video_of_pictures(typed: str, pictures: int) -> None:
    expected = Request(Operation.REFERENCE_VIDEO, "chào bạn", voice="charon")
    assert VideoCommand("flow", expected) == read(f"/video chào {typed} bạn", pictures)


def test_without_pictures_everything_is_as_before() -> None:
    expected = Request(Operation.VIDEO, "sóng", length_s=8)
    assert VideoCommand("flow", expected) == read("/video sóng", 0)
    assert ImageCommand("apiframe", Request(Operation.IMAGE, "mèo", count=4)) == read("/img mèo", 0)


def test_a_video_of_ones_result_needs_no_new_words() -> None:
    wordless = read("/video --ar 9:16", is_reply=True)
    assert VideoCommand("flow", Request(Operation.IMAGE_VIDEO, ratio="9:16")) == wordless
    assert complaint("/video").key == "complaint.prompt_empty_image_video"
    for text, pictures in (("/video", 0), ("/img", 1)):
        parsed = read(text, pictures, is_reply=True)
        assert isinstance(parsed, Complaint)
        assert parsed.key.startswith("complaint.prompt_empty_")


@pytest.mark.parametrize(
    ("typed", "pictures", "key", "words", "corrected"),
    [
        ("/img mèo", 7, "too_many_pictures", "/img", None),
        ("/video mèo", 4, "too_many_pictures", "/video", None),
        ("/img mèo --ar 4:3", 1, "ratio_not_with_pictures", "--ar 4:3", "/img mèo --ar 16:9"),
        ("/img mèo --ar 3:4", 1, "ratio_not_with_pictures", "--ar 3:4", "/img mèo --ar 9:16"),
        ("/video mèo --ar 1:1", 1, "ratio_not_with_pictures", "--ar 1:1", "/video mèo --ar 16:9"),
        ("/img mèo --n 2", 1, "option_not_with_pictures", "--n 2", "/img mèo"),
        ("/img mèo --turbo", 1, "option_not_with_pictures", "--turbo", "/img mèo"),
        ("/img mèo --chaos 5 --raw", 1, "option_not_with_pictures", "--chaos 5", "/img mèo"),
        ("/video mèo --len 8", 1, "option_not_with_pictures", "--len 8", "/video mèo"),
        ("/video mèo --len 8", 2, "option_not_with_pictures", "--len 8", "/video mèo"),
        (
            "/video --voice charn mèo",
            2,
            "voice_unknown",
            "--voice charn",
            "/video --voice charon mèo",
        ),
        ("/video mèo --voice Lan", 2, "voice_unknown", "--voice Lan", None),
        ("/video mèo --voice charon", 0, "voice_without_pictures", "--voice charon", "/video mèo"),
        ("/video --voice", 0, "voice_missing", "--voice", None),
        ("/video --voice", 2, "voice_missing", "--voice", None),
        ("/img mèo --voice kore", 1, "option_other_command", "--voice kore", None),
        ("/img mèo --with mj", 1, "value_not_offered", "--with mj", "/img mèo --with flow"),
        (
            "/img mèo --with apiframe",
            1,
            "provider_cannot_reference_image",
            "--with apiframe",
            "/img mèo --with flow",
        ),
        (
            "/video mèo --with apiframe",
            1,
            "provider_cannot_image_video",
            "--with apiframe",
            "/video mèo --with flow",
        ),
        (
            "/video mèo --with apiframe",
            2,
            "provider_cannot_reference_video",
            "--with apiframe",
            "/video mèo --with flow",
        ),
        ("/img", 1, "prompt_empty_reference_image", "/img", None),
        ("/video", 1, "prompt_empty_image_video", "/video", None),
        ("/video", 2, "prompt_empty_reference_video", "/video", None),
    ],
)
def test_what_cannot_be_had_with_pictures_is_said_with_a_line_that_works(
    typed: str, pictures: int, key: str, words: str, corrected: str | None
) -> None:
    found = complaint(typed, pictures)
    assert f"complaint.{key}" == found.key
    assert words == typed[slice(*found.at)]
    assert corrected == found.corrected
    assert all(said(found, language) for language in LANGUAGES)


def test_too_many_pictures_are_told_the_most_that_are_taken() -> None:
    found = complaint("/img mèo", 7)
    assert found.values == {"provider": "flow", "count": 7, "bound": 6}
    assert said(found) == (
        "That is 7 pictures, and flow takes 6 at most for this. Please send fewer."
    )
    assert said(found, "vi") == (
        "Có 7 ảnh, mà flow chỉ nhận nhiều nhất 6 ảnh cho yêu cầu này. Bạn gửi lại ít ảnh hơn nhé."
    )


def test_too_few_pictures_are_told_how_many_are_needed() -> None:
    blender = Capabilities(
        {Operation.REFERENCE_IMAGE: OperationSpec(30, min_references=2, max_references=3)},
        prompt_max=60,
    )
    found = complaint("/img mèo", 1, {"blender": blender})
    assert found.key == "complaint.too_few_pictures"
    assert found.values == {"provider": "blender", "count": 1, "bound": 2}
    assert all(said(found, language) for language in LANGUAGES)


def test_an_unknown_voice_is_told_a_few_and_how_to_see_them_all() -> None:
    assert said(complaint("/video mèo --voice Lan", 1)) == (
        "There is no voice “Lan”. There are achernar, charon, fenrir, kore and more; "
        "<code>/video --voice</code> shows them all."
    )
    assert said(complaint("/video --voice", 0)) == (
        "Which voice? Put one of these names after <code>--voice</code>: "
        "achernar, charon, fenrir, kore, puck."
    )


def test_pictures_go_to_somebody_who_takes_as_many() -> None:
    found = read("/img mèo", 7, THREE)
    assert ImageCommand("other", Request(Operation.REFERENCE_IMAGE, "mèo")) == found
    assert complaint("/img mèo --with flow", 7, THREE).key == "complaint.too_many_pictures"


def test_an_option_that_somebody_else_has_with_pictures_names_them() -> None:
    for typed, corrected in (
        ("/img mèo --n 2", "/img mèo --n 2 --with other"),
        ("/video mèo --len 10", "/video mèo --len 10 --with other"),
    ):
        found = complaint(typed, 1, THREE)
        assert found.key == "complaint.option_other_provider"
        assert corrected == found.corrected
    assert complaint("/img mèo --n 3 --with other", 1, THREE).key == "complaint.count_out_of_range"


def test_a_voice_goes_to_somebody_who_has_voices() -> None:
    found = complaint("/video mèo --voice kore --with other", 1, THREE)
    assert found.key == "complaint.provider_cannot_reference_video"
    assert found.corrected == "/video mèo --voice kore --with flow"


@pytest.mark.parametrize(
    ("typed", "pictures", "operation"),
    [
        ("/img mèo", 0, Operation.IMAGE),
        ("/img mèo", 1, Operation.REFERENCE_IMAGE),
        ("/video mèo", 0, Operation.VIDEO),
        ("/video mèo", 1, Operation.IMAGE_VIDEO),
        ("/video mèo", 2, Operation.REFERENCE_VIDEO),
    ],
)
def test_what_nobody_here_does_is_said_in_a_sentence(
    typed: str, pictures: int, operation: Operation
) -> None:
    found = complaint(typed, pictures, {})
    assert f"complaint.no_provider_{operation.value}" == found.key
    assert all(said(found, language) for language in LANGUAGES)


@pytest.mark.parametrize(
    ("typed", "pictures", "printed"),
    [
        ("/img mèo --hd 4K", 2, "/img mèo --n 1 --hd 4k --with flow"),
        ("/video mèo", 1, "/video mèo --with flow"),
        ("/video --voice KORE mèo", 1, "/video mèo --voice kore --with flow"),
        ("/video mèo --ar 9:16", 3, "/video mèo --ar 9:16 --with flow"),
    ],
)
def test_a_wish_with_pictures_prints_as_one_line_that_reads_the_same_with_them(
    typed: str, pictures: int, printed: str
) -> None:
    parsed = read(typed, pictures)
    assert isinstance(parsed, ImageCommand | VideoCommand)
    assert printed == format_command(parsed)
    assert parsed == read(printed, pictures)
