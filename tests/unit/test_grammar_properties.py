"""Whatever is typed is either read, and reads the same again, or complained about in place."""

import dataclasses
import re
import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from bot.chat.grammar import format_command, parse
from bot.chat.parsed import Complaint, ImageCommand, NotForUs, Parsed, Typed
from bot.i18n import LANGUAGES, I18n
from bot.model import Operation
from bot.providers.port import Capabilities, OperationSpec

MIDJOURNEY = Capabilities(
    {
        Operation.IMAGE: OperationSpec(
            typical_s=60, default_count=4, max_count=4, modes=("fast", "turbo"), takes_flags=True
        )
    },
    prompt_max=120,
)
FLOW = Capabilities(
    {
        Operation.IMAGE: OperationSpec(
            typical_s=30, max_count=4, ratios=("1:1", "16:9", "9:16"), hd=("2k", "4k")
        ),
        Operation.VIDEO: OperationSpec(
            typical_s=90, ratios=("16:9", "1:1"), lengths_s=(6, 8, 10), default_length_s=8
        ),
        Operation.REFERENCE_IMAGE: OperationSpec(
            typical_s=30, max_count=2, ratios=("1:1",), hd=("2k",), max_references=2
        ),
        Operation.IMAGE_VIDEO: OperationSpec(typical_s=90, max_references=1),
        Operation.REFERENCE_VIDEO: OperationSpec(
            typical_s=90, voices=("charon", "kore"), max_references=3
        ),
    },
    prompt_max=120,
)
TONGUES = I18n.load()
DEFAULT = {Operation.IMAGE: "apiframe", Operation.VIDEO: "flow"}


def one_of(spelled: str) -> st.SearchStrategy[str]:
    """One of the pieces between the bars."""
    return st.sampled_from(spelled.split("|"))


names = one_of(
    "ar|aspect|n|hd|turbo|fast|with|len|voice|as|chaos|c|no|sref|cref|s|v|niji|p|profile|tile|raw|"
    "style|seed|stop|iw|q|repeat|r|video|foo|trubo|tỉ-lệ|tỉ lệ|giọng nói|dài|số lượng|không|size"
)
dashes = one_of("--|—|–|-|---|--—")
values = one_of(
    "16:9|16：9|1:14|30:1|0:1|16x9|1.85:1|4|2k|4K|flow|apiframe|mj|7|6.1|250|1e9|-3|random|12345|"
    "https://e.x/a--b.png|cats,|—x|“đỏ”|m123abc|2|.5|½|strong|charon|Kore|"
)
glue = one_of(" ||=|:|\n|  |\u00a0")
options = st.builds("{}{}{}{}".format, dashes, names, glue, values)
words = one_of("mèo|cat|—|-|--|well--made|🐈‍⬛|“hi”|it’s|/img|::|-ar|--no|3|mạnh")
lines = st.lists(options | words | st.text(max_size=8), max_size=7).flatmap(
    lambda parts: one_of(" |  |\n").map(lambda blank: blank.join(parts))
)
commands = one_of(
    "/img|/imagine|/video|/vary|/upscale|/pan|/zoom|/IMG@EaselBot|/img@other|/lang|/imgae|/x|/ảnh|/vẽ|/Phóng to|/lịch@EaselBot sử|/giup|vary|phóng to|v2|/"
)
typed_lines = st.builds("{}{}{}".format, commands, glue, lines)
good_options = one_of(
    "--ar16:9|—ar 9:16|--n 4|--n 2|--hd 2k|--turbo|--with flow|--with apiframe|--no mưa, gió|"
    "--sref random|--niji|--niji 6|--s .5|--chaos 7|—raw|--len 6|--p|--iw=.5|"
    "--voice kore|--voice Charon|--n 1"
)
wishes = st.builds(
    "{} {}".format,
    one_of("/img|/imagine@easelbot|/video"),
    st.lists(words | good_options, min_size=1, max_size=5).map(" ".join),
)
replies = st.builds(
    "{} {}".format,
    one_of(
        "/vary|/upscale|/pan|/zoom|vary|phóng to|biến thể|pan|lia|mở rộng|zoom|zoom out|lùi xa|v2|2|"
        "again|Same again|lại|Vẽ lại|làm lại lần nữa|redo!"
    ),
    st.lists(
        one_of(
            "1|2|3|7|mạnh|strong|stong|4k|sáng|tạo|mèo|left|trái|sang|lên|trên|rigth|"
            "square|vuông|sqare|1.5|1,50|2x|x|lần|2.0|1.001|0.5|3x"
        ),
        max_size=4,
    ).map(" ".join),
)
messages = st.builds(
    Typed, typed_lines | wishes | replies | st.text(), st.booleans(), st.integers(0, 4)
)


