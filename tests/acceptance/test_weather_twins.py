"""The same words over different pictures, and pictures on their way: everybody gets their own."""

from bringing import ORANGE, TEAL, as_file, picture, send
from skies import FLOW, Sky
from telling import later, press

WORDS = "/img tranh sơn dầu"
ROUTE = "/reference-to-image"


def orders(sky: Sky) -> int:
    """How often a picture from pictures was ordered, whatever became of it."""
    return sum(call.path.endswith(ROUTE) for call in sky.sandbox(FLOW).calls)


async def test_nobody_gets_what_was_made_from_somebody_elses_picture(sky: Sky) -> None:
    an, binh = await sky.person(), await sky.person("Bình")
    sky.sandbox(FLOW).fail_next(ROUTE, status=502)  # An's never arrives
    theirs, *_ = send(an, as_file(picture(ORANGE)), caption=WORDS)
    await sky.calls(FLOW, "/my-jobs", 1)
    mine, *_ = send(binh, as_file(picture(TEAL)), caption=WORDS)
    await binh.answer_to(mine)
    with later(8):
        await sky.nudge()
        await an.sees("Mình đang kiểm tra xem yêu cầu đã đến nơi chưa")
        assert 1 == orders(sky)  # in Flow's list the two could not be told apart
    with later(121):
        await sky.nudge()
        await an.sees("không rõ yêu cầu đã đến nơi chưa. Bạn không bị tính phí")
        await binh.result_of(mine)
        await sky.settled(an, paid_vnd=0)
        await sky.settled(binh, paid_vnd=FLOW.price_vnd)
    assert (2, []) == (orders(sky), sky.results(an, theirs))


async def test_a_cancel_while_the_picture_is_on_its_way_orders_and_costs_nothing(sky: Sky) -> None:
    an, binh = await sky.person("An", "en"), await sky.person("Bình")
    held = sky.sandbox(FLOW).hold_next("/upload-image")
    asked, *_ = send(an, as_file(picture(ORANGE)), caption="/img in oil")
    status = await an.answer_to(asked)
    await held.arrived()
    assert "is cancelled. Nothing was charged" in await press(an, status, "✖ Cancel")
    held.release()
    await sky.settled(an, paid_vnd=0)
    mine, *_ = send(binh, as_file(picture(TEAL)), caption=WORDS)
    await binh.result_of(mine)
    assert (1, 1) == (orders(sky), len(sky.sandbox(FLOW).tasks))
    assert [] == sky.results(an, asked)
