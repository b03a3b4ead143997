"""Ordering in every weather: what the person reads, what it costs, and never a second order."""

import datetime as dt
from collections.abc import Callable
from email.utils import format_datetime
from pathlib import Path
from typing import Literal

import pytest
from skies import BALANCE_VND, BOTH, FLOW, MIDJOURNEY, SAD_PAGE, Service, Sky, under_sky
from story import is_media, labels, words
from telling import later

REFUSAL = b'{"errors": [{"msg": "Banned prompt <b>detected</b>: cats"}]}'


@pytest.fixture(params=BOTH, ids=lambda service: service.name)
def service(request: pytest.FixtureRequest) -> Service:
    chosen: Service = request.param
    return chosen


@pytest.mark.parametrize("status", [400, 422])
async def test_what_the_provider_will_not_make_is_explained_and_costs_nothing(
    sky: Sky, service: Service, status: int
) -> None:
    an = await sky.person()
    sky.sandbox(service).fail_next(service.submit, status=status, body=REFUSAL)
    an.say(service.said)
    refused = await an.sees(
        "Trong mô tả có từ mà nhà cung cấp không cho phép. Bạn không bị tính phí"
    )
    assert [[f"🔄 Thử lại · {service.price_vnd} ₫"]] == labels(refused)
    await sky.settled(an, paid_vnd=0)
    assert (1, []) == (sky.submits(service), sky.heard())
    an.press(refused, "🔄")
    await an.sees(is_media)
    await sky.settled(an, paid_vnd=service.price_vnd)


async def test_a_route_that_is_not_there_is_a_refusal_and_costs_nothing(
    sky: Sky, service: Service
) -> None:
    an = await sky.person(language="en")
    sky.sandbox(service).fail_next(service.submit, status=404, body=SAD_PAGE)
    an.say(service.said_in_english)
    await an.sees("The provider did not take this request. Nothing was charged")
    assert "Balance: ₫10,000" == await sky.quota(an)
    assert (1, []) == (sky.submits(service), sky.heard())
    await an.result_of(an.say(service.said_in_english))


@pytest.mark.parametrize(
    "retry_after",
    [
        pytest.param(lambda: "30", id="seconds"),
        pytest.param(
            lambda: format_datetime(
                dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30), usegmt=True
            ),
            id="date",
        ),
    ],
)
async def test_busy_with_a_wait_is_waited_for_by_the_whole_account(
    sky: Sky, service: Service, retry_after: Callable[[], str]
) -> None:
    an, binh = await sky.person("An"), await sky.person("Bình")
    sky.sandbox(service).fail_next(
        service.submit, status=429, headers={"Retry-After": retry_after()}
    )
    first = an.say(service.said)
    await sky.calls(service, service.submit, 1)
    second = binh.say(service.said)
    await binh.answer_to(second)
    with later(10):
        await sky.nudge()
        await an.sees(f"{service.title} hiện chưa nhận được yêu cầu. Mình sẽ tự thử lại")
        left, price = BALANCE_VND - service.price_vnd, service.price_vnd
        held = f"Số dư: {left:,} ₫ (đang giữ {price} ₫ cho 1 yêu cầu)"
        assert held.replace(",", ".") == await sky.quota(an)
        assert 1 == sky.submits(service)  # somebody else's order does not go there either
        with later(31):
            await sky.nudge()
            await an.result_of(first)
            await binh.result_of(second)
            assert (3, []) == (sky.submits(service), sky.heard())
            assert 2 == len(sky.sandbox(service).tasks)
            await sky.settled(an, paid_vnd=service.price_vnd)
            await sky.settled(binh, paid_vnd=service.price_vnd)


