"""The grammar in people's own words, in both languages."""

import pytest
from typed_lines import BOTH, image, read, reply

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


def test_a_default_that_cannot_do_it_is_passed_over_for_one_that_can() -> None:
    found = parse(
        Typed("/video sóng"),
        username="EaselBot",
        providers=BOTH,
        default_provider={Operation.VIDEO: "apiframe"},
    )
    assert found == VideoCommand("flow", Request(Operation.VIDEO, "sóng", length_s=8))


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


@pytest.mark.parametrize("prompt", ["👩\u200d🚀", "7", "?", "猫", "♥\ufe0f"])
def test_whatever_can_be_seen_is_a_prompt_and_stays_as_typed(prompt: str) -> None:
    parsed = read(f"/img {prompt}")
    assert isinstance(parsed, ImageCommand)
    assert prompt == parsed.request.prompt
