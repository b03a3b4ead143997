"""The grammar in people's own words, in both languages."""

import pytest

from bot.chat.grammar import KNOWN, format_command, parse
from bot.chat.parsed import (
    Complaint,
    ImageCommand,
    NotForUs,
    Parsed,
    PickCommand,
    PlainCommand,
    Typed,
    UpscaleCommand,
    VaryCommand,
    VideoCommand,
)
from bot.model import Operation, Request
from bot.providers.port import Capabilities, OperationSpec

MIDJOURNEY = Capabilities(
    {
        Operation.IMAGE: OperationSpec(
            typical_s=60, default_count=4, max_count=4, modes=("fast", "turbo"), takes_flags=True
        ),
        Operation.VARIATION: OperationSpec(typical_s=60, default_count=4, max_count=4),
    },
    prompt_max=60,
    nicknames=("midjourney", "mj"),
)
FLOW = Capabilities(
    {
        Operation.IMAGE: OperationSpec(
            typical_s=30,
            max_count=4,
            ratios=("1:1", "16:9", "9:16", "4:3", "3:4"),
            hd=("2k", "4k"),
        ),
        Operation.VIDEO: OperationSpec(
            typical_s=90,
            ratios=("16:9", "9:16", "1:1"),
            lengths_s=(6, 8, 10),
            default_length_s=8,
        ),
    },
    prompt_max=4000,
    nicknames=("imagen", "veo", "google"),
)
ENLARGER = Capabilities({Operation.ENLARGE: OperationSpec(typical_s=5)}, prompt_max=60)
BOTH = {"apiframe": MIDJOURNEY, "flow": FLOW}


def read(text: str, providers: dict[str, Capabilities] = BOTH) -> Parsed:
    default = {Operation.IMAGE: next(iter(providers), ""), Operation.VIDEO: "flow"}
    return parse(Typed(text), username="EaselBot", providers=providers, default_provider=default)


def reply(text: str) -> Parsed:
    return parse(
        Typed(text, is_reply=True),
        username="EaselBot",
        providers=BOTH,
        default_provider={Operation.IMAGE: "apiframe", Operation.VIDEO: "flow"},
    )


def image(text: str) -> Request:
    parsed = read(text)
    assert isinstance(parsed, ImageCommand), parsed
    return parsed.request


def complaint(text: str, providers: dict[str, Capabilities] = BOTH) -> Complaint:
    parsed = read(text, providers)
    assert isinstance(parsed, Complaint), parsed
    return parsed


def test_a_plain_wish_is_a_grid_of_four_from_the_default_provider() -> None:
    expected = ImageCommand("apiframe", Request(Operation.IMAGE, "mèo con ngủ trưa", count=4))
    assert expected == read("/img mèo con ngủ trưa")
    assert expected == read("/imagine mèo con ngủ trưa")
    assert expected == read("/IMG@easelbot mèo con ngủ trưa")


def test_another_bots_command_and_plain_talk_are_left_alone() -> None:
    assert NotForUs() == read("/img@OtherBot a cat")
    assert NotForUs() == read("ảnh đẹp quá")
    assert NotForUs() == read("2")
    assert NotForUs() == read("/")


@pytest.mark.parametrize(
    "option",
    [
        *("--ar 16:9", "--ar16:9", "--ar=16:9", "--ar 16：9", "--AR 16:9,"),
        *("—ar 16:9", "–ar 16:9", "―ar 16:9", "‒ar 16:9", "−ar 16:9", "—ar=16:9", "---ar 16:9"),
    ],
)
def test_a_ratio_is_read_however_a_phone_spells_it(option: str) -> None:
    expected = Request(Operation.IMAGE, "a cat on a roof", ratio="16:9", count=4)
    assert expected == image(f"/img a cat {option} on a roof")
    assert expected == image(f"/img {option} a cat on a roof")
    assert expected == image(f"/img a cat on a roof {option}")


