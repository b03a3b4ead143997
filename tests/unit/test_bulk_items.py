"""Requests of one message are told apart, however alike they are, in little room."""

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.bulk_items import apart, items, shared
from bot.i18n import I18n
from bot.jobs.bulk import Part
from bot.model import Operation, Request

SAME = "a very long beginning that says nothing new at all, and goes on"
same = st.sampled_from([SAME, SAME + " for long", "x"])
other = st.sampled_from(["red", "rose", "blue", "🌊🌊"])
texts = st.lists(st.tuples(same, other, same, other).map(" ".join), min_size=1, max_size=8)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(texts)
def test_different_ones_are_never_cut_to_the_same(texts: list[str]) -> None:
    assert len(set(texts)) == len(set(apart(texts, 60)))


@given(st.lists(st.text(max_size=200), max_size=8))
def test_they_take_little_room(texts: list[str]) -> None:
    for cut in apart(texts, 60):
        assert units(cut) <= 60 + 24 * 7


def test_short_ones_stay_whole() -> None:
    assert ["a cat", "a dog"] == apart(["a cat", "a dog"], 60)


def test_many_long_ones_with_flags_leave_room_for_the_rest_of_a_message() -> None:
    tongue = I18n.load().tongue("vi")
    parts = [
        Part("x" * 30, Request(Operation.IMAGE, f"{SAME * 9} {n}", flags=f"--no {n} {SAME * 9}"))
        for n in range(50)
    ]
    told = [shared(parts, {}, tongue), *items(parts, range(8), {}, tongue)]
    assert units("\n".join(told)) < 2_500
