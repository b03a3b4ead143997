"""What the chat page shows of what happens in the world, in a real browser."""

import asyncio

import pytest
from botapi_client import place_of
from page_seat import Seat
from page_story import AN, BEN, GROUP, entities, keyboard, tell_story
from playwright.async_api import expect
from samples import picture

pytestmark = pytest.mark.asyncio(loop_scope="module")


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


async def test_a_chat_opens_at_its_end_whatever_arrives_and_however_the_one_before_was_left(
    seat: Seat,
) -> None:
    for number in range(30):
        await seat.easel.say(AN, f"Tin {number}")
    await seat.easel.say(GROUP, "Bức tranh của nhóm")
    up = "node => { node.scrollTop -= 300 }"
    await seat.page.locator("#scroller").evaluate(up)
    await expect(seat.one("jump")).to_be_visible()
    await seat.one(f"chat-{GROUP}").click()
    await expect(seat.one("jump")).to_be_hidden()

    for _ in range(2):  # then as the chat that is open already
        await asyncio.gather(seat.one(f"chat-{AN}").click(), seat.easel.say(AN, "Vừa tới\n" * 9))
        last = await seat.easel.say(AN, "Cuối\n" * 5, reply_markup={"force_reply": True})
        await expect(seat.bubble(last).locator(".meta")).to_be_in_viewport(ratio=1)
        await expect(seat.one("jump")).to_be_hidden()
        await seat.page.locator("#scroller").evaluate(up)
        await expect(seat.one("jump")).to_be_visible()


async def test_on_a_phone_who_left_a_chat_above_its_end_comes_back_to_the_end(phone: Seat) -> None:
    for number in range(30):
        await phone.easel.say(AN, f"Tin {number}")
    await phone.one(f"chat-{AN}").click()
    await phone.page.locator("#scroller").evaluate("node => { node.scrollTop = 0 }")
    await expect(phone.one("jump")).to_be_visible()
    await phone.one("back").click()
    asked = await phone.easel.say(AN, "Lùi xa bao nhiêu?", reply_markup={"force_reply": True})

    await phone.one(f"chat-{AN}").click()

    await expect(phone.one("reply-bar")).to_be_visible()
    await expect(phone.bubble(asked).locator(".meta")).to_be_in_viewport(ratio=1)
    await expect(phone.one("jump")).to_be_hidden()


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
    await expect(bubble.get_by_test_id("link")).to_have_text(["đây"])
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


async def test_what_happened_while_the_connection_was_lost_is_there_after_it(seat: Seat) -> None:
    status = await seat.easel.say(AN, "Đang vẽ 10 %")
    await expect(seat.bubble(status)).to_be_visible()

    await seat.server.stop()
    await expect(seat.page.locator("#offline")).to_be_visible()
    await seat.easel.edit(status, "Xong")
    missed = await seat.easel.say(AN, "Xong ↑")
    await seat.server.start()

    await expect(seat.bubble(missed)).to_be_visible(timeout=20_000)
    await expect(seat.bubble(status).locator(".text")).to_have_text("Xong")
    await expect(seat.page.locator("#offline")).to_be_hidden()


async def test_an_old_address_of_a_demo_started_anew_says_so(seat: Seat) -> None:
    banner = seat.page.locator("#offline")
    await seat.server.stop()
    await expect(banner).to_have_text("Mất kết nối với bản chạy thử. Đang thử lại…")
    seat.server.change_address()
    await seat.server.start()

    await expect(banner).to_contain_text("địa chỉ mới")


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
