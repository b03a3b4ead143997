"""Deadlines and what comes after them: nobody waits for ever, and nothing that exists is lost."""

import pytest
from skies import BOTH, FLOW, Service, Sky
from story import labels
from telling import later

LATE = "Chờ quá lâu nên mình đã dừng. Bạn không bị tính phí; hãy thử lại."


@pytest.fixture(params=BOTH, ids=lambda service: service.name)
def service(request: pytest.FixtureRequest) -> Service:
    chosen: Service = request.param
    return chosen


async def test_the_deadline_gives_the_money_back_and_a_later_result_is_free(
    short_sky: Sky, service: Service
) -> None:
    sky, an, ben = short_sky, await short_sky.person(), await short_sky.person("Ben", "en")
    sky.sandbox(service).never_finish()
    asked = an.say(service.said)
    ben.say(service.said_in_english)
    await sky.is_waited_for_long(jobs=2)
    late = await an.sees(LATE)
    assert [[f"🔄 Thử lại · {service.price_vnd} ₫"]] == labels(late)[:1]
    await ben.sees(
        "It took too long, so I stopped waiting. Nothing was charged; you can try again."
    )
    await sky.settled(an, paid_vnd=0)
    await sky.told_operator(f"{service.title} không làm xong yêu cầu")
    for task_id in sky.sandbox(service).tasks:
        sky.sandbox(service).finish_now(task_id)
    await an.result_of(asked)
    await sky.settled(an, paid_vnd=0)
    assert (2, 1) == (sky.submits(service), len(sky.heard()))


async def test_a_download_that_hangs_does_not_keep_anybody_waiting_past_the_deadline(
    short_sky: Sky, service: Service
) -> None:
    sky, an = short_sky, await short_sky.person()
    held = sky.sandbox(service).hold_next(service.download)
    asked = an.say(service.said)
    await held.arrived()
    await sky.is_waited_for_long()
    await an.sees(LATE)
    await sky.settled(an, paid_vnd=0)
    held.release()
    await an.result_of(asked)  # what it brought after all is given free
    await sky.settled(an, paid_vnd=0)
    assert 1 == sky.submits(service)


async def test_a_read_that_hangs_does_not_keep_anybody_waiting_past_the_deadline(
    short_sky: Sky, service: Service
) -> None:
    sky, an = short_sky, await short_sky.person()
    held = sky.sandbox(service).hold_next(service.read)
    asked = an.say(service.said)
    await held.arrived()
    await sky.is_waited_for_long()
    await an.sees(LATE)
    await sky.settled(an, paid_vnd=0)
    held.release()
    await an.result_of(asked)
    await sky.settled(an, paid_vnd=0)


async def test_a_lane_is_free_again_after_twice_the_deadline(
    short_sky: Sky, service: Service
) -> None:
    sky, an = short_sky, await short_sky.person()
    sky.sandbox(service).never_finish()
    an.say(service.said)
    await an.sees(LATE)
    with later(5):
        await sky.nudge()
        while (await sky.store.one("lanes_taken", provider=service.name) or {})["taken"]:
            await sky.nudge()
        await sky.settled(an, paid_vnd=0)


# --- pictures that go with the words -------------------------------------------------------------


async def test_an_upload_that_fails_for_a_while_is_brought_again(sky: Sky) -> None:
    an = await sky.person()
    sky.sandbox(FLOW).fail_next("/upload-image", status=500)
    first = await an.result_of(an.say(FLOW.said))
    await an.result_of(an.say("/vary 1", to=first))
    await sky.settled(an, paid_vnd=200)
    assert [] == sky.heard()
    ordered = [c for c in sky.sandbox(FLOW).calls if c.path.endswith("/reference-to-image")]
    assert 1 == len(ordered)


async def test_an_upload_that_is_refused_costs_nothing_and_orders_nothing(sky: Sky) -> None:
    an = await sky.person()
    sky.sandbox(FLOW).fail_next("/upload-image", status=400, body=b'{"detail": "no picture"}')
    first = await an.result_of(an.say(FLOW.said))
    an.say("/vary 1", to=first)
    await an.sees("Nhà cung cấp không dùng được ảnh này. Bạn không bị tính phí")
    await sky.settled(an, paid_vnd=100)
    assert 0 == sum(c.path.endswith("/reference-to-image") for c in sky.sandbox(FLOW).calls)
    assert [] == sky.heard()
