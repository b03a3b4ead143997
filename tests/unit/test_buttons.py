"""What a press means, written into a button's 64 bytes and read back."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from market import BOTH, NOBODY, PAINTER_ALONE
from shop import CLIP, a_job

from bot.chat.by_hand import mark_of
from bot.chat.drafts import draft_number
from bot.jobs.buttons import Act, Press, presses_for_result, presses_for_tile, read_press
from bot.jobs.codes import ALPHABET, CODE_LENGTH
from bot.jobs.offers import Market
from bot.model import Job, JobId, Operation, Request, TaskId
from bot.money.plans import AMOUNT_MAX_VND

codes = st.text(ALPHABET, min_size=CODE_LENGTH, max_size=CODE_LENGTH).map(JobId)
presses = st.builds(
    Press,
    act=st.sampled_from(Act),
    job_id=st.none() | codes,
    tile=st.none() | st.integers(1, 10),
    how=st.sampled_from(["", "strong", "subtle", "creative", "vi", "en"]),
)


@given(presses)
def test_every_press_fits_into_a_button_and_reads_back(press: Press) -> None:
    assert len(press.data().encode()) <= 64
    assert press == read_press(press.data())


@given(st.text(max_size=64))
def test_a_forged_button_is_read_or_refused_but_breaks_nothing(data: str) -> None:
    press = read_press(data)
    assert press is None or press.act in set(Act)


@given(st.text("0123456789٣²-", max_size=64))
def test_a_forged_number_is_one_the_database_can_look_for_or_none(word: str) -> None:
    number = draft_number(word)
    assert number is None or 0 <= number < 2**63


@pytest.mark.parametrize(
    "data",
    [
        "",
        "p",
        "p:K7QD4X:1",
        "p:K7QD4X:1:a:b",
        "J:K7QD4X:1:",
        "pv:K7QD4X:1:",
        "p:K7QD4X:-1:",
        "p:K7QD4X:¹:",
        "p:K7QD4X:٣:",
        "p:K7QD4X:100:",
        "p:K7QD4X: 1:",
    ],
)
def test_what_is_none_of_our_buttons_means_nothing(data: str) -> None:
    assert None is read_press(data)


def test_the_largest_sum_a_button_names_is_read_back() -> None:
    much = 20 * AMOUNT_MAX_VND * 70 // 100
    longest = Press(Act.APPROVE, how=f"{10**14}-yes", said_vnd=much)
    assert longest == read_press(longest.data())
    assert len(longest.data()) <= 64


@pytest.mark.parametrize(
    ("act", "how"),
    [
        (Act.PLAN_END, f"-{10**15}={10**14}"),
        (Act.PLAN_SELL, f"-{10**14}={10**14}"),
        (Act.SALE_UNDO, f"-{10**15}={10**9}={10**11}"),
        (Act.PAYMENTS, f"yes={10**14}"),
    ],
)
def test_what_a_question_said_fits_behind_whom_it_is_about(act: Act, how: str) -> None:
    marked = Press(act, how=f"{how}={mark_of({'key': 'payments.plan_ends', 'values': {}})}")
    assert marked == read_press(marked.data())
    assert len(marked.data()) <= 64


def test_acts_have_one_letter_each() -> None:
    assert len(Act) == len({act.value for act in Act})
    assert {1} == {len(act.value) for act in Act}


def acts(rows: list[list[Press]]) -> list[str]:
    return ["".join(press.act for press in row) for row in rows]


PAINTED = a_job(task_id=TaskId("t-1"))
FILMED = dataclasses.replace(PAINTED, provider="flow")


@pytest.mark.parametrize(
    ("market", "job", "expected"),
    [
        (BOTH, PAINTED, ["pppp", "vvvv", "rf"]),
        (BOTH, FILMED, ["pppp", "vvvv", "rf"]),  # from the picture itself
        (PAINTER_ALONE, FILMED, ["pppp", "rf"]),
        (NOBODY, PAINTED, ["pppp", "rf"]),
    ],
)
def test_a_grid_offers_only_what_somebody_can_do(
    market: Market, job: Job, expected: list[str]
) -> None:
    rows = presses_for_result(job, [1, 2, 3, 4], market.offers(job))
    assert expected == acts(rows)
    assert [1, 2, 3, 4] == [press.tile for press in rows[0]]


def test_pictures_keep_their_numbers_where_one_never_came() -> None:
    rows = presses_for_result(PAINTED, [2, 3, 4], BOTH.offers(PAINTED))
    assert [2, 3, 4] == [press.tile for press in rows[0]]
    alone = presses_for_result(PAINTED, [3], BOTH.offers(PAINTED))
    assert {3, None} == {press.tile for row in alone for press in row}


def test_one_picture_of_midjourneys_grid_is_a_door_to_everything() -> None:
    rows = presses_for_tile(PAINTED, 3, BOTH.offers(PAINTED))
    ways = [[f"{press.act}{press.how}" for press in row] for row in rows]
    assert ways == [
        ["vstrong", "vsubtle"],
        ["usubtle", "ucreative"],
        ["nleft", "nright", "nup", "ndown"],
        ["z1.5", "z2", "zsquare", "zcustom"],
        ["m"],
        ["r", "f"],
    ]
    assert {3, None} == {press.tile for row in rows for press in row}


def test_one_picture_of_flow_is_varied_enlarged_here_and_animated() -> None:
    rows = presses_for_tile(FILMED, 2, BOTH.offers(FILMED))
    ways = [[f"{press.act}{press.how}" for press in row] for row in rows]
    assert [["v"], ["e2k", "e4k"], ["m"], ["r", "f"]] == ways


def test_a_single_result_can_be_made_again() -> None:
    rows = presses_for_result(PAINTED, [1], PAINTER_ALONE.offers(PAINTED))
    assert ["vv", "uu", "nnnn", "zzzz", "rf"] == acts(rows)


def test_a_video_is_neither_varied_nor_enlarged() -> None:
    clip = dataclasses.replace(FILMED, request=CLIP)
    assert ["rf"] == acts(presses_for_result(clip, [1], BOTH.offers(clip)))


def test_an_enlarged_picture_is_not_enlarged_to_the_same_size_again() -> None:
    enlarged = dataclasses.replace(
        FILMED, provider="local", request=Request(Operation.ENLARGE, hd="4k")
    )
    assert ["v", "ee", "m", "f"] == acts(presses_for_result(enlarged, [1], BOTH.offers(enlarged)))
    offers = BOTH.offers(enlarged, 2048)
    ways = [press.how for row in presses_for_tile(enlarged, 1, offers) for press in row]
    assert ["", "4k", "", ""] == ways
    assert ["v", "m", "f"] == acts(presses_for_result(enlarged, [1], BOTH.offers(enlarged, 4096)))
