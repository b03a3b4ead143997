"""Paying in Stars on the chat page, in a real browser: the card, the sheet, the receipt."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from page_seat import Seat
from page_story import AN, BEN, GROUP
from playwright.async_api import Locator, expect
from selling import WORDS, asked

from bot.sandbox.refusal import Json

pytestmark = pytest.mark.asyncio(loop_scope="module")

YES: Json = {"ok": True}
NO: Json = {"ok": False, "error_message": WORDS}
PLAN = "Số dư 66.000 ₫ của bạn, không bao giờ hết hạn."


async def billed(seat: Seat, chat_id: int, stars: int = 200, **more: Any) -> Json:
    price = [{"label": "Nạp", "amount": stars}]
    told: Json = {"title": "Nạp 66.000 ₫", "description": PLAN, "payload": "p:1", "currency": "XTR"}
    return dict(await seat.easel.call("sendInvoice", chat_id=chat_id, prices=price, **told, **more))


@contextlib.asynccontextmanager
async def answering(seat: Seat, *answers: Json) -> AsyncIterator[None]:
    """The bot's side: says so to the next questions, one after the other."""

    async def answer() -> None:
        for each in answers:
            query = await asked(seat.world)
            await seat.easel.call(
                "answerPreCheckoutQuery", pre_checkout_query_id=query["id"], **each
            )

    task = asyncio.create_task(answer())
    yield
    await task


def pay_key(bubble: Locator) -> Locator:
    return bubble.get_by_test_id("button").first


async def test_an_invoice_is_paid_by_keyboard_and_becomes_a_receipt(seat: Seat) -> None:
    bubble = seat.bubble(await billed(seat, AN))
    await expect(bubble.get_by_test_id("invoice")).to_contain_text("Nạp 66.000 ₫")
    await expect(bubble.get_by_test_id("invoice")).to_contain_text("⭐ 200")
    await expect(seat.one("stars")).to_have_text("⭐ 50.000")

    async with answering(seat, YES):
        await pay_key(bubble).focus()
        await seat.page.keyboard.press("Enter")
        await expect(seat.one("pay")).to_contain_text("Bạn đang có ⭐ 50.000")
        await expect(seat.one("pay-confirm")).to_be_focused()
        await seat.page.keyboard.press("Enter")
        await expect(seat.one("pay")).to_be_hidden()

    await expect(seat.page.locator("#log > .service")).to_have_text("An đã trả ⭐ 200")
    await expect(pay_key(bubble)).to_have_text("Biên nhận")
    await expect(seat.one("stars")).to_have_text("⭐ 49.800")
    await seat.page.reload()
    await pay_key(bubble).click()
    await expect(seat.one("pay")).to_contain_text("đã được thanh toán")
    await expect(seat.one("pay-confirm")).to_have_count(0)
    await seat.page.keyboard.press("Escape")
    await expect(seat.one("pay")).to_be_hidden()


async def test_the_bots_no_is_read_in_the_sheet_and_another_try_is_possible(seat: Seat) -> None:
    bubble = seat.bubble(await billed(seat, AN))
    async with answering(seat, NO, YES):
        await pay_key(bubble).click()
        await seat.one("pay-confirm").click()
        await expect(seat.one("pay-refused")).to_have_text(WORDS)
        await seat.one("pay-confirm").click()
        await expect(seat.one("pay")).to_be_hidden()
    await expect(pay_key(bubble)).to_have_text("Biên nhận")


async def test_who_has_too_few_stars_reads_it_in_their_own_language(seat: Seat) -> None:
    seat.world.till.stars.of[BEN] = 150
    await seat.page.reload()
    await seat.one(f"user-{BEN}").click()
    await seat.one(f"chat-{BEN}").click()
    await expect(seat.one("stars")).to_have_text("⭐ 150")
    await pay_key(seat.bubble(await billed(seat, BEN))).click()
    await seat.one("pay-confirm").click()
    await expect(seat.one("pay-refused")).to_have_text("You do not have enough Stars.")


async def test_in_a_group_one_pays_and_the_others_see_a_receipt(seat: Seat) -> None:
    bubble = seat.bubble(await billed(seat, GROUP))
    await seat.one(f"chat-{GROUP}").click()
    async with answering(seat, YES):
        await pay_key(bubble).click()
        await seat.one("pay-confirm").click()
        await expect(pay_key(bubble)).to_have_text("Biên nhận")
    await seat.one(f"user-{BEN}").click()
    await seat.one(f"chat-{GROUP}").click()
    await expect(pay_key(bubble)).to_have_text("Receipt")
    await expect(seat.page.locator("#log > .service").last).to_have_text("An paid ⭐ 200")


async def test_a_link_opens_the_same_sheet_and_a_refund_is_told(phone: Seat) -> None:
    terms: Json = {"title": "Gói tháng", "description": PLAN, "payload": "p:2", "currency": "XTR"}
    price = [{"label": "Gói", "amount": 9000}]
    month: Json = {"subscription_period": 2_592_000, "prices": price}
    url = await phone.easel.call("createInvoiceLink", **terms, **month)
    keys = {"inline_keyboard": [[{"text": "Mua gói", "url": url}]]}
    await phone.one(f"chat-{AN}").click()
    bubble = phone.bubble(await phone.easel.say(AN, "Gói tháng đây", reply_markup=keys))

    async with answering(phone, YES):
        await pay_key(bubble).click()
        await expect(phone.one("pay")).to_contain_text("sau mỗi 30 ngày")
        await phone.one("pay-confirm").click()
        await expect(phone.one("pay")).to_be_hidden()
    said = phone.page.locator("#log > .service")
    await expect(said).to_have_text("An đã trả ⭐ 9.000 cho 30 ngày")

    phone.world.refund_elsewhere(next(iter(phone.world.charges)))
    await expect(said.last).to_have_text("⭐ 9.000 đã được hoàn lại cho An")
    await phone.one("back").click()
    await expect(phone.one("stars")).to_have_text("⭐ 50.000")
