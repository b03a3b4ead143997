"""Ten things a person does in the first five minutes of the demo, at a desk and on a phone.

With the environment variable SCREENSHOTS each step leaves a picture in that folder.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect
from samples import picture
from seat import DESKTOP, Seat, pixels, seated

pytestmark = pytest.mark.asyncio(loop_scope="module")

HANDHELD = (390, 844)
GROUP = "Nhóm vẽ"


@pytest_asyncio.fixture(loop_scope="module", params=["desk", "phone"])
async def an(
    request: pytest.FixtureRequest, chromium: Browser, demo: str
) -> AsyncIterator["Newcomer"]:
    """An, who speaks Vietnamese and has never met the bot."""
    is_touch = request.param == "phone"
    size = HANDHELD if is_touch else DESKTOP
    async with seated(chromium, demo, size, is_touch=is_touch) as seat:
        yield Newcomer(seat, request.param)


class Newcomer:
    """Who looks at the page after each thing done, and finds nothing cut off."""

    def __init__(self, seat: Seat, place: str) -> None:
        self.seat = seat
        self._place = place
        self._seen = 0

    async def meet_the_bot(self) -> Locator:
        await self.seat.open_chat("Easel")
        return await self.seat.next_bubble(self.seat.one("start").click)

    async def look(self, name: str) -> None:
        self._seen += 1
        wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert 0 == await self.seat.page.evaluate(wider)
        await self.seat.show(f"{self._place}-{self._seen:02}-{name}")


def image(bubble: Locator) -> Locator:
    return bubble.get_by_test_id("photo").locator("img")


async def becomes_a_picture(bubble: Locator) -> None:
    await expect(image(bubble)).to_be_visible()


async def small_keys(bubble: Locator) -> list[str]:
    """The buttons a thumb would miss, being less than 40 pixels high."""
    labels = []
    for key in await bubble.get_by_test_id("button").all():
        box = await key.bounding_box()
        assert box is not None
        if box["height"] < 40:
            labels.append(await key.inner_text())
    return labels


async def test_an_taps_an_example_picks_a_picture_and_goes_on_from_it(an: Newcomer) -> None:
    seat = an.seat
    hello = await an.meet_the_bot()
    await expect(hello).to_contain_text("Chào An!")
    await an.look("welcome")

    assert [] == await small_keys(hello)
    grid = await seat.press(hello, "🐱")
    await expect(grid).to_contain_text("mèo cam ngồi bên cửa sổ")
    await an.look("being-made")
    await becomes_a_picture(grid)
    assert [] == await small_keys(grid)
    await an.look("grid")

    picked = await seat.press(grid, "2")
    await becomes_a_picture(picked)
    await expect(picked).to_contain_text("ảnh 2")
    assert [] == await small_keys(picked)
    await an.look("picked")

    larger = await seat.press(picked, "🔍 Phóng to")
    await expect(larger).to_contain_text("Phóng to ảnh 2")
    await becomes_a_picture(larger)
    await an.look("upscaled")
    varied = await seat.press(picked, "✨")
    await expect(varied).to_contain_text("Biến thể của ảnh 2")
    await becomes_a_picture(varied)
    await an.look("varied")


async def test_an_mistypes_taps_the_corrected_line_and_goes_on_without_a_slash(
    an: Newcomer,
) -> None:
    seat = an.seat
    await an.meet_the_bot()
    mistake = await seat.ask("/img mèo con trên mái nhà --as 16:9")
    await mistake.locator("code").last.click()
    await seat.toasted("Đã chép")
    await an.look("mistake")
    await seat.one("offer").click()
    await expect(seat.one("composer")).to_have_value("/img mèo con trên mái nhà --ar 16:9")

    grid = await seat.next_bubble(seat.one("send").click)
    await becomes_a_picture(grid)
    wide, high = await pixels(image(grid))
    assert 16 / 9 == pytest.approx(wide / high, abs=0.02)
    await an.look("corrected")

    varied = await seat.reply(grid, "biến thể 3")
    await expect(varied).to_contain_text("Biến thể của ảnh 3")
    await becomes_a_picture(varied)
    await an.look("reply-without-a-slash")

    asking = await seat.press(await seat.reply(grid, "2"), "🔭 Số khác")
    await expect(seat.one("reply-bar")).to_be_visible()
    await expect(asking.locator(".meta")).to_be_in_viewport(ratio=1)
    await an.look("asked-how-far")
    farther = await seat.ask("1.5")
    await becomes_a_picture(farther)
    await an.look("farther")


async def test_an_sends_a_photo_of_her_own_with_a_wish_and_has_a_film_made(
    an: Newcomer, tmp_path: Path
) -> None:
    seat = an.seat
    await an.meet_the_bot()
    photo = tmp_path / "cup.png"
    photo.write_bytes(picture(640, 480, colour="teal"))
    await seat.one("picker").set_input_files(photo)
    await seat.one("composer").fill("/img vẽ lại thành tranh màu nước")
    await an.look("own-photo")
    drawn = await seat.next_bubble(seat.one("send").click)
    await becomes_a_picture(drawn)
    await an.look("drawn-from-photo")

    helped = await seat.ask("/help")
    await seat.turn(helped, "🎬", "Tả cảnh và chuyển động")
    await an.look("help-with-films")
    film = await seat.ask("/video sóng biển lúc bình minh --len 6")
    await expect(film).to_contain_text("6 giây")
    await an.look("film-being-made")
    await film.get_by_test_id("play").click()
    await expect(film.locator("video")).to_have_js_property("readyState", 4)
    await an.look("film")


async def test_an_changes_a_setting_sees_its_effect_and_brings_an_old_picture_back(
    an: Newcomer,
) -> None:
    seat = an.seat
    await an.meet_the_bot()
    before = await seat.ask("/img hoa sen trong đầm")
    await becomes_a_picture(before)

    settings = await seat.ask("/settings")
    await an.look("settings")
    await seat.turn(settings, "📐", "Ảnh của bạn để làm gì?")
    await an.look("shapes")
    await seat.turn(settings, "9:16", "Ảnh mới sẽ là 9:16")
    await an.look("settings-changed")
    tall = await seat.ask("/img hoa súng trong đầm")
    await becomes_a_picture(tall)
    wide, high = await pixels(image(tall))
    assert 9 / 16 == pytest.approx(wide / high, abs=0.02)
    await an.look("tall")

    history = await seat.ask("/history")
    await expect(history).to_contain_text("hoa sen trong đầm")
    await an.look("history")
    again = await seat.next_bubble(history.get_by_test_id("button").nth(1).click)
    await becomes_a_picture(again)
    await expect(again).to_contain_text("hoa sen trong đầm")
    await an.look("brought-back")


async def test_an_asks_in_the_group_and_ben_goes_on_from_her_picture(an: Newcomer) -> None:
    seat = an.seat
    await seat.open_chat(GROUP)
    ans = await seat.ask("/img@easel_bot thuyền trên sông")
    await becomes_a_picture(ans)
    await an.look("group")

    await seat.become("Ben")
    await seat.open_chat(GROUP)
    bens = await seat.press(ans, "V2")
    await expect(bens).to_contain_text(re.compile("Variations of picture 2"))
    await becomes_a_picture(bens)
    await an.look("group-ben")
