"""What cannot be read is complained about: the mistake in its place, with the line to send instead."""

import pytest
from typed_lines import BOTH, MIDJOURNEY, complaint, reply

from bot.chat.parsed import Complaint
from bot.model import Operation
from bot.providers.port import Capabilities, OperationSpec

ENLARGER = Capabilities({Operation.ENLARGE: OperationSpec(typical_s=5)}, prompt_max=60)


@pytest.mark.parametrize(
    ("typed", "key", "words", "corrected"),
    [
        ("/img a cat --as 16:9", "option_near", "--as", "/img a cat --ar 16:9"),
        ("/img a cat —as 16:9", "option_near", "—as", "/img a cat --ar 16:9"),
        ("/img a cat --16:9", "option_near", "--16:9", "/img a cat --ar 16:9"),
        ("/img a cat --trubo", "option_near", "--trubo", "/img a cat --turbo"),
        ("/img a cat --xyz", "option_unknown", "--xyz", None),
        ("/img a cat —sleeping", "dash_word", "—sleeping", "/img a cat — sleeping"),
        ("/img a cat -ar 16:9", "single_dash", "-ar 16:9", "/img a cat --ar 16:9"),
        ("/img a cat --ar", "value_missing", "--ar", None),
        ("/img a cat --ar --turbo", "value_missing", "--ar", None),
        ("/img a cat --ar 16x9", "ratio_unreadable", "--ar 16x9", "/img a cat --ar 16:9"),
        ("/img a cat --ar 16.9", "ratio_unreadable", "--ar 16.9", "/img a cat --ar 16:9"),
        ("/img a cat --ar 1.85:1", "ratio_unreadable", "--ar 1.85:1", "/img a cat --ar 37:20"),
        ("/img a cat --ar 0:9", "ratio_unreadable", "--ar 0:9", None),
        ("/img a cat --ar wide", "ratio_unreadable", "--ar wide", None),
        ("/img a cat --ar 1:15", "ratio_extreme", "--ar 1:15", "/img a cat --ar 1:14"),
        ("/img a cat --ar 30:1", "ratio_extreme", "--ar 30:1", "/img a cat --ar 14:1"),
        (
            "/img a cat --ar 2:1 --with flow",
            "ratio_not_offered",
            "--ar 2:1",
            "/img a cat --ar 16:9 --with flow",
        ),
        (
            "/img a cat --n 9 --with flow",
            "count_out_of_range",
            "--n 9",
            "/img a cat --n 4 --with flow",
        ),
        ("/img a cat --n 9", "count_fixed", "--n 9", "/img a cat"),
        ("/img a cat --n", "value_missing", "--n", None),
        ("/img a cat --n lots --with flow", "count_out_of_range", "--n lots", None),
        ("/img a cat --n 2", "option_other_provider", "--n 2", "/img a cat --n 2 --with flow"),
        (
            "/img a cat --hd 4k",
            "option_other_provider",
            "--hd 4k",
            "/img a cat --hd 4k --with flow",
        ),
        (
            "/img a cat --hd 4 --with flow",
            "value_not_offered",
            "--hd 4",
            "/img a cat --hd 4k --with flow",
        ),
        ("/img a cat --hd 8k", "value_not_offered", "--hd 8k", "/img a cat --hd 4k --with flow"),
        (
            "/img --hd 8k a cat --with flow",
            "value_not_offered",
            "--hd 8k",
            "/img --hd 4k a cat --with flow",
        ),
        (
            "/img --hd 1k a cat --with apiframe",
            "value_not_offered",
            "--hd 1k",
            "/img --hd 2k a cat --with flow",
        ),
        ("/img a cat --hd nice", "value_not_offered", "--hd nice", None),
        (
            "/img a cat --chaos 5 --with flow",
            "option_other_provider",
            "--chaos 5",
            "/img a cat --chaos 5 --with apiframe",
        ),
        ("/img a cat --hd 4k --chaos 5", "option_other_provider", "--hd 4k", None),
        ("/img a cat --with mj", "value_not_offered", "--with mj", "/img a cat --with apiframe"),
        ("/img a cat --with flwo", "value_not_offered", "--with flwo", "/img a cat --with flow"),
        ("/img a cat --turbo of --fast", "modes_conflict", "--turbo of --fast", None),
        ("/img a cat --s 5 --stylize 6", "option_twice", "--stylize 6", None),
        ("/img a cat --repeat 4", "repeat_refused", "--repeat 4", "/img a cat"),
        ("/img cat,--repeat 4", "repeat_refused", "--repeat", None),
        ("/img cat--REPEAT 4", "repeat_refused", "--REPEAT", None),
        ("/img cat (--r 4)", "repeat_refused", "--r", None),
        ("/img cat \u200b--repeat 4", "repeat_refused", "--repeat", None),
        ("/img cat --no -\u200b-re\u00adpeat 4", "repeat_refused", "-\u200b-re\u00adpeat", None),
        ("/img cat －－ｒｅｐｅａｔ 4", "repeat_refused", "－－ｒｅｐｅａｔ", None),
        ("/img cat,⸺r4", "repeat_refused", "⸺r", None),
        ("/img cat ‐‐r 4", "repeat_refused", "‐‐r", None),
        ("/img a {red, green} cat", "braces_refused", "{red, green}", None),
        ("/img a ｛red，green｝ cat", "braces_refused", "｛red，green｝", None),
        ("/img a cat --no {a, b}", "braces_refused", "{a, b}", None),
        ("/img a cat --relax", "account_flag", "--relax", "/img a cat"),
        ("/img a cat --video", "video_flag", "--video", "/img a cat"),
        ("/img a cat --len 8", "option_other_command", "--len 8", None),
        ("/video sóng --chaos 5", "option_other_command", "--chaos 5", "/video sóng"),
        ("/video sóng --len 7", "value_not_offered", "--len 7", "/video sóng --len 6"),
        ("/video sóng --len 8s", "value_not_offered", "--len 8s", "/video sóng --len 8"),
        ("/video sóng --len dài", "value_not_offered", "--len dài", None),
        ("/video sóng --voice kore", "option_not_offered", "--voice kore", "/video sóng"),
        (
            "/video sóng --with apiframe",
            "provider_cannot_video",
            "--with apiframe",
            "/video sóng --with flow",
        ),
        ("/img", "prompt_empty_image", "/img", None),
        ("/img --ar 16:9", "prompt_empty_image", "/img", None),
        ("/video ", "prompt_empty_video", "/video", None),
        ("/imgae a cat", "command_near", "/imgae", "/img a cat"),
        ("/img: a cat", "command_near", "/img:", "/img a cat"),
        ("/xyzzy", "command_unknown", "/xyzzy", None),
        ("/vary 5", "tile_out_of_range", "5", None),
        ("/vary 2 stong", "strength_near", "stong", "/vary 2 strong"),
        ("/vary 2 --ar 1:1 hoa", "option_misplaced", "--ar 1:1", "/vary 2 hoa"),
        ("/upscale 0", "tile_out_of_range", "0", None),
        ("/upscale 2 creatve", "upscale_unknown", "creatve", "/upscale 2 creative"),
        ("/upscale 2 đẹp hơn", "upscale_unknown", "đẹp", None),
    ],
)
def test_a_mistake_is_named_in_place_with_the_corrected_line(
    typed: str, key: str, words: str, corrected: str | None
) -> None:
    found = complaint(typed)
    assert f"complaint.{key}" == found.key
    assert words == typed[slice(*found.at)]
    assert corrected == found.corrected


