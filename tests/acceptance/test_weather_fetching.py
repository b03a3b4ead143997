"""Bringing results home in every weather: a paid result is not thrown away, nor paid when useless."""

from collections.abc import Callable

import pytest
from samples import clip, picture
from skies import BOTH, CDN, FLOW, MIDJOURNEY, SAD_PAGE, Service, Sky
from story import labels

from bot.sandbox.service import ProviderSandbox

Mishap = Callable[[ProviderSandbox, Service], None]
GONE_WRONG = "Kết quả nhận về bị hỏng. Bạn không bị tính phí; hãy thử lại."
GONE_WRONG_IN_ENGLISH = "What came back was not a usable file. Nothing was charged; you can try"


@pytest.fixture(params=BOTH, ids=lambda service: service.name)
def service(request: pytest.FixtureRequest) -> Service:
    chosen: Service = request.param
    return chosen


PASSING: dict[str, Mishap] = {
    "lag": lambda sandbox, _: sandbox.lag_after_completion(4),
    "missing": lambda sandbox, which: sandbox.fail_next(which.download, status=404, times=3),
    "server-error": lambda sandbox, which: sandbox.fail_next(
        which.download, status=502, body=SAD_PAGE, times=4
    ),
    "busy": lambda sandbox, which: sandbox.fail_next(
        which.download, status=429, headers={"Retry-After": "1"}, times=4
    ),
    "forbidden": lambda sandbox, which: sandbox.fail_next(which.download, status=403),
    "drop": lambda sandbox, _: sandbox.truncate_next_download(),
    "half": lambda sandbox, _: sandbox.shorten_next_download(),
    "tiny": lambda sandbox, _: sandbox.replace_next_download(b"tiny"),
    "empty": lambda sandbox, _: sandbox.replace_next_download(b""),
    "page": lambda sandbox, _: sandbox.replace_next_download(SAD_PAGE * 9, "text/html"),
    "other-type": lambda sandbox, _: sandbox.replace_next_download(b"%PDF-1.7" + b"x" * 900),
    "huge": lambda sandbox, which: sandbox.fail_next(
        which.download, status=200, headers={"content-length": "99999999999"}
    ),
    "detour": lambda sandbox, which: sandbox.redirect_next(which.download),
    "loop": lambda sandbox, which: sandbox.redirect_next(which.download, times=6),
}


@pytest.mark.parametrize("mishap", PASSING)
async def test_a_file_that_does_not_come_whole_at_first_is_fetched_again(
    sky: Sky, service: Service, mishap: str
) -> None:
    an = await sky.person()
    PASSING[mishap](sky.sandbox(service), service)
    asked = an.say(service.said)
    await an.result_of(asked)
    assert 1 == len(sky.results(an, asked))
    await sky.settled(an, paid_vnd=service.price_vnd)
    assert (1, []) == (sky.submits(service), sky.heard())


FOR_GOOD: dict[str, Mishap] = {
    "page": lambda sandbox, which: sandbox.fail_next(
        which.download, status=200, body=SAD_PAGE * 9, times=1_000
    ),
    "other-type": lambda sandbox, which: sandbox.fail_next(
        which.download, status=200, body=picture(8, 8, "BMP"), times=1_000
    ),
    "refused": lambda sandbox, which: sandbox.fail_next(which.download, status=410, times=1_000),
    "huge": lambda sandbox, which: sandbox.fail_next(
        which.download, status=200, headers={"content-length": "99999999999"}, times=1_000
    ),
    "loop": lambda sandbox, which: sandbox.redirect_next(which.download, times=10_000),
    "private": lambda sandbox, which: sandbox.redirect_next(
        which.download, to="http://10.0.0.1/secret", times=1_000
    ),
}


