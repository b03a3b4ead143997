"""Reading takes work in proportion to what was typed, counted in calls and not in time."""

import sys
from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from market import BOTH
from shop import NOON, Now

from bot.chat.bulk import LINE_MAX, Lines, TooLong, expand
from bot.chat.bulking import Bulking
from bot.chat.making import Making
from bot.chat.parsed import Complaint
from bot.chat.reading import USUAL, Reader
from bot.chat.wish import OPTIONS_MAX
from bot.jobs.accept import Desk
from bot.money.plan_file import load_plans

ME = "EaselBot"
READER = Reader(ME, BOTH, {})
DESK = Desk(load_plans(None), ZoneInfo("Asia/Ho_Chi_Minh"), Now(NOON))
BULKING = Bulking(DESK, READER, Making(DESK, BOTH, "easel_bot"))
CHOICES = "{" + ",".join(f"{n}:9" for n in range(1, 51)) + "}"


def calls_of(work: Callable[[], object]) -> int:
    """How many functions are called, those written in C among them."""
    calls = 0

    def count(_: object, event: str, __: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    work()  # what is compiled or remembered once is not counted
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls


def read(text: str) -> object:
    return READER.read(text, is_reply=False, pictures=[0])


def listed(content: str, command: str = "/img") -> object:
    return BULKING.read_list(command, content, USUAL)


@pytest.mark.parametrize(
    "text",
    [
        "/img a cat {} --tile 1:1",
        "/img {} a cat",
        "/img {} --no x",
        "/img {} --ar 16:9 --ar 16:9",
    ],
)
@pytest.mark.parametrize("word", ["--tile ", "--no x ", "—ar ", "cat ", "--turbbo "])
def test_a_line_twice_as_long_takes_twice_the_work(text: str, word: str) -> None:
    short, long = (calls_of(partial(read, text.format(word * n))) for n in (200, 400))
    assert long < 2.5 * short


@pytest.mark.parametrize("word", ["--tile ", "{a, b} ", "{", "x", r"\{", "{a,", "- ", "cat\n"])
def test_a_file_twice_as_long_takes_twice_the_work(word: str) -> None:
    short, long = (calls_of(partial(listed, f"{word * n}\n" * 20)) for n in (40, 80))
    assert long < 2.5 * short


@pytest.mark.parametrize(
    ("command", "content"),
    [
        ("/img", f"--ar {CHOICES} {'--tile ' * 540}\ncat"),
        ("/img", f"--ar {CHOICES} {'--tile ' * 600}\n" * 60 + "cat"),
        (f"/img --ar {CHOICES}", f"cat {'--tile ' * 500}\n" * 2),
        ("/img", f"cat {CHOICES} {'--tile ' * 540}"),
        ("/img", f"{'--tile ' * 600}\n" * 60 + "cat\n" * 50),
        ("/img", f"{'cat ' * 500}\n" * 20),
        ("/img", "--tile\n" * 10_000 + "cat\ndog"),
    ],
)
def test_nothing_that_fits_a_file_takes_long(command: str, content: str) -> None:
    assert calls_of(partial(listed, content, command)) < 25 * len(content)


def test_a_line_too_long_is_named_before_it_is_looked_at() -> None:
    assert TooLong(2) == expand(f"/img\na cat\n{'x' * (LINE_MAX + 1)}", ME)
    assert isinstance(expand(f"/img\na cat\n{'x' * LINE_MAX}", ME), Lines)


def test_more_options_than_there_are_are_complained_about() -> None:
    most = read("/img cat " + "--tile " * OPTIONS_MAX)
    assert not isinstance(most, Complaint)
    more = read("/img cat " + "--tile " * (OPTIONS_MAX + 1))
    assert isinstance(more, Complaint)
    assert "complaint.too_many_options" == more.key
