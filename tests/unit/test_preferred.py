"""What a person always wants goes into what they type, and never gets in its way."""

import dataclasses

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from market import BOTH

from bot.chat.parsed import Complaint, ImageCommand, NotForUs, Parsed, Typed, VideoCommand
from bot.chat.reading import Reader
from bot.chat.suffix import read_suffix
from bot.jobs.offers import Market
from bot.jobs.preferences import Preferences
from bot.model import Operation, Request
from bot.providers.port import Capabilities, OperationSpec

FLOW = Capabilities(
    {
        Operation.IMAGE: OperationSpec(
            30, max_count=4, ratios=("1:1", "16:9", "9:16", "4:3", "3:4"), hd=("2k",)
        ),
        Operation.REFERENCE_IMAGE: OperationSpec(
            30, ratios=("1:1", "16:9", "9:16"), min_references=1, max_references=6
        ),
        Operation.VIDEO: OperationSpec(
            90, ratios=("16:9", "9:16", "1:1"), lengths_s=(6, 8), default_length_s=8
        ),
        Operation.IMAGE_VIDEO: OperationSpec(
            90, ratios=("16:9", "9:16", "1:1"), min_references=1, max_references=1
        ),
        Operation.REFERENCE_VIDEO: OperationSpec(
            90, ratios=("16:9", "1:1"), voices=("kore",), min_references=1, max_references=3
        ),
    },
    prompt_max=120,
)
PAINTER = dataclasses.replace(BOTH.providers["apiframe"], prompt_max=120)
MARKET = Market(
    {"apiframe": PAINTER, "flow": FLOW}, {Operation.IMAGE: "apiframe", Operation.VIDEO: "flow"}
)
READER = Reader("EaselBot", MARKET, {"apiframe": "Midjourney", "flow": "Flow AI"})
NIJI = Preferences(suffix="tranh màu nước --niji 6 --s 50")


def read(
    text: str, preferences: Preferences, *, is_reply: bool = False, pictures: int = 0
) -> Parsed:
    return READER.read(text, is_reply=is_reply, pictures=[pictures], preferences=preferences)


def request_of(
    text: str, preferences: Preferences, *, is_reply: bool = False, pictures: int = 0
) -> Request:
    parsed = read(text, preferences, is_reply=is_reply, pictures=pictures)
    assert isinstance(parsed, ImageCommand | VideoCommand)
    return parsed.request


def as_suffix(typed: str) -> str | Complaint:
    return read_suffix(typed, lambda line: read(line, Preferences(provider="apiframe")))


def test_the_words_and_flags_stand_behind_every_prompt() -> None:
    request = request_of("/img mèo --chaos 7 con", NIJI)
    assert ("mèo con tranh màu nước", "--chaos 7 --niji 6 --s 50") == (
        request.prompt,
        request.flags.replace("--stylize", "--s"),
    )


def test_a_film_has_only_the_words() -> None:
    assert Request(Operation.VIDEO, "sóng tranh màu nước", length_s=8) == request_of(
        "/video sóng", NIJI
    )


@pytest.mark.parametrize(
    ("typed", "prompt", "flags"),
    [
        ("/img mèo --with flow", "mèo tranh màu nước", ""),
        ("/img mèo --s 100", "mèo tranh màu nước", "--stylize 100 --niji 6"),
        ("/img mèo --s 50", "mèo tranh màu nước", "--stylize 50 --niji 6"),
        ("/img mèo --v 7", "mèo tranh màu nước", "--v 7 --stylize 50"),
        ("/img mèo --no mưa", "mèo tranh màu nước", "--no mưa --niji 6 --stylize 50"),
        (f"/img {'m' * 100}", f"{'m' * 100} tranh màu nước", ""),
        (f"/img {'m' * 115}", "m" * 115, ""),
    ],
)
def test_what_does_not_go_with_it_is_left_out(typed: str, prompt: str, flags: str) -> None:
    request = request_of(typed, NIJI)
    assert (prompt, flags) == (request.prompt, request.flags)


@pytest.mark.parametrize(
    ("typed", "flags"),
    [
        ("/img mèo --stylize 50", "--stylize 50 --no chữ"),
        ("/img mèo --s 50", "--stylize 50 --no chữ"),
        ("/img mèo --no chó", "--no chó --stylize 300"),
        ("/img mèo --no chó --s 50", "--no chó --stylize 50"),
    ],
)
def test_only_the_flag_that_was_typed_gives_way(typed: str, flags: str) -> None:
    preferences = Preferences(suffix="tranh sơn dầu --stylize 300 --no chữ")
    request = request_of(typed, preferences)
    assert ("mèo tranh sơn dầu", flags) == (request.prompt, request.flags)


