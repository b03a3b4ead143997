"""What a Telegram app does by itself for its person, on the chat page in a real browser."""

from collections.abc import Sequence

import pytest
from botapi_client import place_of
from page_seat import Seat
from page_story import AN, BEN, GROUP, entities, keyboard
from playwright.async_api import expect
from samples import picture

from bot.sandbox.refusal import Json

pytestmark = pytest.mark.asyncio(loop_scope="module")

ASKS = {"force_reply": True, "selective": True, "input_field_placeholder": "ví dụ 1.8"}


async def test_a_question_opens_its_reply_by_itself_and_is_answered_by_typing(seat: Seat) -> None:
    asked = await seat.easel.say(AN, "Lùi xa bao nhiêu?", reply_markup=ASKS)
    await expect(seat.one("reply-bar")).to_contain_text("Lùi xa bao nhiêu?")
    await expect(seat.one("composer")).to_have_attribute("placeholder", "ví dụ 1.8")
    await expect(seat.one("composer")).to_be_focused()

    await seat.page.keyboard.type("1.5")
    await seat.page.keyboard.press("Enter")

    await expect(seat.page.locator("[data-from='me']").get_by_test_id("quote")).to_be_visible()
    said = seat.world.messages(AN)[-1]
    assert ("1.5", asked["message_id"]) == (said["text"], said["reply_to_message"]["message_id"])
    await expect(seat.one("composer")).to_have_attribute("placeholder", "Nhập tin nhắn…")


async def test_a_question_that_waits_is_opened_when_its_chat_is_and_after_a_reload(
    seat: Seat,
) -> None:
    await seat.easel.say(BEN, "How far out?", reply_markup=ASKS)
    await expect(seat.one(f"user-{BEN}").locator(".count")).to_have_text("1")
    await expect(seat.page.locator("#answering")).to_be_hidden()

    await seat.one(f"user-{BEN}").click()
    await expect(seat.one("reply-bar")).to_contain_text("How far out?")
    await seat.page.reload()
    await expect(seat.one("reply-bar")).to_contain_text("How far out?")


async def test_a_question_to_somebody_else_in_the_group_opens_nothing_here(seat: Seat) -> None:
    await seat.one(f"chat-{GROUP}").click()
    text = "Ben, how far?"
    mention = [{**entities(text, text_link="Ben")[0], "url": f"tg://user?id={BEN}"}]
    message = await seat.easel.say(GROUP, text, entities=mention, reply_markup=ASKS)

    await expect(seat.bubble(message)).to_be_visible()
    await expect(seat.page.locator("#answering")).to_be_hidden()


async def test_what_is_being_answered_and_deleted_is_answered_no_more(seat: Seat) -> None:
    asked = await seat.easel.say(AN, "Lùi xa bao nhiêu?", reply_markup=ASKS)
    await expect(seat.one("reply-bar")).to_be_visible()
    await seat.page.keyboard.type("1.5")

    await seat.easel.call("deleteMessage", **place_of(asked))

    await expect(seat.page.locator("#answering")).to_be_hidden()
    await expect(seat.one("composer")).to_have_value("1.5")


async def test_the_end_stays_in_view_when_a_reply_opens_below_it(phone: Seat) -> None:
    for number in range(30):
        last = await phone.easel.say(AN, f"Tin {number}")
    await phone.one(f"chat-{AN}").click()
    await expect(phone.bubble(last).locator(".meta")).to_be_in_viewport(ratio=1)

    asked = await phone.easel.say(AN, "Lùi xa bao nhiêu?", reply_markup=ASKS)

    await expect(phone.one("reply-bar")).to_be_visible()
    await expect(phone.bubble(asked).locator(".meta")).to_be_in_viewport(ratio=1)
    await expect(phone.one("jump")).to_be_hidden()


def _link(text: str, url: str) -> Json:
    marks: Sequence[Json] = [{**entities(text, text_link=text)[0], "url": url}]
    return {"text": text, "entities": marks}


async def test_an_address_of_the_bot_opens_the_private_chat_and_says_its_word(seat: Seat) -> None:
    await seat.one(f"chat-{GROUP}").click()
    address = "https://t.me/easel_bot?start=K7QD4"
    sent = await seat.easel.call("sendMessage", chat_id=GROUP, **_link("K7QD4", address))
    await seat.bubble(sent).get_by_test_id("link").click()

    await expect(seat.one(f"chat-{AN}")).to_have_attribute("aria-current", "true")
    await expect(seat.page.locator("[data-from='me'] .text")).to_have_text("/start K7QD4")
    assert "/start K7QD4" == seat.world.messages(AN)[-1]["text"]


