"""The chat page in a real browser, by mouse and by keyboard, wide and narrow."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from botapi_client import BareBot, bare_bot, place_of
from page_story import (
    AN,
    BEN,
    GROUP,
    empty_world,
    entities,
    keyboard,
    pressed,
    presses,
    tell_story,
)
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, Route, expect
from samples import picture
from seat import DESKTOP, PHONE, opened_chromium
from serving import listening, port_of, served

from bot.sandbox.page import page
from bot.sandbox.tasks import Pace
from bot.sandbox.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Seat:
    """A person in front of the open page."""

    page: Page
    world: World
    easel: BareBot

    def one(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    def bubble(self, message: dict[str, object]) -> Locator:
        return self.one(f"message-{message['message_id']}")

    def focused(self, testid: str) -> Locator:
        return self.page.locator(f"[data-testid='{testid}']:focus")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with opened_chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def world() -> World:
    return empty_world()


@pytest_asyncio.fixture(loop_scope="module")
async def easel(world: World) -> AsyncIterator[BareBot]:
    async with bare_bot(world) as easel:
        yield easel


class Server:
    """The page on a loopback port, which can go away and come back."""

    def __init__(self, world: World) -> None:
        self._app = page(world, token_path="k3v9", pace=Pace())
        self._port = 0
        self._open = contextlib.AsyncExitStack()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/k3v9/"

    async def start(self) -> None:
        listener = listening(self._port)
        self._port = port_of(listener)
        await self._open.enter_async_context(served(self._app, listener))

    def change_address(self) -> None:
        """As a demo that was started anew: same port, another path."""
        self._app = page(empty_world(), token_path="another", pace=Pace())

    async def stop(self) -> None:
        await self._open.aclose()


@pytest_asyncio.fixture(loop_scope="module")
async def server(world: World) -> AsyncIterator[Server]:
    server = Server(world)
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def seat(
    chromium: Browser, world: World, easel: BareBot, server: Server
) -> AsyncIterator[Seat]:
    async with _seated(chromium, server.url, DESKTOP) as opened:
        yield Seat(opened, world, easel)


@pytest_asyncio.fixture(loop_scope="module")
async def phone(
    chromium: Browser, world: World, easel: BareBot, server: Server
) -> AsyncIterator[Seat]:
    async with _seated(chromium, server.url, PHONE) as opened:
        yield Seat(opened, world, easel)


@contextlib.asynccontextmanager
async def _seated(browser: Browser, url: str, size: tuple[int, int]) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]})
    opened = await context.new_page()
    opened.set_default_timeout(10_000)
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.extend(_complaint(said)))
    opened.on(
        "request",
        lambda asked: (
            None
            if asked.url.startswith((url, "data:", f"blob:{url[:20]}"))
            else complaints.append(asked.url)
        ),
    )
    await opened.goto(url)
    await opened.get_by_test_id(f"chat-{AN}").wait_for()
    yield opened
    await context.close()
    assert complaints == []


def _complaint(said: ConsoleMessage) -> list[str]:
    # A browser logs every connection a stopped server refuses; the page says it in its own words.
    away = "net::ERR_" in said.text or "404" in said.text
    return [said.text] if said.type == "error" and not away else []


async def test_enter_sends_what_was_typed_and_markup_in_it_stays_text(seat: Seat) -> None:
    await seat.one("composer").fill("<b>x</b><img src=x onerror=alert(1)>")
    await seat.page.keyboard.press("Enter")

    bubble = seat.page.locator("[data-from='me']")
    await expect(bubble.locator(".text")).to_have_text("<b>x</b><img src=x onerror=alert(1)>")
    await expect(bubble.locator(".text *")).to_have_count(0)
    await expect(seat.one("composer")).to_have_value("")


async def test_shift_enter_starts_a_new_line(seat: Seat) -> None:
    await seat.one("composer").press_sequentially("one")
    await seat.page.keyboard.press("Shift+Enter")
    await seat.page.keyboard.type("two")
    await seat.page.keyboard.press("Enter")

    await expect(seat.page.locator("[data-from='me']")).to_have_count(1)
    assert seat.world.messages(AN)[-1]["text"] == "one\ntwo"


async def test_a_reply_quotes_what_it_answers(seat: Seat) -> None:
    hello = await seat.easel.say(AN, "Chào An, vẽ gì nào?")
    await seat.bubble(hello).get_by_test_id("reply").click()
    await expect(seat.one("reply-bar")).to_contain_text("Chào An, vẽ gì nào?")
    await seat.page.keyboard.type("vary 3")
    await seat.page.keyboard.press("Enter")

    mine = seat.page.locator("[data-from='me']")
    await expect(mine.get_by_test_id("quote")).to_contain_text("Chào An, vẽ gì nào?")
    await expect(seat.one("reply-bar")).to_be_hidden()
    assert hello["message_id"] == seat.world.messages(AN)[-1]["reply_to_message"]["message_id"]


async def test_escape_cancels_a_reply_but_keeps_the_words(seat: Seat) -> None:
    hello = await seat.easel.say(AN, "Chào")
    await seat.bubble(hello).get_by_test_id("reply").click()
    await seat.page.keyboard.type("hm")
    await seat.page.keyboard.press("Escape")

    await expect(seat.page.locator("#answering")).to_be_hidden()
    await expect(seat.one("composer")).to_have_value("hm")


async def test_a_pressed_button_spins_until_its_answer_which_shows_as_a_toast(seat: Seat) -> None:
    message = await seat.easel.say(AN, "Chọn", reply_markup=keyboard("1|2", "Huỷ"))
    button = seat.bubble(message).get_by_test_id("button").nth(1)
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    assert [(AN, AN, message["message_id"], "2")] == pressed(seat.world)

    [press] = presses(seat.world)
    await seat.easel.answer(press["id"], "Đang lấy ảnh 2")

    await expect(seat.one("toast")).to_have_text("Đang lấy ảnh 2")
    await expect(button).to_have_attribute("aria-busy", "false")


async def test_an_alert_waits_for_ok(seat: Seat) -> None:
    message = await seat.easel.say(AN, "Chọn", reply_markup=keyboard("1"))
    await seat.bubble(message).get_by_test_id("button").click()
    await expect(seat.one("button")).to_have_attribute("aria-busy", "true")
    [press] = presses(seat.world)
    await seat.easel.answer(press["id"], "Không đủ số dư", show_alert=True)

    await expect(seat.one("alert")).to_contain_text("Không đủ số dư")
    await seat.page.keyboard.press("Enter")
    await expect(seat.one("alert")).to_be_hidden()


async def test_an_answer_to_somebody_else_is_not_shown(seat: Seat) -> None:
    message = await seat.easel.say(AN, "Chọn", reply_markup=keyboard("1"))
    await seat.bubble(message).get_by_test_id("button").click()
    await expect(seat.one("button")).to_have_attribute("aria-busy", "true")
    bens = await seat.easel.say(BEN, "Choose", reply_markup=keyboard("1"))
    seat.world.press(BEN, BEN, bens["message_id"], "1")
    by_an, by_ben = presses(seat.world)
    await seat.easel.answer(by_ben["id"], "for Ben")
    await seat.easel.answer(by_an["id"], "cho An")

    await expect(seat.one("toast")).to_have_text("cho An")


async def test_a_status_message_turns_into_the_picture_in_the_same_bubble(seat: Seat) -> None:
    status = await seat.easel.say(AN, "Đang vẽ 10 %", reply_markup=keyboard("Huỷ"))
    bubble = seat.bubble(status)
    await bubble.evaluate("node => { node.sameBubble = true }")
    await seat.easel.edit(status, "Đang vẽ 60 %", reply_markup=keyboard("Huỷ"))
    await expect(bubble.locator(".text")).to_have_text("Đang vẽ 60 %")

    media = {"type": "photo", "media": "attach://done", "caption": "Xong"}
    keys = keyboard("1|2|3|4", "V1|V2|V3|V4")
    await seat.easel.call(
        "editMessageMedia",
        files={"done": picture(900, 600)},
        media=media,
        reply_markup=keys,
        **place_of(status),
    )

    await expect(bubble.get_by_test_id("button")).to_have_count(8)
    box = await bubble.get_by_test_id("photo").bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(900 / 600, abs=0.02)
    assert await bubble.evaluate("node => node.sameBubble")


async def test_reading_above_is_not_disturbed_and_the_bottom_is_kept(seat: Seat) -> None:
    for number in range(40):
        await seat.easel.say(AN, f"Tin {number}")
    last = await seat.easel.say(AN, "Tin cuối")
    await expect(seat.bubble(last)).to_be_in_viewport()

    await seat.page.locator("#scroller").evaluate("node => { node.scrollTop = 0 }")
    await expect(seat.one("jump")).to_be_visible()
    new = await seat.easel.say(AN, "Tin mới")

    await expect(seat.bubble(new)).to_be_attached()
    assert await seat.page.locator("#scroller").evaluate("node => node.scrollTop") == 0
    await seat.one("jump").click()
    await expect(seat.bubble(new)).to_be_in_viewport()


async def test_two_pictures_from_the_picker_go_as_one_album_with_the_caption(
    seat: Seat, tmp_path: Path
) -> None:
    for number in range(2):
        (tmp_path / f"{number}.jpg").write_bytes(picture(300, 200, "JPEG"))
    await seat.one("picker").set_input_files([tmp_path / "0.jpg", tmp_path / "1.jpg"])
    await expect(seat.one("tray").locator("img")).to_have_count(2)
    await seat.one("composer").fill("/img như thế này")
    await seat.page.keyboard.press("Enter")

    await expect(seat.page.locator(".mosaic .tile")).to_have_count(2)
    one, two = seat.world.messages(AN)
    assert one["media_group_id"] == two["media_group_id"]
    assert one["caption"] == "/img như thế này"
    await seat.bubble(two).get_by_test_id("reply").click()
    await seat.page.keyboard.type("upscale")
    await seat.page.keyboard.press("Enter")
    await expect(seat.one("quote")).to_be_visible()
    assert two["message_id"] == seat.world.messages(AN)[-1]["reply_to_message"]["message_id"]


@pytest.mark.parametrize(
    ("target", "event"),
    [
        ("#text", "new ClipboardEvent('paste', {clipboardData: data, bubbles: true})"),
        ("#log", "new DragEvent('drop', {dataTransfer: data, bubbles: true})"),
    ],
)
async def test_a_pasted_or_dropped_picture_waits_in_the_tray_until_it_is_sent(
    seat: Seat, target: str, event: str
) -> None:
    await seat.page.locator(target).evaluate(
        """async (node) => {
            const canvas = new OffscreenCanvas(60, 40);
            canvas.getContext("2d").fillRect(0, 0, 60, 40);
            const data = new DataTransfer();
            data.items.add(new File([await canvas.convertToBlob()], "p.png", {type: "image/png"}));
            node.dispatchEvent(EVENT);
        }""".replace("EVENT", event)
    )
    await expect(seat.one("tray").locator("img")).to_have_count(1)
    assert seat.world.messages(AN) == []

    await seat.one("send").click()

    await expect(seat.one("photo")).to_be_visible()
    await expect(seat.one("tray")).to_be_hidden()


async def test_a_spoiler_is_hidden_until_it_is_touched(seat: Seat) -> None:
    text = "Kết thúc: mèo thắng"
    message = await seat.easel.say(AN, text, entities=entities(text, spoiler="mèo thắng"))
    hidden = seat.bubble(message).locator(".spoiler")
    await expect(hidden.locator("span")).to_have_css("opacity", "0")

    await hidden.click()

    await expect(hidden.locator("span")).to_have_css("opacity", "1")


async def test_formatting_is_drawn_and_a_link_to_anything_but_https_is_not_one(
    seat: Seat,
) -> None:
    text = "🎨 Đậm và /img mèo ở đây hoặc kia"
    marks = entities(text, bold="Đậm", code="/img mèo", text_link="đây")
    marks[2]["url"] = "https://example.org/x"
    marks += [{**entities(text, text_link="kia")[0], "url": "javascript:alert(1)"}]

    bubble = seat.bubble(await seat.easel.say(AN, text, entities=marks))

    await expect(bubble.locator("strong")).to_have_text("Đậm")
    await expect(bubble.locator("code")).to_have_text("/img mèo")
    await expect(bubble.locator("a")).to_have_text(["đây"])
    await expect(bubble.locator(".text")).to_have_text(text)


async def test_other_chats_count_what_was_not_read_and_the_page_speaks_the_persons_language(
    seat: Seat,
) -> None:
    await seat.easel.say(GROUP, "Bức tranh của nhóm")
    await seat.easel.say(BEN, "Your picture")

    await expect(seat.one(f"chat-{GROUP}").locator(".count")).to_have_text("1")
    await expect(seat.one(f"user-{BEN}").locator(".count")).to_have_text("2")
    await seat.one(f"user-{BEN}").click()

    await expect(seat.page.locator("html")).to_have_attribute("lang", "en")
    await expect(seat.one("composer")).to_have_attribute("placeholder", "Write a message…")
    await seat.one(f"chat-{GROUP}").click()
    await expect(seat.one(f"chat-{GROUP}").locator(".count")).to_have_count(0)


async def test_what_is_said_in_a_topic_stays_in_the_topic(seat: Seat) -> None:
    topic = seat.world.messages(GROUP)[0]["message_thread_id"]
    await seat.one(f"chat-{GROUP}").click()
    await seat.one(f"topic-{topic}").click()
    await seat.page.keyboard.type("trong chủ đề")
    await seat.page.keyboard.press("Enter")

    await expect(seat.page.locator("[data-from='me']:not(.service)")).to_have_count(1)
    assert topic == seat.world.messages(GROUP)[-1]["message_thread_id"]
    await seat.one("topic-general").click()
    await expect(seat.page.locator("[data-from='me']")).to_have_count(0)


async def test_a_slash_lists_the_commands_and_tab_takes_one(seat: Seat) -> None:
    await seat.one("composer").press_sequentially("/v")
    await expect(seat.one("commands").locator("li")).to_have_count(2)
    await seat.page.keyboard.press("ArrowDown")
    await seat.page.keyboard.press("Tab")

    await expect(seat.one("composer")).to_have_value("/vary ")
    await expect(seat.one("commands")).to_be_hidden()


async def test_commands_that_come_late_do_not_cover_what_was_sent_meanwhile(seat: Seat) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def dawdle(route: Route) -> None:
        asked.set()
        await answer.wait()
        await route.continue_()

    await seat.page.route("**/commands?*", dawdle)
    await seat.one("composer").press_sequentially("/")
    await asked.wait()
    await seat.page.keyboard.type("start")
    await seat.page.keyboard.press("Enter")
    await expect(seat.page.locator("[data-from='me']")).to_have_count(1)
    async with seat.page.expect_response("**/commands?*"):
        answer.set()
    await seat.page.evaluate("fetch('state')")  # so that the page has had its turn

    await expect(seat.one("commands")).to_be_hidden()


async def test_what_the_bot_is_doing_shows_under_its_name(seat: Seat) -> None:
    await seat.easel.call("sendChatAction", chat_id=AN, action="upload_photo")

    await expect(seat.one("peer-status")).to_have_text("đang gửi ảnh")
    await seat.easel.say(AN, "Đây")
    await expect(seat.one("peer-status")).to_have_text("bot")


async def test_a_picture_opens_large_and_escape_closes_it(seat: Seat) -> None:
    message = await seat.easel.show(AN, "photo", picture(900, 600))
    shown = seat.bubble(message).get_by_test_id("photo")
    await shown.focus()
    await seat.page.keyboard.press("Enter")
    await expect(seat.one("lightbox").locator("img")).to_be_visible()
    await seat.page.keyboard.press("Escape")

    await expect(seat.one("lightbox")).to_be_hidden()
    await expect(shown).to_be_focused()


async def test_a_deleted_message_disappears(seat: Seat) -> None:
    message = await seat.easel.say(AN, "Chào")
    await expect(seat.bubble(message)).to_be_visible()

    await seat.easel.call("deleteMessage", **place_of(message))

    await expect(seat.bubble(message)).to_have_count(0)


async def test_what_happened_while_the_connection_was_lost_is_there_after_it(
    seat: Seat, server: Server
) -> None:
    status = await seat.easel.say(AN, "Đang vẽ 10 %")
    await expect(seat.bubble(status)).to_be_visible()

    await server.stop()
    await expect(seat.page.locator("#offline")).to_be_visible()
    await seat.easel.edit(status, "Xong")
    missed = await seat.easel.say(AN, "Xong ↑")
    await server.start()

    await expect(seat.bubble(missed)).to_be_visible(timeout=20_000)
    await expect(seat.bubble(status).locator(".text")).to_have_text("Xong")
    await expect(seat.page.locator("#offline")).to_be_hidden()


async def test_an_empty_chat_with_the_bot_begins_with_one_button_and_a_group_does_not(
    seat: Seat,
) -> None:
    await seat.one(f"user-{BEN}").click()
    await seat.one("start").click()
    await expect(seat.page.locator("[data-from='me'] .text")).to_have_text("/start")
    assert "/start" == seat.world.messages(BEN)[-1]["text"]

    await seat.one(f"chat-{GROUP}").click()
    await expect(seat.one("start")).to_have_count(0)


async def test_an_old_address_of_a_demo_started_anew_says_so(seat: Seat, server: Server) -> None:
    banner = seat.page.locator("#offline")
    await server.stop()
    await expect(banner).to_have_text("Mất kết nối với bản chạy thử. Đang thử lại…")
    server.change_address()
    await server.start()

    await expect(banner).to_contain_text("địa chỉ mới", timeout=20_000)


async def test_a_narrow_screen_is_lived_on_by_keyboard_alone(phone: Seat) -> None:
    asked = await phone.easel.say(AN, "Chào An", reply_markup=keyboard("1|2"))
    await _press_until_focused(phone, "Tab", f"chat-{AN}")
    await phone.page.keyboard.press("Enter")
    await expect(phone.one("composer")).to_be_focused()
    await expect(phone.one(f"chat-{AN}")).to_be_hidden()

    await phone.page.keyboard.type("helo")
    await phone.page.keyboard.press("Enter")
    mine = phone.page.locator("[data-from='me']")
    await expect(mine).to_have_count(1)
    await phone.page.keyboard.press("ArrowUp")
    await expect(phone.one("edit-bar")).to_be_visible()
    await phone.page.keyboard.press("End")
    await phone.page.keyboard.type("!")
    await phone.page.keyboard.press("Enter")
    await expect(mine.locator(".text")).to_have_text("helo!")

    await _press_until_focused(phone, "Shift+Tab", "button")
    await phone.page.keyboard.press("Enter")
    await expect(phone.bubble(asked).locator("[aria-busy='true']")).to_have_count(1)
    await _press_until_focused(phone, "Tab", "reply")
    await phone.page.keyboard.press("Enter")
    await expect(phone.one("reply-bar")).to_be_visible()
    await phone.page.keyboard.press("Escape")
    await phone.page.keyboard.press("Escape")

    await expect(phone.focused(f"chat-{AN}")).to_have_count(1)
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await phone.page.evaluate(wider) == 0


async def _press_until_focused(seat: Seat, key: str, testid: str) -> None:
    for _ in range(30):
        if await seat.focused(testid).count():
            return
        await seat.page.keyboard.press(key)
    pytest.fail(f"{testid} can't be reached with {key}.")


async def test_a_whole_story_is_drawn_without_a_complaint_and_survives_reload(
    seat: Seat,
) -> None:
    await tell_story(seat.world, seat.easel)
    await expect(seat.page.locator(".mosaic .tile")).to_have_count(5)
    await seat.one("play").click()
    await expect(seat.page.locator("video[controls]")).to_have_count(1)
    before = await seat.page.locator("[data-message-id]").count()

    await seat.page.reload()

    await expect(seat.page.locator("[data-message-id]")).to_have_count(before)
    await expect(seat.one(f"chat-{AN}")).to_have_attribute("aria-current", "true")