def test_a_flag_that_reaches_to_the_end_swallows_nothing() -> None:
    request = request_of("/img mèo --no mưa", Preferences(suffix="nền trắng"))
    assert ("mèo nền trắng", "--no mưa") == (request.prompt, request.flags)


def test_a_complaint_speaks_of_what_was_typed_and_of_nothing_else() -> None:
    for typed in ("/img", "/img mèo --as 1:1", "/img mèo --n 9", "/video"):
        assert read(typed, Preferences()) == read(typed, NIJI)


def test_a_film_of_a_result_without_words_goes_on_as_it_was() -> None:
    assert "" == request_of("/video", NIJI, is_reply=True, pictures=1).prompt


@pytest.mark.parametrize(
    ("typed", "preferred", "ratio"),
    [
        ("/img mèo", "4:3", "4:3"),
        ("/img mèo --ar 1:1", "4:3", "1:1"),
        ("/img mèo --with flow", "3:4", "3:4"),
        ("/video sóng", "9:16", "9:16"),
        ("/video sóng", "4:3", "16:9"),
        ("/video sóng", "3:4", "9:16"),
        ("/video sóng --ar 1:1", "9:16", "1:1"),
    ],
)
def test_the_shape_is_the_preferred_one_or_the_nearest_there_is(
    typed: str, preferred: str, ratio: str
) -> None:
    assert ratio == request_of(typed, Preferences(ratio=preferred)).ratio


@pytest.mark.parametrize(
    ("typed", "pictures", "is_reply", "ratio"),
    [
        ("/img nền trắng", 1, False, "9:16"),  # drawn from one's own photo
        ("/video đi dạo", 2, False, "1:1"),  # of what two photos show; 9:16 is not offered
        ("/video lại gần", 1, False, None),  # the photo itself is the first frame
        ("/img nền trắng", 1, True, None),  # a result keeps its shape
        ("/img nền trắng", 0, True, "9:16"),  # there was no picture in it
    ],
)
def test_what_is_made_of_pictures_keeps_their_shape_where_they_are_seen_in_it(
    typed: str, pictures: int, *, is_reply: bool, ratio: str | None
) -> None:
    preferences = Preferences(ratio="9:16")
    assert ratio == request_of(typed, preferences, pictures=pictures, is_reply=is_reply).ratio


def test_a_shape_for_which_there_is_no_room_is_left_out() -> None:
    typed = f"/img {'m' * 118}"
    assert request_of(typed, Preferences()) == request_of(typed, Preferences(ratio="16:9"))


@pytest.mark.parametrize("provider", ["apiframe", "flow"])
def test_the_preferred_provider_makes_it_unless_another_is_named(provider: str) -> None:
    parsed = read("/img mèo", Preferences(provider=provider))
    named = read("/img mèo --with flow", Preferences(provider=provider))
    assert isinstance(parsed, ImageCommand)
    assert isinstance(named, ImageCommand)
    assert (provider, "flow") == (parsed.provider, named.provider)


@pytest.mark.parametrize(
    ("typed", "corrected"),
    [
        ("/img mèo", "/img mèo --with apiframe"),
        ("/img mèo --no chó", "/img mèo --no chó --with apiframe"),
    ],
)
def test_who_draws_instead_of_the_preferred_one_is_never_guessed(
    typed: str, corrected: str
) -> None:
    found = read(typed, Preferences(provider="gone"))
    assert isinstance(found, Complaint)
    assert ("complaint.preferred_gone", corrected) == (found.key, found.corrected)
    assert isinstance(read(corrected, Preferences(provider="gone")), ImageCommand)


@pytest.mark.parametrize("provider", ["gone", "apiframe"])
def test_what_the_preferred_one_never_made_is_made_by_who_does(provider: str) -> None:
    preferences = Preferences(provider=provider)
    usual = read("/video sóng", Preferences())
    assert usual == read("/video sóng", preferences)
    drawn = read("/img mèo", preferences, pictures=1)
    assert isinstance(drawn, ImageCommand)
    assert "flow" == drawn.provider


# --- whatever is typed and preferred ----------------------------------------------------------


def some(spelled: str) -> st.SearchStrategy[str]:
    """Some of the pieces between the bars, with blanks between."""
    return st.lists(st.sampled_from(spelled.split("|")), max_size=5).map(" ".join)