async def test_a_button_with_an_address_of_the_bot_does_the_same_where_one_is(seat: Seat) -> None:
    markup = {"inline_keyboard": [[{"text": "Mở", "url": "https://t.me/Easel_bot?start=help"}]]}
    await seat.easel.say(AN, "Xem riêng", reply_markup=markup)
    await seat.one("button").click()

    await expect(seat.page.locator("[data-from='me'] .text")).to_have_text("/start help")


async def test_any_other_address_is_shown_and_not_opened(seat: Seat) -> None:
    sent = await seat.easel.call(
        "sendMessage", chat_id=AN, **_link("trang web", "https://example.org/x")
    )
    await seat.bubble(sent).get_by_test_id("link").click()

    await expect(seat.one("alert")).to_contain_text("https://example.org/x")
    assert 1 == len(seat.page.context.pages)


async def test_a_command_line_is_copied_by_a_tap_and_offered_for_the_line(seat: Seat) -> None:
    text = "Ý bạn là /img mèo --ar 16:9"
    marks = entities(text, code="/img mèo --ar 16:9")
    sent = await seat.easel.say(AN, text, entities=marks)
    await seat.bubble(sent).locator("code").click()
    await expect(seat.one("toast")).to_contain_text("Đã chép")

    await seat.one("offer").click()

    await expect(seat.one("composer")).to_have_value("/img mèo --ar 16:9")
    await expect(seat.one("composer")).to_be_focused()
    await expect(seat.one("composer")).to_have_css("height", "40px")
    await expect(seat.one("toast")).to_have_count(0)


async def test_a_code_is_copied_without_an_offer(seat: Seat) -> None:
    sent = await seat.easel.say(AN, "K7QD4", entities=entities("K7QD4", code="K7QD4"))
    await seat.bubble(sent).locator("code").click()

    await expect(seat.one("toast")).to_have_text("Đã chép")


async def test_a_picture_is_passed_on_to_another_chat(seat: Seat) -> None:
    sent = await seat.easel.show(AN, "photo", picture(300, 200), caption="Mèo")
    await seat.bubble(sent).hover()
    await seat.bubble(sent).get_by_test_id("forward").click()
    await seat.one("pick").get_by_test_id(f"pick-{GROUP}").click()

    await expect(seat.one(f"chat-{GROUP}")).to_have_attribute("aria-current", "true")
    mine = seat.page.locator("[data-from='me']:not(.service)")
    await expect(mine.locator(".origin")).to_have_text("Chuyển tiếp từ Easel")
    await expect(mine.get_by_test_id("photo")).to_be_visible()
    assert sent["photo"] == seat.world.messages(GROUP)[-1]["photo"]


async def test_news_from_another_chat_shows_for_a_moment_and_leads_there(phone: Seat) -> None:
    await phone.one(f"chat-{AN}").click()
    sent = await phone.easel.say(GROUP, "Bức tranh của nhóm")
    await expect(phone.one("elsewhere")).to_have_text("1")

    await phone.one("notice").click()

    await expect(phone.bubble(sent)).to_be_visible()
    await expect(phone.one("notice")).to_have_count(0)
    await expect(phone.one("elsewhere")).to_be_hidden()


async def test_the_menu_opens_by_a_button_and_a_click_in_it_sends_the_command(seat: Seat) -> None:
    await seat.one("slash").click()
    await expect(seat.one("commands").locator("li")).to_have_count(5)
    await seat.one("commands").get_by_text("/quota").click()

    await expect(seat.page.locator("[data-from='me'] .text")).to_have_text("/quota")
    await expect(seat.one("commands")).to_be_hidden()


async def test_a_picture_sent_as_a_file_has_a_face(seat: Seat) -> None:
    sent = await seat.easel.show(AN, "document", ("K7QD4.png", picture(900, 600)))
    face = seat.bubble(sent).get_by_test_id("file").locator("img")

    await expect(face).to_be_visible()
    await expect(face).to_have_js_property("naturalWidth", 320)


async def test_long_labels_are_read_whole_on_a_narrow_page(phone: Seat) -> None:
    keys = keyboard("🔍 Phóng to nhẹ nhàng · 150 ₫|🌟 Phóng to sáng tạo · 150 ₫")
    sent = await phone.easel.show(AN, "photo", picture(600, 600), reply_markup=keys)
    await phone.one(f"chat-{AN}").click()

    labels = phone.bubble(sent).get_by_test_id("button").locator("span")
    await expect(labels).to_have_count(2)
    for label in await labels.all():
        assert await label.evaluate("node => node.scrollWidth <= node.clientWidth")
