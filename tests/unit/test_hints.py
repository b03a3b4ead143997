"""Names in one's own language are answered with the line that works, and start nothing."""

import pytest

from bot.chat import flags
from bot.chat.grammar import ALIASES, KNOWN, parse
from bot.chat.hints import COMMANDS, OPTIONS
from bot.chat.parsed import Complaint, Parsed, Typed
from bot.chat.wish import OWN
from bot.model import AssetKind, Operation
from bot.providers.port import Capabilities, OperationSpec

PAINTER = Capabilities(
    {
        Operation.IMAGE: OperationSpec(30, max_count=4, ratios=("1:1", "16:9"), hd=("2k", "4k")),
        Operation.VIDEO: OperationSpec(90, lengths_s=(6, 8), default_length_s=8),
        Operation.REFERENCE_VIDEO: OperationSpec(90, voices=("kore",), max_references=3),
    },
    prompt_max=4000,
)
DRAWER = Capabilities(
    {Operation.IMAGE: OperationSpec(60, default_count=4, max_count=4, takes_flags=True)},
    prompt_max=4000,
)


def read(text: str, pictures: int = 0) -> Parsed:
    return parse(
        Typed(text, pictures=pictures),
        username="EaselBot",
        providers={"flow": PAINTER, "apiframe": DRAWER},
        default_provider={Operation.IMAGE: "flow", Operation.VIDEO: "flow"},
    )


def complaint(text: str, pictures: int = 0) -> Complaint:
    parsed = read(text, pictures)
    assert isinstance(parsed, Complaint), parsed
    return parsed


@pytest.mark.parametrize(
    ("typed", "corrected"),
    [
        ("/ảnh mèo con", "/img mèo con"),
        ("/anh mèo con", "/img mèo con"),
        ("/vẽ mèo con", "/img mèo con"),
        ("/Vẽ tranh mèo", "/img mèo"),
        ("/tranh  một\nngôi nhà", "/img  một\nngôi nhà"),
        ("/phim sóng biển --len 6", "/video sóng biển --len 6"),
        ("/draw a cat", "/img a cat"),
        ("/picture a cat --tỉ lệ 16:9", "/img a cat --ar 16:9"),
        ("/giúp", "/help"),
        ("/trợ giúp", "/help"),
        ("/lịch sử", "/history"),
        ("/Lịch@EaselBot sử", "/history@EaselBot"),
        ("/lichsu", "/history"),
        ("/xem K7QD4X", "/show K7QD4X"),
        ("/hủy K7QD4X", "/cancel K7QD4X"),
        ("/phóng to 2 4k", "/upscale 2 4k"),
        ("/biến thể 3 mạnh", "/vary 3 mạnh"),
        ("/lùi xa 1 1.5", "/zoom 1 1.5"),
        ("/mở rộng 2 trái", "/pan 2 trái"),
        ("/số dư", "/quota"),
        ("/cài đặt", "/settings"),
        ("/ngôn ngữ en", "/lang en"),
        ("/a\u0309nh mèo", "/img mèo"),
    ],
)
def test_a_command_said_in_another_language_is_answered_with_the_one_that_works(
    typed: str, corrected: str
) -> None:
    found = complaint(typed)
    assert ("complaint.command_near", corrected) == (found.key, found.corrected)
    start, end = found.at
    assert found.values["command"] == " ".join(typed[start:end].split())


@pytest.mark.parametrize(
    ("typed", "corrected"),
    [
        ("/img mèo --tile 16:9", "/img mèo --ar 16:9"),
        ("/img mèo --tỉ-lệ 16:9", "/img mèo --ar 16:9"),
        ("/img mèo --tỷ lệ 16:9", "/img mèo --ar 16:9"),
        ("/img mèo --tỉ-lệ=16:9 con", "/img mèo --ar=16:9 con"),
        ("/img --khung hình 16:9 mèo", "/img --ar 16:9 mèo"),
        ("/img a cat --size 16:9", "/img a cat --ar 16:9"),
        ("/img mèo --số lượng 2", "/img mèo --n 2"),
        ("/img mèo --nét 4k", "/img mèo --hd 4k"),
        ("/img mèo --không chó --with apiframe", "/img mèo --no chó --with apiframe"),
        ("/video sóng --dài 6", "/video sóng --len 6"),
        ("/video sóng --thời lượng 6", "/video sóng --len 6"),
        ("/video sóng --duration 6", "/video sóng --len 6"),
        ("/img mèo --với apiframe", "/img mèo --with apiframe"),
    ],
)
def test_an_option_said_in_another_language_is_answered_with_the_one_that_works(
    typed: str, corrected: str
) -> None:
    found = complaint(typed)
    assert ("complaint.option_near", corrected) == (found.key, found.corrected)
    start, end = found.at
    assert found.values["option"] == " ".join(typed[start:end].split())


def test_a_voice_is_asked_for_by_its_vietnamese_name() -> None:
    found = complaint("/video hai người trò chuyện --giọng kore", pictures=2)
    assert "/video hai người trò chuyện --voice kore" == found.corrected


def test_midjourneys_tile_stays_what_it_is_without_a_ratio_behind_it() -> None:
    assert not isinstance(read("/img flowers --tile --with apiframe"), Complaint)


def test_a_hint_is_never_a_name_that_works_already() -> None:
    options = {*OWN[AssetKind.IMAGE], *OWN[AssetKind.VIDEO], *(flag.name for flag in flags.FLAGS)}
    assert set() == COMMANDS.keys() & {*KNOWN, *ALIASES}
    assert {"tile"} == OPTIONS.keys() & options  # with a ratio behind it
    assert set() == set(COMMANDS.values()) - set(KNOWN)
    assert set() == set(OPTIONS.values()) - options
