"""An invoice in Stars as the bot sends it: what Telegram takes, shows and refuses."""

import pytest
import telegram
from botapi_client import TOKEN, http_client, real_bot
from clock import Clock
from selling import agreed, invoice
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest

from bot.sandbox.invoices import MONTH_S
from bot.sandbox.limits import Limits
from bot.sandbox.refusal import Json
from bot.sandbox.world import World


async def test_an_invoice_is_a_message_with_a_price_and_a_pay_button(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    message_id = await invoice(bot, lan)
    message = telegram.Message.de_json(world.message(lan, message_id), bot)
    assert message.invoice is not None
    assert ("Balance", "66,000 ₫", "XTR", 200) == (
        message.invoice.title,
        message.invoice.description,
        message.invoice.currency,
        message.invoice.total_amount,
    )
    assert message.reply_markup is not None
    button = message.reply_markup.inline_keyboard[0][0]
    assert ("Pay ⭐️200", True) == (button.text, button.pay)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "x" * 33},
        {"title": ""},
        {"description": "x" * 256},
        {"payload": "ư" * 65},
        {"payload": ""},
        {"provider_token": "shop:1"},
        {"currency": "VND"},
        {"prices": []},
        {"prices": [{"label": "a", "amount": 1}, {"label": "b", "amount": 1}]},
        {"prices": [{"label": "a", "amount": 0}]},
        {"prices": [{"label": "a", "amount": 25_001}]},
        {"prices": [{"label": "a", "amount": 1.5}]},
        {"subscription_period": 86_400},
        {"subscription_period": MONTH_S, "prices": [{"label": "a", "amount": 10_001}]},
        {"photo_url": "https://a.test/a.png"},
    ],
)
async def test_an_invoice_telegram_would_not_take_is_refused(world: World, wrong: Json) -> None:
    right: Json = {"title": "a", "description": "a", "payload": "a", "currency": "XTR"}
    right["prices"] = [{"label": "a", "amount": 10_000}]
    async with http_client(world) as client:
        url = f"/bot{TOKEN}/createInvoiceLink"
        assert (await client.post(url, json=right)).json()["ok"]
        assert 400 == (await client.post(url, json={**right, **wrong})).status_code


async def test_the_first_button_of_an_invoice_pays_and_no_button_elsewhere_does(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    pay = InlineKeyboardButton("Pay 200 ⭐", pay=True)
    other = InlineKeyboardButton("Plans", callback_data="P")
    assert await invoice(bot, lan, reply_markup=InlineKeyboardMarkup([[pay], [other]]))
    for rows in ([[other], [pay]], [[other]], [[pay], [pay]]):
        with pytest.raises(BadRequest):
            await invoice(bot, lan, reply_markup=InlineKeyboardMarkup(rows))
    with pytest.raises(BadRequest):
        await bot.send_message(lan, "a", reply_markup=InlineKeyboardMarkup([[pay]]))
    assert 1 == len(world.messages(lan))


async def test_an_invoice_keeps_its_price_when_its_buttons_change_and_is_nothing_else(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    message_id = await invoice(bot, lan)
    pay = InlineKeyboardMarkup([[InlineKeyboardButton("Trả ⭐200", pay=True)]])
    await bot.edit_message_reply_markup(lan, message_id, reply_markup=pay)
    assert 200 == world.message(lan, message_id)["invoice"]["total_amount"]
    for wrong in (
        bot.edit_message_text("a", lan, message_id),
        bot.edit_message_caption(lan, message_id, caption="a"),
    ):
        with pytest.raises(BadRequest):
            await wrong
    assert await agreed(bot, world, world.pay(lan, lan, message_id))


async def test_an_invoice_counts_as_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "PTB_TIMEDELTA", "1"
    )  # else the library warns whenever it makes a RetryAfter
    clock = Clock()
    world = World(token=TOKEN, clock=clock, limits=Limits(chat_burst=1))
    who = world.add_user("Lan")["id"]
    async with real_bot(world) as bot:
        await invoice(bot, who)
        with pytest.raises(telegram.error.RetryAfter):
            await invoice(bot, who)