typed_lines = st.builds(
    "{} {}".format,
    st.sampled_from(["/img", "/video", "/imagine@EaselBot", "/vary", "/upscale", "", "vary"]),
    some(
        "mèo|a cat|--ar 16:9|—ar9:16|--n 2|--with flow|--with apiframe|--s 100|--v 7|--niji|"
        "--no mưa, gió|--sref random|--p|--len 6|--voice kore|--hd 2k|--turbo|{a, b}|--repeat 2|"
        f"--foo|2|“đỏ”|{'m' * 60}"
    ),
)
suffixes = some(
    "tranh màu nước|nền trắng,|--s 50|--stylize 60|--niji 6|--version 6.1|--no chữ|--raw|--tile|"
    f"random|16:9|--p|--p m123abc|--sref https://e.x/a.png|:: 2|--|—raw|“cũ”|{'n' * 60}"
).filter(lambda suffix: isinstance(as_suffix(suffix), str))
preferred = st.builds(
    Preferences,
    provider=st.sampled_from([None, "apiframe", "flow", "gone"]),
    ratio=st.sampled_from([None, "1:1", "16:9", "9:16", "4:3", "3:4"]),
    suffix=suffixes,
)


@given(st.builds(Typed, typed_lines, st.booleans(), st.integers(0, 3)), preferred)
@example(Typed("/img mèo --no mưa"), NIJI)
@example(Typed("/img mèo --p"), Preferences(suffix="random nền trắng"))
@example(Typed("/video", is_reply=True, pictures=1), NIJI)
def test_preferences_never_get_in_the_way_and_what_was_typed_always_wins(
    typed: Typed, preferences: Preferences
) -> None:
    def read_for(preferences: Preferences) -> Parsed:
        return read(typed.text, preferences, is_reply=typed.is_reply, pictures=typed.pictures)

    plain = read_for(Preferences(provider=preferences.provider))
    added = read_for(preferences)
    if not isinstance(plain, ImageCommand | VideoCommand):
        assert plain == added
        return
    assert isinstance(added, type(plain))
    its, own = added.request, plain.request
    assert its.prompt.startswith(own.prompt)
    assert its.flags.startswith(own.flags)
    assert own.ratio in {None, its.ratio}
    as_typed = dataclasses.replace(its, prompt=own.prompt, flags=own.flags, ratio=own.ratio)
    assert plain == dataclasses.replace(added, request=as_typed)


# --- what may stand behind every prompt -------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("tranh màu nước", "tranh màu nước"),
        ("  tranh\nmàu   nước \n", "tranh màu nước"),
        ("nền trắng —s 250", "nền trắng --s 250"),
        ("--niji 6", "--niji 6"),
        ("24/7 <b>& 'so'", "24/7 <b>& 'so'"),
    ],
)
def test_words_and_flags_are_kept_on_one_line(typed: str, kept: str) -> None:
    assert kept == as_suffix(typed)


@pytest.mark.parametrize(
    ("typed", "key", "corrected"),
    [
        ("/img mèo", "settings.suffix_command", None),
        ("{đỏ,xanh}", "settings.suffix_braces", None),
        ("đẹp ｛a, b｝", "settings.suffix_braces", None),
        ("m" * 301, "settings.suffix_too_long", None),
        ("đẹp --ar 16:9", "settings.suffix_option", "đẹp"),
        ("đẹp --ar 16:9 --turbo --s 50 --n 4", "settings.suffix_option", "đẹp --s 50"),
        ("--with flow", "settings.suffix_option", None),
        ("đẹp --chaso 5", "complaint.option_near", "đẹp --chaos 5"),
        ("đẹp --s 2000", "complaint.flag_whole_number", "đẹp --stylize 1000"),
        ("đẹp --repeat 4", "complaint.repeat_refused", "đẹp"),
        ("--repeat 4", "complaint.repeat_refused", None),
        ("--s 2000 --n 4", "settings.suffix_option", "--stylize 1000"),
    ],
)
def test_what_may_not_stand_there_is_said_with_the_suffix_put_right(
    typed: str, key: str, corrected: str | None
) -> None:
    found = as_suffix(typed)
    assert isinstance(found, Complaint)
    assert (key, corrected) == (found.key, found.corrected)


@given(st.text(max_size=40) | suffixes | typed_lines)
def test_what_is_kept_reads_the_same_again_and_what_is_put_right_is_kept(typed: str) -> None:
    found = as_suffix(typed)
    kept = found.corrected if isinstance(found, Complaint) else found
    if kept is not None:
        assert kept == as_suffix(kept)
    if isinstance(found, str):
        assert not isinstance(read(f"/img x {found}", Preferences()), Complaint | NotForUs)