@pytest.mark.parametrize("mishap", FOR_GOOD)
async def test_a_file_that_stays_useless_costs_nothing_and_the_operator_is_told_once(
    sky: Sky, service: Service, mishap: str
) -> None:
    an, ben = await sky.person(), await sky.person("Ben", "en")
    FOR_GOOD[mishap](sky.sandbox(service), service)
    asked = [an.say(service.said), ben.say(service.said_in_english)]
    broken = await an.sees(GONE_WRONG)
    assert [[f"🔄 Thử lại · {service.price_vnd} ₫"]] == labels(broken)[:1]
    await ben.sees(GONE_WRONG_IN_ENGLISH)
    await sky.settled(an, paid_vnd=0)
    assert [] == sky.results(an, asked[0]) + sky.results(ben, asked[1])
    await sky.told_operator(f"từ {service.title}:")
    assert (2, 1) == (sky.submits(service), len(sky.heard()))
    row = await sky.store.one("lanes_taken", provider=service.name)
    assert row is not None
    assert 0 == row["taken"]


async def test_a_result_at_another_host_is_fetched_there_without_the_key(sky: Sky) -> None:
    an = await sky.person()
    sky.story.town.apiframe.host_next_result_at(CDN)
    await an.result_of(an.say("/img mèo"))
    assert {"cdn.example"} == {request.headers["Host"] for request in sky.internet.strangers}
    assert not any("Authorization" in request.headers for request in sky.internet.strangers)
    await sky.settled(an, paid_vnd=400)
    assert (1, []) == (sky.submits(MIDJOURNEY), sky.heard())


async def test_a_redirect_to_another_host_does_not_take_the_key_along(sky: Sky) -> None:
    an = await sky.person()
    sky.story.town.apiframe.host_next_result_at(CDN)
    grid = await an.result_of(an.say("/img mèo"))
    assert grid
    url = next(request.url.path for request in sky.internet.strangers)
    before = len(sky.internet.strangers)
    sky.sandbox(FLOW).redirect_next("/image", to=f"{CDN}{url}")
    await an.result_of(an.say(FLOW.said))
    [taken] = sky.internet.strangers[before:]
    assert "X-API-Key" not in taken.headers
    await sky.settled(an, paid_vnd=500)


async def test_a_host_nobody_knows_for_a_while_is_asked_again_until_it_is_known(sky: Sky) -> None:
    an = await sky.person()
    sky.story.town.apiframe.host_next_result_at(CDN)
    sky.internet.knows_names = False
    asked = an.say("/img mèo")
    await until_unknown(sky, 4)
    sky.internet.knows_names = True
    await an.result_of(asked)
    await sky.settled(an, paid_vnd=400)
    assert (1, []) == (sky.submits(MIDJOURNEY), sky.heard())


async def test_a_host_that_stays_unknown_costs_nothing_and_what_comes_later_is_free(
    short_sky: Sky,
) -> None:
    sky, an = short_sky, await short_sky.person()
    sky.story.town.apiframe.host_next_result_at(CDN)
    sky.internet.knows_names = False
    asked = an.say("/img mèo")
    await sky.is_waited_for_long()
    await an.sees("Chờ quá lâu nên mình đã dừng. Bạn không bị tính phí; hãy thử lại.")
    await sky.settled(an, paid_vnd=0)
    await sky.told_operator("Midjourney không làm xong yêu cầu")
    sky.internet.knows_names = True
    await an.result_of(asked)
    assert 1 == len(sky.results(an, asked))
    await sky.settled(an, paid_vnd=0)
    assert (1, 1) == (sky.submits(MIDJOURNEY), len(sky.heard()))


async def until_unknown(sky: Sky, times: int) -> None:
    """Until so many names were asked for in vain."""
    while sky.internet.asked_in_vain < times:
        await sky.nudge()


async def test_a_video_where_a_picture_was_ordered_is_not_delivered(sky: Sky) -> None:
    an = await sky.person()
    sky.sandbox(MIDJOURNEY).fail_next("/1.png", status=200, body=clip(), times=1_000)
    an.say("/img mèo")
    await an.sees(GONE_WRONG)
    await sky.settled(an, paid_vnd=0)
