"""The group view of the page: who is an admin, and who speaks as the group itself."""

import pytest
from page_seat import Seat
from page_story import AN, BEN, GROUP, keyboard
from playwright.async_api import expect

from bot.sandbox.shapes import ANONYMOUS_ADMIN

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def write(seat: Seat, text: str) -> None:
    await seat.one("composer").fill(text)
    await seat.page.keyboard.press("Enter")


async def test_an_admin_speaks_as_the_group_and_as_herself_again(seat: Seat) -> None:
    await expect(seat.one("voice")).to_be_hidden()  # alone with the bot there is no group
    await seat.one(f"chat-{GROUP}").click()
    await expect(seat.one("voice")).to_have_attribute("aria-pressed", "false")
    await seat.one("voice").click()
    await expect(seat.one("voice")).to_have_attribute("aria-pressed", "true")
    await write(seat, "/settings")
    await expect(seat.page.locator("#log .author")).to_have_text("Xưởng vẽquản trị viên")
    hidden = seat.world.messages(GROUP)[-1]
    assert (ANONYMOUS_ADMIN["id"], GROUP) == (hidden["from"]["id"], hidden["sender_chat"]["id"])

    await seat.one("voice").click()
    await write(seat, "/jobs")
    await expect(seat.page.locator("[data-from='me']:not(.service)")).to_have_count(1)
    assert AN == seat.world.messages(GROUP)[-1]["from"]["id"]


async def test_a_member_who_is_no_admin_has_no_other_voice(seat: Seat) -> None:
    seat.world.send_text(AN, GROUP, "chào cả nhà")
    await seat.one(f"user-{BEN}").click()
    await seat.one(f"chat-{GROUP}").click()
    await expect(seat.one("voice")).to_be_hidden()
    await expect(seat.page.locator("#log .author")).to_have_text("Anadmin")


async def test_who_speaks_as_the_group_reads_so_in_the_line(seat: Seat) -> None:
    await seat.one(f"chat-{GROUP}").click()
    await seat.one("voice").click()
    await expect(seat.one("composer")).to_have_attribute("placeholder", "Nhập với tên nhóm…")
    await seat.one(f"chat-{AN}").click()
    await expect(seat.one("composer")).to_have_attribute("placeholder", "Nhập tin nhắn…")


async def test_a_group_says_who_its_admins_are(seat: Seat) -> None:
    await seat.one(f"chat-{GROUP}").click()
    await expect(seat.one("peer-status")).to_have_text("2 thành viên và bot · quản trị: An")


async def test_an_address_of_a_topic_opens_it(seat: Seat) -> None:
    topic = seat.world.add_topic(GROUP, "Mèo")
    await seat.one(f"chat-{GROUP}").click()
    url = f"https://t.me/c/{-GROUP - 10**12}"
    for number, shown in ((topic, topic), (1, "general")):
        button = {"text": "Mở", "url": f"{url}/{number}"}
        said = await seat.easel.say(GROUP, "Sang đó", reply_markup={"inline_keyboard": [[button]]})
        await seat.one("topic-general").click()
        await seat.bubble(said).get_by_test_id("button").click()
        await expect(seat.one(f"topic-{shown}")).to_have_attribute("aria-pressed", "true")


async def test_a_command_tapped_in_a_group_is_said_to_the_bot(seat: Seat) -> None:
    await seat.one(f"chat-{GROUP}").click()
    said = await seat.easel.say(GROUP, "Gửi /settings ở đây")
    await seat.bubble(said).get_by_role("button", name="/settings").click()
    await expect(seat.page.locator("[data-from='me'] .text")).to_have_text("/settings@easel_bot")


async def test_what_was_said_to_one_person_is_not_shown_to_the_next(seat: Seat) -> None:
    said = await seat.easel.say(AN, "Bấm đi", reply_markup=keyboard("Bấm"))
    await seat.bubble(said).get_by_test_id("button").click()
    query = (await seat.easel.call("getUpdates"))[-1]["callback_query"]
    await seat.easel.call("answerCallbackQuery", callback_query_id=query["id"], text="Đã lưu")
    await expect(seat.one("toast")).to_have_text("Đã lưu")
    await seat.one(f"user-{BEN}").click()
    assert 0 == await seat.one("toast").count()