def test_several_mistakes_are_mended_in_one_line_to_copy() -> None:
    found = complaint("/imgae@EaselBot a cat —ar 16x9 --trubo")
    assert found.corrected == "/img@EaselBot a cat --ar 16:9 --turbo"


def test_a_prompt_that_is_too_long_says_by_how_much() -> None:
    found = complaint("/img " + "x" * 50 + " --ar 16:9 --raw")
    assert found.key == "complaint.prompt_too_long"
    assert found.values == {"length": 66, "max": 60, "over": 6}


def test_an_unknown_command_counts_as_ours_only_when_it_names_us() -> None:
    assert not complaint("/imgae a cat").is_addressed
    assert complaint("/imgae@EaselBot a cat").is_addressed
    assert complaint("/img").is_addressed


def test_who_only_enlarges_is_not_offered_as_a_maker() -> None:
    house = Capabilities({Operation.ENLARGE: OperationSpec(5, hd=("4k",))}, prompt_max=60)
    found = complaint("/img a cat --with local", {**BOTH, "local": house})
    assert found.key == "complaint.value_not_offered"
    assert found.values["allowed"] == "apiframe, flow"


@pytest.mark.parametrize("command", ["/img", "/video"])
def test_who_only_enlarges_cannot_be_named_as_a_maker(command: str) -> None:
    found = complaint(f"{command} a cat --with local", {**BOTH, "local": ENLARGER})

    assert found.key == "complaint.value_not_offered"
    assert found.values["allowed"] == "apiframe, flow"


def test_without_a_provider_for_videos_nothing_is_promised() -> None:
    only_midjourney = {"apiframe": MIDJOURNEY}
    assert complaint("/video sóng", only_midjourney).key == "complaint.no_provider_video"
    found = complaint("/img a cat --hd 4k", only_midjourney)
    assert found.key == "complaint.option_not_offered"
    assert found.corrected == "/img a cat"
    assert complaint("/img a cat", {}).key == "complaint.no_provider_image"


def test_a_reply_that_names_a_tile_there_is_not_is_told_so() -> None:
    found = reply("phóng to 7")
    assert isinstance(found, Complaint)
    assert found.key == "complaint.tile_out_of_range"


@pytest.mark.parametrize("nothing", ["\u200b", "\u200b\u200d", "\ufe0f\u2060 \u00ad", "\u3164"])
def test_a_prompt_that_nobody_can_see_is_no_prompt(nothing: str) -> None:
    assert complaint(f"/img {nothing}").key == "complaint.prompt_empty_image"


@pytest.mark.parametrize(
    ("typed", "corrected"),
    [
        ("/imgmèo", "/img mèo"),
        ("/imgmèo cam", "/img mèo cam"),
        ("/Videosóng@EaselBot biển", "/Video@EaselBot sóng biển"),
        ("/img mèo --ar vuông", "/img mèo --ar 1:1"),
        ("/img mèo --ar ngang", "/img mèo --ar 16:9"),
        ("/img mèo --ar Dọc", "/img mèo --ar 9:16"),
        ("/img mèo --ar square", "/img mèo --ar 1:1"),
        ("/img mèo --ar portrait", "/img mèo --ar 9:16"),
        ("/img mèo --ar landscape", "/img mèo --ar 16:9"),
        ("/img mèo --with flow --n 9", "/img mèo --with flow --n 4"),
        ("/img mèo --with flow --n 0", "/img mèo --with flow --n 1"),
        ("/img mèo --with flow --n many", None),
    ],
)
def test_what_was_plainly_meant_is_offered_as_a_line(typed: str, corrected: str | None) -> None:
    assert corrected == complaint(typed).corrected