async def test_busy_for_an_hour_is_told_by_the_clock_and_asked_once(sky: Sky) -> None:
    an, ben = await sky.person("An"), await sky.person("Ben", "en")
    sky.sandbox(MIDJOURNEY).fail_next("/imagine", status=429, headers={"Retry-After": "3600"})
    first = an.say("/img mèo")
    await sky.calls(MIDJOURNEY, "/imagine", 1)
    with later(10):
        await sky.nudge()
        await an.sees("Midjourney yêu cầu mình đợi đến")
        told = await ben.answer_to(ben.say("/img a cat"))
        assert "Midjourney asked us to wait until" in words(told)
        assert [["🔀 With Flow AI · ₫400"], ["✖ Cancel"]] == labels(told)
        assert (1, []) == (sky.submits(MIDJOURNEY), sky.heard())
        ben.press(told, "🔀")
        await ben.sees(is_media)
        await sky.settled(ben, paid_vnd=400)
    with later(3601):
        await sky.nudge()
        await an.result_of(first)
        await sky.settled(an, paid_vnd=400)
    assert 2 == sky.submits(MIDJOURNEY)


async def test_busy_without_a_wait_is_tried_again_by_itself_and_ordered_once(sky: Sky) -> None:
    an = await sky.person()
    sky.sandbox(MIDJOURNEY).fail_next("/imagine", status=429, times=3)
    asked = an.say("/img mèo")
    await an.sees("Midjourney hiện chưa nhận được yêu cầu. Mình sẽ tự thử lại; bạn chưa bị")
    await an.result_of(asked)
    assert (4, 1) == (sky.submits(MIDJOURNEY), len(sky.sandbox(MIDJOURNEY).tasks))
    await sky.settled(an, paid_vnd=400)
    assert [] == sky.heard()


async def test_a_service_that_says_503_did_nothing_and_is_asked_again(
    sky: Sky, service: Service
) -> None:
    an = await sky.person()
    sky.sandbox(service).fail_next(service.submit, status=503, body=SAD_PAGE)
    asked = an.say(service.said)
    await an.result_of(asked)
    assert (2, 1) == (sky.submits(service), len(sky.sandbox(service).tasks))
    await sky.settled(an, paid_vnd=service.price_vnd)
    assert [] == sky.heard()


async def test_nobody_there_when_ordering_is_tried_again_by_itself(
    sky: Sky, service: Service
) -> None:
    an = await sky.person()
    sky.internet.is_cut = True
    asked = an.say(service.said)
    await an.answer_to(asked)
    with later(8):
        await sky.nudge()
        await an.sees("Mình sẽ tự thử lại")
        assert 0 == sky.submits(service)
        sky.internet.is_cut = False
        await an.result_of(asked)
        assert 1 == sky.submits(service)
        await sky.settled(an, paid_vnd=service.price_vnd)
    assert [] == sky.heard()


UNCLEAR = [
    pytest.param(500, b"", id="5xx"),
    pytest.param(502, SAD_PAGE, id="5xx-html"),
    pytest.param(200, SAD_PAGE, id="html"),
    pytest.param(200, b"", id="empty"),
    pytest.param(200, b'{"status": "queued"}', id="no-handle"),
]


@pytest.mark.parametrize(("status", "body"), UNCLEAR)
async def test_an_unclear_answer_of_midjourney_is_never_ordered_again_and_costs_nothing(
    sky: Sky, status: int, body: bytes
) -> None:
    an, ben = await sky.person(), await sky.person("Ben", "en")
    sky.sandbox(MIDJOURNEY).fail_next("/imagine", status=status, body=body, times=2)
    an.say("/img mèo")
    lost = await an.sees(
        "Mất kết nối khi đặt làm và không rõ yêu cầu đã đến nơi chưa. Bạn không bị"
    )
    assert [["🔄 Thử lại · 400 ₫"]] == labels(lost)
    ben.say("/img a cat")
    await ben.sees("it can't be found out whether the order arrived. Nothing was charged")
    await sky.settled(an, paid_vnd=0)
    question = await sky.told_operator("Midjourney")
    assert 2 == len(sky.heard())  # each waits for its own answer
    assert 1 == len(labels(question))
    assert 2 == sky.submits(MIDJOURNEY)
    an.press(lost, "🔄")
    await an.sees(is_media)
    await sky.settled(an, paid_vnd=400)