def read(typed: Typed) -> Parsed:
    return parse(
        typed,
        username="EaselBot",
        providers={"apiframe": MIDJOURNEY, "flow": FLOW},
        default_provider=DEFAULT,
    )


@given(messages)
@example(Typed("/img cat --no=--tile"))
@example(Typed("/img cat --p=x y"))
@example(Typed("/img a --niji 6, b"))
@example(Typed("/vary strong 3 cats"))
@example(Typed("/video", is_reply=True, pictures=1))
@example(Typed("/zoom 2 2"))
def test_what_is_read_prints_to_a_line_that_reads_the_same(typed: Typed) -> None:
    parsed = read(typed)
    if isinstance(parsed, Complaint | NotForUs):
        return
    assert parsed == read(dataclasses.replace(typed, text=format_command(parsed)))


@given(messages)
@example(Typed("/lịch@EaselBot sử--ar 16:9"))
@example(Typed("/img --ar 16:9 --ar 16:9 --arcats,"))
def test_a_complaint_points_into_the_text_and_its_correction_is_a_command(typed: Typed) -> None:
    parsed = read(typed)
    if not isinstance(parsed, Complaint):
        return
    start, end = parsed.at
    assert 0 <= start <= end <= len(typed.text)
    if parsed.corrected is not None:
        corrected = read(dataclasses.replace(typed, text=parsed.corrected))
        assert not isinstance(corrected, Complaint | NotForUs)
    for language in LANGUAGES:
        told = TONGUES.tongue(language).text(parsed.key, at="", **parsed.values)
        is_missing = parsed.key.startswith(ABOUT_WHAT_IS_MISSING)
        assert is_missing or names_the_place(told, typed.text[start:end]), told


ABOUT_WHAT_IS_MISSING = (
    *("complaint.prompt_empty_", "complaint.no_provider_", "complaint.prompt_too_long"),
    *("complaint.too_few_pictures", "complaint.too_many_pictures"),
)
"""These say what there is too little or too much of; nothing that was typed is wrong."""


def names_the_place(told: str, there: str) -> bool:
    """Whether the words complained about, an option's name or its value are in the sentence."""
    told, there = " ".join(told.lower().split()), " ".join(there.lower().split())
    there = there.removesuffix("@easelbot")  # whom a command is for is not what is wrong
    option = re.match(r"[-—–−]+([^\W\d_][^\s=:0-9,.;!?]*)[\s=:]*(.*)", there)
    if there in told or option is None:
        return there in told
    name, value = option.groups()
    return re.search(rf"[-—–−]{re.escape(name)}", told) is not None or bool(value and value in told)


@given(st.lists(words.filter(lambda word: not word.startswith(("--no", "-ar"))), min_size=1))
def test_a_prompt_without_options_survives_to_the_last_character(parts: list[str]) -> None:
    prompt = "  ".join(parts)
    parsed = read(Typed(f"/img {prompt} --with flow"))
    if isinstance(parsed, Complaint):
        assert parsed.key == "complaint.prompt_too_long"
        return
    assert isinstance(parsed, ImageCommand)
    assert prompt == parsed.request.prompt


multiplying = one_of(
    "--repeat 4|--r|—r 2|–repeat|－－repeat|‐‑r|-|--no|re\u00adpeat|\u200b|(|,|{|}|｛|，|red|peat|r|⸺"
)


@given(st.lists(multiplying, min_size=1, max_size=7), st.sampled_from(["", " "]))
def test_nothing_midjourney_would_multiply_is_accepted(parts: list[str], blank: str) -> None:
    parsed = read(Typed(f"/img cat {blank.join(parts)}"))
    if not isinstance(parsed, ImageCommand):
        return
    sent = unicodedata.normalize("NFKC", f"{parsed.request.prompt} {parsed.request.flags}")
    sent = re.sub("[\u200b\u00ad]", "", sent)
    assert not re.search(r"(?:[-‐‑]{2,}|[–—])(?:repeat|r(?![a-z]))", sent)
    assert not re.search(r"\{[^{}]*,[^{}]*\}", sent)


@given(st.text(alphabet="vuary 0123456789upscale phóngtobiếnthể zoom pan lia trái") | replies)
def test_nothing_without_a_slash_is_ours_unless_it_is_a_reply(text: str) -> None:
    if not text.startswith("/"):
        assert NotForUs() == read(Typed(text))
