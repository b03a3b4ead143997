"""The group view of the page: who is an admin, and who speaks as the group itself."""

import pytest
from page_seat import Seat
from page_story import AN, BEN, GROUP
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