def test_a_ratio_of_the_same_shape_is_the_one_the_provider_knows() -> None:
    assert image("/img a cat --ar 1920:1080 --with flow").ratio == "16:9"


def test_all_of_flows_options_in_any_order() -> None:
    expected = Request(Operation.IMAGE, "áo dài đỏ", ratio="3:4", count=2, hd="4k")
    parsed = read("/img --n 2 áo dài --hd 4K đỏ --with flow --ar 3:4")
    assert ImageCommand("flow", expected) == parsed


def test_midjourney_flags_are_checked_and_passed_on_by_their_full_names() -> None:
    request = image("/img a cat --s 250 —no dogs, birds --raw --turbo")
    assert request.flags == "--stylize 250 --no dogs, birds --raw"
    assert request.mode == "turbo"
    assert request.prompt == "a cat"


@pytest.mark.parametrize(
    "prompt",
    [
        "well--made cat",
        "cat — dog - bird",
        "tin nhắn –5° —mèo",
        "https://e.com/a--b.png a cat::2 dog::1",
        "👩‍👩‍👧 🐈‍⬛ emoji",
        'a sign "open", (--small) and "--ar"',
        "two  spaces",
    ],
)
def test_a_prompt_survives_exactly(prompt: str) -> None:
    assert prompt == image(f"/img {prompt} --ar 16:9").prompt


def test_midjourney_gets_one_line_and_straight_quotes() -> None:
    assert image("/img a “big”\ncat’s\r\nnap").prompt == 'a "big" cat\'s nap'
    assert image("/img „a‟ ‘b’ ‚c’ --no “đỏ”").flags == '--no "đỏ"'
    assert image("/img „a‟ ‘b’ ‚c’").prompt == "\"a\" 'b' 'c'"


def test_flow_gets_the_lines_as_typed() -> None:
    assert image("/img “một” --with flow\nhai").prompt == "“một”\nhai"


def test_a_video_has_the_default_length_until_another_is_chosen() -> None:
    expected = VideoCommand("flow", Request(Operation.VIDEO, "sóng biển", length_s=8))
    assert expected == read("/video sóng biển")
    parsed = read("/video sóng biển --len 10 --ar 9:16")
    expected = VideoCommand(
        "flow", Request(Operation.VIDEO, "sóng biển", length_s=10, ratio="9:16")
    )
    assert expected == parsed


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


def test_a_default_that_cannot_do_it_is_passed_over_for_one_that_can() -> None:
    found = parse(
        Typed("/video sóng"),
        username="EaselBot",
        providers=BOTH,
        default_provider={Operation.VIDEO: "apiframe"},
    )
    assert found == VideoCommand("flow", Request(Operation.VIDEO, "sóng", length_s=8))


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


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("/vary", VaryCommand()),
        ("/vary 3", VaryCommand(3)),
        ("/vary 3 strong", VaryCommand(3, "strong")),
        ("/vary strong 3", VaryCommand(3, "strong")),
        ("/vary strong 3 cats", VaryCommand(None, "strong", "3 cats")),
        ("/vary 2 nhẹ thêm  hoa", VaryCommand(2, "subtle", "thêm  hoa")),
        ("/vary thêm hoa", VaryCommand(prompt="thêm hoa")),
        ("/upscale", UpscaleCommand()),
        ("/upscale 2 creative", UpscaleCommand(2, "creative")),
        ("/upscale 4K 1", UpscaleCommand(1, "4k")),
        ("/upscale sáng tạo", UpscaleCommand(None, "creative")),
        ("/usage", PlainCommand("quota")),
        ("/me", PlainCommand("quota")),
        ("/lang en", PlainCommand("lang", "en")),
        ("/cancel@EaselBot  K7QD4 ", PlainCommand("cancel", "K7QD4")),
    ],
)
def test_the_other_commands(typed: str, expected: Parsed) -> None:
    assert expected == read(typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2", PickCommand(2)),
        ("v3", VaryCommand(3)),
        ("U2", UpscaleCommand(2)),
        ("vary 3 strong", VaryCommand(3, "strong")),
        ("Vary strong", VaryCommand(None, "strong")),
        ("biến thể 3 mạnh", VaryCommand(3, "strong")),
        ("Biến thể nhẹ 3", VaryCommand(3, "subtle")),
        ("bien the 3", VaryCommand(3)),
        ("upscale 1", UpscaleCommand(1)),
        ("upscale 1 4k", UpscaleCommand(1, "4k")),
        ("Phóng to 2", UpscaleCommand(2)),
        ("phong to 2", UpscaleCommand(2)),
        ("nâng cấp 2 sáng tạo", UpscaleCommand(2, "creative")),
        ("v6", NotForUs()),
        ("2 con mèo", NotForUs()),
        ("đẹp quá, cảm ơn", NotForUs()),
        ("phóng to hơn được không", NotForUs()),
        ("vary your diet", NotForUs()),
        ("phòng to 2", NotForUs()),
        ("/vary 2", VaryCommand(2)),
    ],
)
def test_a_reply_needs_no_slash_where_it_is_unmistakable(typed: str, expected: Parsed) -> None:
    assert expected == reply(typed)