@pytest.mark.parametrize(("status", "body"), UNCLEAR)
async def test_an_unclear_answer_of_flow_is_looked_up_and_found(
    sky: Sky, status: int, body: bytes
) -> None:
    an = await sky.person()
    sky.sandbox(FLOW).garble_next("/text-to-image", status=status, body=body)
    asked = an.say(FLOW.said)
    await an.result_of(asked)
    assert (1, 1) == (sky.submits(FLOW), len(sky.sandbox(FLOW).tasks))
    await sky.settled(an, paid_vnd=100)
    assert [] == sky.heard()


async def test_an_order_flow_never_lists_is_given_up_after_the_grace_time(sky: Sky) -> None:
    an = await sky.person()
    sky.sandbox(FLOW).fail_next("/text-to-image", status=500)
    asked = an.say(FLOW.said)
    await sky.calls(FLOW, "/my-jobs", 1)
    with later(8):
        await sky.nudge()
        await an.sees("Mình đang kiểm tra xem yêu cầu đã đến nơi chưa")
    with later(121):
        await sky.nudge()
        await an.sees("không rõ yêu cầu đã đến nơi chưa. Bạn không bị tính phí")
        await sky.told_operator("Flow AI")
        assert 1 == len(sky.heard())
        await sky.settled(an, paid_vnd=0)
    assert (1, []) == (sky.submits(FLOW), sky.results(an, asked))


async def test_an_order_whose_connection_drops_after_it_arrived_is_found_again(sky: Sky) -> None:
    an = await sky.person()
    sky.sandbox(FLOW).lose_answer_of_next("/text-to-image")
    await an.result_of(an.say(FLOW.said))
    assert (1, 1) == (sky.submits(FLOW), len(sky.sandbox(FLOW).tasks))
    await sky.settled(an, paid_vnd=100)
    assert [] == sky.heard()


@pytest.mark.parametrize("when", ["before", "after"])
async def test_an_order_that_times_out_at_flow_is_found_once_it_is_there(
    tmp_path: Path, when: Literal["before", "after"]
) -> None:
    async with under_sky(tmp_path, answer_s=0.5) as sky:
        an = await sky.person()
        held = sky.sandbox(FLOW).hold_next("/text-to-image", when=when)
        asked = an.say(FLOW.said)
        await sky.calls(FLOW, "/my-jobs", 1)
        held.release()
        await an.result_of(asked)
        assert (1, 1) == (sky.submits(FLOW), len(sky.sandbox(FLOW).tasks))
        await sky.settled(an, paid_vnd=100)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_an_order_that_times_out_at_midjourney_is_not_sent_again(
    tmp_path: Path, when: Literal["before", "after"]
) -> None:
    async with under_sky(tmp_path, answer_s=0.5) as sky:
        an = await sky.person()
        held = sky.sandbox(MIDJOURNEY).hold_next("/imagine", when=when)
        an.say("/img mèo")
        await an.sees("không rõ yêu cầu đã đến nơi chưa. Bạn không bị tính phí")
        held.release()
        await sky.settled(an, paid_vnd=0)
        assert (1, 1) == (sky.submits(MIDJOURNEY), len(sky.heard()))
        await an.result_of(an.say("/img một con mèo khác"))


async def test_a_handle_in_a_list_is_understood(sky: Sky) -> None:
    an = await sky.person()
    sky.sandbox(FLOW).alter_next("/text-to-image", lambda told: {"job_ids": [told["job_id"]]})
    await an.result_of(an.say(FLOW.said))
    await sky.settled(an, paid_vnd=100)
    assert 1 == sky.submits(FLOW)
