"""An account that fails: one request learns it, the others wait, and the operator is told once."""

import contextlib

import pytest
from skies import BOTH, FLOW, MIDJOURNEY, Service, Sky
from story import labels
from telling import later

UNUSABLE = "Dịch vụ tạm thời không dùng được, người quản lý đã được báo. Bạn không bị tính phí"
CASES = [
    pytest.param(401, "từ chối khóa API", id="401"),
    pytest.param(402, "báo hết credit", id="402"),
    pytest.param(403, "từ chối khóa API", id="403"),
]


@pytest.fixture(params=BOTH, ids=lambda service: service.name)
def service(request: pytest.FixtureRequest) -> Service:
    chosen: Service = request.param
    return chosen


@pytest.mark.parametrize(("status", "told"), CASES)
async def test_an_account_that_fails_is_told_once_and_ordered_from_again_when_resumed(
    sky: Sky, service: Service, status: int, told: str
) -> None:
    an, binh = await sky.person(), await sky.person("Bình")
    sky.sandbox(service).fail_next(service.submit, status=status)
    an.say(service.said)
    failed = await an.sees(UNUSABLE)
    assert [f"🔄 Thử lại · {service.price_vnd} ₫"] in labels(failed)
    await sky.settled(an, paid_vnd=0)
    notice = await sky.told_operator(told)
    waiting = binh.say(service.said)
    held = await binh.answer_to(waiting)
    assert ["✖ Hủy"] in labels(held)
    assert (1, 1) == (sky.submits(service), len(sky.heard()))
    sky.operator.press(notice, labels(notice)[0][0])
    await binh.result_of(waiting)
    await sky.settled(binh, paid_vnd=service.price_vnd)
    assert 2 == sky.submits(service)


@pytest.mark.parametrize(("status", "told"), CASES)
async def test_a_read_with_an_account_that_fails_loses_no_work_under_way(
    sky: Sky, service: Service, status: int, told: str
) -> None:
    an = await sky.person()
    sky.sandbox(service).fail_next(service.read, status=status)
    asked = an.say(service.said)
    await sky.told_operator(told)
    with later(61):
        await sky.nudge()
        await an.result_of(asked)
        await sky.settled(an, paid_vnd=service.price_vnd)
    assert 1 == sky.submits(service)


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "86400"}], ids=["unsaid", "a-day"])
async def test_a_day_that_is_used_up_is_waited_for_and_the_operator_told_once(
    sky: Sky, headers: dict[str, str]
) -> None:
    an, ben = await sky.person(), await sky.person("Ben", "en")
    sky.sandbox(FLOW).fail_next("/text-to-image", status=429, headers=headers)
    asked = an.say(FLOW.said)
    notice = await sky.told_operator("đã đạt giới hạn hôm nay")
    also = ben.say(FLOW.said_in_english)
    await ben.answer_to(also)
    await ben.sees("Flow AI is not available right now. Your request starts by itself")
    assert (1, 1) == (sky.submits(FLOW), len(sky.heard()))
    with later(6):
        await sky.nudge()
        sky.operator.press(notice, labels(notice)[0][0])
        await an.result_of(asked)
        await ben.result_of(also)
        await sky.settled(an, paid_vnd=100)
    assert 2 == len(sky.sandbox(FLOW).tasks)


async def test_an_account_that_is_well_again_is_found_out_without_anybodys_help(sky: Sky) -> None:
    an, binh = await sky.person(), await sky.person("Bình")
    sky.sandbox(MIDJOURNEY).fail_next("/imagine", status=402)
    an.say("/img mèo")
    await sky.told_operator("báo hết credit")
    asked = binh.say("/img mèo")
    await binh.answer_to(asked)
    with later(61):
        await sky.nudge()
        await binh.result_of(asked)
        await sky.told_operator("đã nhận yêu cầu trở lại")
    assert (2, 2) == (sky.submits(MIDJOURNEY), len(sky.heard()))


async def test_the_days_rest_is_found_without_anybodys_help(sky: Sky) -> None:
    an = await sky.person()
    sky.sandbox(FLOW).fail_next("/text-to-image", status=429)
    asked = an.say(FLOW.said)
    await sky.told_operator("đã đạt giới hạn hôm nay")
    with later(61):
        await sky.nudge()
        await an.result_of(asked)
        await sky.told_operator("đã nhận yêu cầu trở lại")
        await sky.settled(an, paid_vnd=100)
    assert (2, 2) == (sky.submits(FLOW), len(sky.heard()))


async def test_a_few_credits_left_keep_those_who_wait_waiting_and_are_told_once(sky: Sky) -> None:
    an, binh, chi = await sky.person(), await sky.person("Bình"), await sky.person("Chi")
    sky.story.town.apiframe.credits = 2
    an.say("/img mèo")
    await an.sees(UNUSABLE)
    others = [(binh, binh.say("/img chó")), (chi, chi.say("/img cá"))]
    for person, asked in others:
        await person.answer_to(asked)
    with contextlib.ExitStack() as time:
        for tries, minutes in enumerate((1, 2, 4), start=1):
            time.enter_context(later(minutes * 60 + 1))
            await sky.nudge()
            await sky.calls(MIDJOURNEY, "/imagine", 1 + tries)
            await chi.sees("đang tạm nghỉ")
            await sky.settled(an, paid_vnd=0)
        assert 1 == len(sky.heard())
        sky.story.town.apiframe.credits = 4000
        time.enter_context(later(8 * 60 + 1))
        await sky.nudge()
        for person, asked in others:
            await person.result_of(asked)
        await sky.told_operator("đã nhận yêu cầu trở lại")
    assert (1 + 3 + 2, 2) == (sky.submits(MIDJOURNEY), len(sky.heard()))