def test_a_reply_that_names_a_tile_there_is_not_is_told_so() -> None:
    found = reply("phóng to 7")
    assert isinstance(found, Complaint)
    assert found.key == "complaint.tile_out_of_range"


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_every_command_of_the_interface_is_known(name: str) -> None:
    parsed = read(f"/{name} x")
    assert not isinstance(parsed, Complaint) or not parsed.key.startswith("complaint.command_")


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("/imagine —ar16:9 mèo --s 50", "/img mèo --ar 16:9 --n 4 --with apiframe --stylize 50"),
        ("/img mèo --turbo", "/img mèo --n 4 --turbo --with apiframe"),
        ("/img --hd 2K mèo --with flow", "/img mèo --n 1 --hd 2k --with flow"),
        ("/video sóng", "/video sóng --len 8 --with flow"),
        ("/vary mạnh 3", "/vary 3 strong"),
        ("/pan trái 3", "/pan 3 left"),
        ("/zoom 1,50 2", "/zoom 2 1.5"),
        ("lùi xa 2 lần", "/zoom 2"),
        ("u2", "/upscale 2"),
        ("phóng to 2 4K", "/upscale 2 4k"),
        ("3", "3"),
        ("/me", "/quota"),
        ("/lang  en", "/lang en"),
    ],
)
def test_a_command_prints_as_one_line_with_everything_spelled_out(typed: str, printed: str) -> None:
    parsed = reply(typed)
    assert not isinstance(parsed, Complaint | NotForUs)
    assert printed == format_command(parsed)


@pytest.mark.parametrize(
    "typed",
    [
        "/img a {red, green} cat --with flow",
        "/img cat,--repeat 4 --with flow",
        "/img {red} and green, a re-run, well--red",
    ],
)
def test_words_that_multiply_nothing_stay_as_they_are(typed: str) -> None:
    assert isinstance(read(typed), ImageCommand)


@pytest.mark.parametrize("nothing", ["\u200b", "\u200b\u200d", "\ufe0f\u2060 \u00ad", "\u3164"])
def test_a_prompt_that_nobody_can_see_is_no_prompt(nothing: str) -> None:
    assert complaint(f"/img {nothing}").key == "complaint.prompt_empty_image"


@pytest.mark.parametrize("prompt", ["👩\u200d🚀", "7", "?", "猫", "♥\ufe0f"])
def test_whatever_can_be_seen_is_a_prompt_and_stays_as_typed(prompt: str) -> None:
    parsed = read(f"/img {prompt}")
    assert isinstance(parsed, ImageCommand)
    assert prompt == parsed.request.prompt


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
