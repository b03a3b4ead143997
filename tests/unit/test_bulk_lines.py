"""Several lines, and `{red, blue}`, are several requests; all else stays one command."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.bulk import (
    COUNTED,
    MOST,
    Lines,
    TooMany,
    choices_in,
    expand,
    has_words,
    printed,
    unclosed_in,
)

ME = "EaselBot"


def lines_of(text: str) -> list[str]:
    bulk = expand(text, ME)
    assert isinstance(bulk, Lines)
    return list(bulk.lines)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/img mèo\nchó", ["/img mèo", "/img chó"]),
        ("/img\nmèo\n\n  chó  \n", ["/img mèo", "/img chó"]),
        ("/img --ar 16:9\nmèo\nchó", ["/img mèo --ar 16:9", "/img chó --ar 16:9"]),
        ("/img mèo\nchó\n--ar 16:9", ["/img mèo --ar 16:9", "/img chó --ar 16:9"]),
        ("/img mèo --ar 1:1\nchó\n--ar 16:9", ["/img mèo --ar 1:1", "/img chó --ar 16:9"]),
        ("/img mèo --fast\nchó\n--turbo", ["/img mèo --fast", "/img chó --turbo"]),
        ("/img mèo --c 5\nchó\n--chaos 9", ["/img mèo --c 5", "/img chó --chaos 9"]),
        ("/img 1. mèo\n2. chó", ["/img mèo", "/img chó"]),
        ("/img\n- mèo\n• chó\n* cá\n3) gà", ["/img mèo", "/img chó", "/img cá", "/img gà"]),
        ("/img mèo\n/video sóng --len 8", ["/img mèo", "/video sóng --len 8"]),
        ("/img mèo\n/video\nsóng\nmưa", ["/img mèo", "/video sóng", "/video mưa"]),
        ("/img@easelbot mèo\nchó", ["/img@easelbot mèo", "/img@easelbot chó"]),
        ("/img mèo\n/vary 2", ["/img mèo", "/vary 2"]),
        ("/img mèo\n/help\nchó", ["/img mèo", "/help", "/img chó"]),
        ("/img 1.5 con mèo\n2024 pháo hoa", ["/img 1.5 con mèo", "/img 2024 pháo hoa"]),
    ],
)
def test_several_lines_are_several_commands(text: str, expected: list[str]) -> None:
    assert expected == lines_of(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/img {red, blue} hat", ["/img red hat", "/img blue hat"]),
        ("/img {a,b} {1,2}", ["/img a 1", "/img a 2", "/img b 1", "/img b 2"]),
        ("/img hat --ar {1:1, 16:9}", ["/img hat --ar 1:1", "/img hat --ar 16:9"]),
        ("/img {đỏ，xanh} x", ["/img đỏ x", "/img xanh x"]),
        ("/img {đỏ、xanh} x", ["/img đỏ x", "/img xanh x"]),
        ("/img {a,b}\nc", ["/img a", "/img b", "/img c"]),
        (
            "/img --ar {1:1, 9:16}\na\nb",
            [f"/img {w} --ar {r}" for w in "ab" for r in ("1:1", "9:16")],
        ),
        (r"/img {a\,b,c}", ["/img a,b", "/img c"]),
        (r"/img {a,b} \{x\}", ["/img a {x}", "/img b {x}"]),
    ],
)
def test_a_choice_in_braces_is_a_command_for_each(text: str, expected: list[str]) -> None:
    assert expected == lines_of(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/img a cat", "/img a cat"),
        ("/img a cat\n--ar 16:9", "/img a cat\n--ar 16:9"),
        ("/img {red} hat", "/img {red} hat"),
        ("/img {a,{b,c}}", "/img {a,{b,c}}"),
        ("/img {a,b", "/img {a,b"),
        (r"/img \{a,b\}", "/img {a,b}"),
        ("/img", "/img"),
        ("/img - a cat", "/img - a cat"),
    ],
)
def test_what_asks_for_one_thing_is_an_ordinary_command(text: str, expected: str) -> None:
    assert [expected] == lines_of(text)


@pytest.mark.parametrize("text", ["mèo\nchó", "/vary 2\n3", "/img@other a\nb", "/imgx a\nb", ""])
def test_what_is_not_ours_to_make_is_left_alone(text: str) -> None:
    assert expand(text, ME) is None


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("/img mèo\nchó", "/img mèo\nchó"),
        ("/img {a,b}", None),
        ("/img {a,b}\nc", None),
        ("/img mèo\n/video sóng", None),
    ],
)
def test_lines_could_be_one_wish_but_choices_could_not(text: str, joined: str | None) -> None:
    bulk = expand(text, ME)
    assert isinstance(bulk, Lines)
    assert joined == bulk.joined


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("/img {a, b", "/img {a, b}"),
        ("/img {a, b --ar 16:9\nc", "/img {a, b} --ar 16:9\nc"),
        ("/img {a", None),
        (r"/img \{a, b", None),
        ("/img {a, b}", None),
    ],
)
def test_a_choice_that_is_not_ended_is_offered_ended(text: str, closed: str | None) -> None:
    found = unclosed_in(text)
    assert closed == (found.closed if found else None)


def test_a_line_is_found_again_by_its_place() -> None:
    bulk = expand("/img\n--turbo\n{a,b}\n\nc", ME)
    assert isinstance(bulk, Lines)
    assert (1, 1, 2) == bulk.places


def test_more_than_fifty_are_counted_and_not_made() -> None:
    assert TooMany(51) == expand("/img\n" + "mèo\n" * 51, ME)
    assert TooMany(64) == expand("/img " + "{a,b}" * 6, ME)
    assert TooMany(COUNTED + 1) == expand("/img " + "{a,b}" * 900, ME)
    assert 50 == len(lines_of("/img\n" + "mèo\n" * 50))


def test_a_line_of_braces_is_no_choice() -> None:
    braces = "{" * 2_000 + "a,b" + "}" * 2_000
    assert [f"/img {braces}"] == lines_of(f"/img {braces}")


SIGNS = (
    r"mèo|cat|{|}|,|\|\{|\,|\}|{red, blue}|{a,b,}|{x}|/img|/video|/help|--ar 16:9|--turbo|--no|"
    "—ar 1:1|1.|-|•|\n|\n\n| |\t|\r\n|\u2028|--|@"
)
pieces = st.sampled_from(SIGNS.split("|"))
words = st.lists(pieces | st.text(max_size=4), max_size=6).map("".join)
texts = st.lists(words, max_size=4).map("\n".join)
commands = st.sampled_from(["/img ", "/img\n", "/video ", "/IMAGINE@easelbot ", " /img"])
messages = st.builds("{}{}".format, commands, texts)


@given(messages | st.text())
def test_anything_can_be_typed(text: str) -> None:
    bulk = expand(text, ME)
    if isinstance(bulk, Lines):
        assert 1 <= len(bulk.lines) == len(bulk.places) <= MOST


@given(messages)
def test_the_lines_as_printed_are_read_as_the_same_lines(text: str) -> None:
    bulk = expand(text, ME)
    made = bulk.lines if isinstance(bulk, Lines) else ()
    lines = [line for line in made if has_words(line) and expand(line, ME) is not None]
    if len(lines) > 1:
        assert lines == lines_of(printed(lines))


plain_words = st.text("abc mèo", min_size=1, max_size=6).map(lambda word: f"x{word.strip()}")
groups = st.lists(plain_words, min_size=2, max_size=4)


@given(st.lists(st.lists(groups, max_size=3), min_size=1, max_size=4))
def test_there_are_as_many_as_the_choices_multiplied(lines: list[list[list[str]]]) -> None:
    written = ["y " + " ".join("{" + ", ".join(group) + "}" for group in line) for line in lines]
    expected = sum(math.prod(len(group) for group in line) for line in lines)
    match expand("/img\n" + "\n".join(written), ME):
        case Lines(made):
            assert expected == len(made)
        case TooMany(count):
            assert expected == count > MOST
        case None:
            raise AssertionError


@given(st.text(r"{},\ab", max_size=20))
def test_escaped_braces_stay(words: str) -> None:
    line = printed([f"/img a{words}"])
    assert [f"/img a{words}"] == lines_of(line)
    assert len(choices_in(line)) == 1
