"""What a press means, written into a button's 64 bytes and read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop import CLIP, a_job

from bot.jobs.accept import ALPHABET, CODE_LENGTH
from bot.jobs.buttons import Act, Press, presses_for_result, presses_for_tile, read_press
from bot.model import JobId, Operation
from bot.providers.apiframe import Apiframe
from bot.providers.flow import Flow
from bot.providers.port import Capabilities

MIDJOURNEY = Apiframe.capabilities
FLOW = Flow(key="k", base_url="http://127.0.0.1:1/", offers_hd=True).capabilities

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


@pytest.mark.parametrize(
    "data",
    [
        "",
        "p",
        "p:K7QD4X:1",
        "p:K7QD4X:1:a:b",
        "z:K7QD4X:1:",
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


def test_acts_have_one_letter_each() -> None:
    assert len(Act) == len({act.value for act in Act})
    assert {1} == {len(act.value) for act in Act}


def acts(rows: list[list[Press]]) -> list[str]:
    return ["".join(press.act for press in row) for row in rows]


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [(MIDJOURNEY, ["pppp", "vv", "vv", "rf"]), (FLOW, ["pppp", "rf"]), (None, ["pppp", "rf"])],
)
def test_a_grid_offers_only_what_its_provider_can_do(
    capabilities: Capabilities | None, expected: list[str]
) -> None:
    rows = presses_for_result(a_job(), 4, capabilities)
    assert expected == acts(rows)
    assert [1, 2, 3, 4] == [press.tile for press in rows[0]]


def test_one_picture_of_a_grid_is_varied_enlarged_and_fetched() -> None:
    rows = presses_for_tile(a_job(), 3, MIDJOURNEY)
    assert [
        [
            Press(Act.VARY, a_job().job_id, 3, "strong"),
            Press(Act.VARY, a_job().job_id, 3, "subtle"),
        ],
        [
            Press(Act.UPSCALE, a_job().job_id, 3, "subtle"),
            Press(Act.UPSCALE, a_job().job_id, 3, "creative"),
        ],
        [Press(Act.FILES, a_job().job_id, 3)],
    ] == rows


def test_a_single_result_can_be_made_again() -> None:
    assert ["vv", "uu", "rf"] == acts(presses_for_result(a_job(), 1, MIDJOURNEY))


def test_a_video_is_neither_varied_nor_enlarged() -> None:
    clip = a_job(request=CLIP)
    assert ["rf"] == acts(presses_for_result(clip, 1, FLOW))
    assert Operation.VIDEO in FLOW.operations
