"""The demo as a newcomer meets it: one command, then everything in a real browser."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect
from samples import picture as picture_of
from seat import PATIENCE_MS, PHONE, Seat, pixels, seated

pytestmark = pytest.mark.asyncio(loop_scope="module")

GROUP = "Nhóm vẽ"
SAME_NODE = "node => { node.isTheSame = true }"


@pytest_asyncio.fixture(loop_scope="module")
async def seat(chromium: Browser, demo: str) -> AsyncIterator[Seat]:
    async with seated(chromium, demo) as seat:
        yield seat


@pytest_asyncio.fixture(loop_scope="module")
async def phone(chromium: Browser, demo: str) -> AsyncIterator[Seat]:
    async with seated(chromium, demo, PHONE) as seat:
        yield seat


def picture(bubble: Locator) -> Locator:
    return bubble.get_by_test_id("photo").locator("img")


async def becomes_a_picture(bubble: Locator) -> None:
    await expect(picture(bubble)).to_be_visible(timeout=PATIENCE_MS)


async def test_an_sees_her_cat_being_made_and_goes_on_from_it_to_a_film(seat: Seat) -> None:
    await seat.show("an-1-empty")
    hello = await seat.next_bubble(seat.one("start").click)
    await expect(hello).to_contain_text("40 ảnh · 2 video")
    await seat.show("an-1-hello")
    await seat.turn_speed(1)  # the first bar comes after 2 s, and on a slow machine later
    grid = await seat.ask("/img một chú mèo cam bên cửa sổ")
    await grid.evaluate(SAME_NODE)
    await expect(grid).to_contain_text("Miễn phí · sau lần này còn")
    await expect(grid).to_contain_text(re.compile("▓+░*"), timeout=PATIENCE_MS)
    await seat.show("an-2-bar")
    await seat.turn_speed(30)

    await becomes_a_picture(grid)
    assert await grid.evaluate("node => node.isTheSame")
    await expect(grid.get_by_test_id("button")).to_have_text(
        ["1", "2", "3", "4"] + [f"V{tile}" for tile in range(1, 5)] + ["🔄 Làm lại", "📁 Tệp gốc"]
    )
    await seat.show("an-3-grid")

    upscaled = await seat.reply(grid, "/upscale 2")
    await expect(upscaled.get_by_test_id("quote")).to_contain_text("/upscale 2")
    await becomes_a_picture(upscaled)
    await expect(upscaled).to_contain_text("Phóng to ảnh 2")
    await seat.show("an-4-upscaled")

    varied = await seat.press(grid, "V3")
    await becomes_a_picture(varied)
    await expect(varied).to_contain_text("Biến thể của ảnh 3")
    await seat.show("an-5-varied")

    film = await seat.ask("/video sóng biển lúc bình minh")
    await film.get_by_test_id("play").click(timeout=PATIENCE_MS)
    player = film.locator("video")
    await expect(player).to_have_js_property("readyState", 4, timeout=PATIENCE_MS)
    wide, high, seconds = await player.evaluate("v => [v.videoWidth, v.videoHeight, v.duration]")
    assert 16 / 9 == pytest.approx(wide / high, abs=0.01)
    assert 8 == pytest.approx(seconds, abs=0.2)
    await expect(player).to_have_js_property("paused", False)
    await seat.show("an-6-film")


async def test_ben_asks_in_the_group_and_presses_a_button_under_ans_picture(seat: Seat) -> None:
    await seat.open_chat(GROUP)
    ans = await seat.ask("/img@easel_bot thuyền trên sông")
    await becomes_a_picture(ans)

    await seat.become("Ben")
    await seat.open_chat(GROUP)
    bens = await seat.ask("/img@easel_bot a red fox in the snow --ar 16:9")
    await expect(bens).to_contain_text("4 pictures")
    await becomes_a_picture(bens)
    wide, high = await pixels(picture(bens))
    assert 16 / 9 == pytest.approx(wide / high, abs=0.02)
    await seat.show("ben-1-group")

    varied = await seat.press(ans, "V2")
    assert "Got it!" == await seat.toasted("Got it!")
    await becomes_a_picture(varied)
    await expect(varied).to_contain_text("Variations of picture 2")
    picked = await seat.press(ans, "3")
    await becomes_a_picture(picked)
    await expect(picked).to_contain_text("picture 3")
    await seat.show("ben-2-pressed")


async def test_one_chain_across_both_providers_from_a_grid_to_a_film(seat: Seat) -> None:
    grid = await seat.ask("/img một ngọn hải đăng lúc hoàng hôn")
    await becomes_a_picture(grid)
    picked = await seat.press(grid, "2")
    await becomes_a_picture(picked)
    farther = await seat.press(picked, "🔭 2×")
    await becomes_a_picture(farther)
    await expect(farther).to_contain_text("Lùi xa ảnh 2")
    await seat.show("chain-1-farther")
    one = await seat.press(farther, "1")
    await becomes_a_picture(one)

    await seat.turn_speed(10)
    film = await seat.press(one, "🎬")
    await expect(film).to_contain_text("Midjourney không làm được việc này nên Flow AI làm")
    await seat.show("chain-2-status")
    await seat.turn_speed(30)
    await film.get_by_test_id("play").click(timeout=PATIENCE_MS)
    player = film.locator("video")
    await expect(player).to_have_js_property("readyState", 4, timeout=PATIENCE_MS)
    wide, high = await player.evaluate("v => [v.videoWidth, v.videoHeight]")
    assert wide == high
    await expect(film).to_contain_text("Video từ ảnh 1")
    await seat.show("chain-3-film")


async def test_two_photos_with_one_caption_become_one_film(seat: Seat, tmp_path: Path) -> None:
    photos = [tmp_path / "cup.png", tmp_path / "table.png"]
    for photo, colour in zip(photos, ("teal", "tan"), strict=True):
        photo.write_bytes(picture_of(640, 480, colour=colour))
    await seat.one("picker").set_input_files(photos)

    film = await seat.ask("/video chiếc cốc trên bàn --voice charon")
    await expect(film).to_contain_text("từ 2 ảnh này")
    await film.get_by_test_id("play").click(timeout=PATIENCE_MS)
    await seat.show("an-8-photos")


async def test_the_originals_come_as_files_to_be_kept(seat: Seat) -> None:
    await seat.become("Ben")
    grid = await seat.ask("/img hot air balloons over a valley")
    await becomes_a_picture(grid)

    files = (await seat.press(grid, "📁")).get_by_test_id("file")

    await expect(files).to_have_count(4)
    async with seat.page.expect_download() as downloading:
        await files.nth(2).click()
    kept = await downloading.value
    assert re.fullmatch(r"easel-\w+-3\.(png|jpg|webp)", kept.suggested_filename)
    assert (await kept.path()).stat().st_size > 10_000
    await seat.show("ben-3-files")


async def test_a_mistake_is_answered_with_the_line_to_send_instead(seat: Seat) -> None:
    answer = await seat.ask("/img cat --as 16:9")
    await expect(answer.locator("code")).to_have_text(["--as", "--ar", "/img cat --ar 16:9"])

    await seat.ask("/lang en")
    answer = await seat.ask("/img cat --as 16:9")
    await expect(answer).to_contain_text("I don't know the option --as. Did you mean --ar?")
    await seat.show("an-7-mistakes")


async def test_markup_typed_by_a_person_stays_text_on_both_sides(seat: Seat) -> None:
    said = "<b>x</b><img src=x onerror=alert(1)>&amp;"
    answer = await seat.ask(f"/img {said}")
    await becomes_a_picture(answer)

    await expect(answer.locator(".text")).to_contain_text(said)
    await expect(answer.locator(".text img")).to_have_count(0)
    await expect(seat.mine.locator(".text")).to_have_text(f"/img {said}")


async def test_on_a_phone_everything_goes_by_keyboard_alone(phone: Seat) -> None:
    await _tab_to(phone, "#chats .chat")
    await phone.page.keyboard.press("Enter")
    await phone.show("phone-1-empty")

    async def order() -> None:
        await phone.page.keyboard.type("/img hoa sen trong đầm")
        await phone.page.keyboard.press("Enter")

    grid = await phone.next_bubble(order)
    await phone.show("phone-2-status")
    await becomes_a_picture(grid)
    await phone.show("phone-3-grid")

    await _tab_to(phone, "[data-testid='button']", "Shift+Tab", text="3")
    picked = await phone.next_bubble(lambda: phone.page.keyboard.press("Enter"))
    await becomes_a_picture(picked)
    await phone.show("phone-4-picked")

    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert 0 == await phone.page.evaluate(wider)


async def test_who_opens_a_chat_and_types_at_once_loses_no_letter(
    chromium: Browser, demo: str
) -> None:
    async with seated(chromium, demo, PHONE) as newcomer:
        row = newcomer.page.locator("#chats .chat").first
        opened = "row => { row.click(); return document.activeElement.id }"
        assert "text" == await row.evaluate(opened)


async def _tab_to(seat: Seat, selector: str, key: str = "Tab", text: str = "") -> None:
    exactly = re.compile(f"^{text}$") if text else re.compile("")
    wanted = seat.page.locator(f"{selector}:focus").filter(has_text=exactly)
    for _ in range(40):
        if await wanted.count():
            return
        await seat.page.keyboard.press(key)
    pytest.fail(f"{selector} {text} can't be reached with {key}.")


async def test_a_reload_in_the_middle_loses_nothing_and_two_windows_see_the_same(
    chromium: Browser, demo: str, seat: Seat
) -> None:
    await seat.turn_speed(5)
    await seat.ask("/img cây cổ thụ trên đồi")
    await seat.page.reload()
    grid = seat.bots.first
    await expect(grid).to_contain_text("cây cổ thụ trên đồi")

    async with seated(chromium, demo, scheme="dark") as other:
        await becomes_a_picture(grid)
        await becomes_a_picture(other.bots.first)
        await seat.next_bubble(grid.get_by_test_id("button").first.click)
        await becomes_a_picture(other.bots.nth(1))
        await other.show("dark-1-picked")
        await expect(other.bots).to_have_count(2)
