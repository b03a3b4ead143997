"""Paying in with Stars: what is sold, the invoice, the payment, and whom it is refused."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from beside import change, handled, rows
from counters import PLANS, Counter, built_counter, is_thanks, sentence
from story import labels, words
from telling import forge, press, said_to, until

from bot.money.payments import Refusal
from bot.sandbox.till import PaymentRefused


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with built_counter(tmp_path) as counter:
        yield counter


async def test_a_pack_is_chosen_paid_and_thanked_for_with_the_new_balance_and_plan(
    counter: Counter,
) -> None:
    an = counter.story.person("An", "en")
    async with counter.opened():
        sold = await an.answer_to(an.say("/buy"))
        assert ["⭐ 200 · ₫66,000", "⭐ 500 · ₫165,000"] == [row[0] for row in labels(sold)[:2]]
        assert "begins the plan Prepaid" in words(sold)
        assert "more than one Stars invoice" in words(sold)
        assert "@shop" in words(sold)
        invoice = await counter.invoice(an, "⭐ 200")
        assert ("Top up ₫66,000", 200) == (
            invoice["invoice"]["title"],
            invoice["invoice"]["total_amount"],
        )
        await counter.pay(an, invoice)
        thanks = words(await an.sees(is_thanks))
        assert "₫66,000 is in, and your balance is now ₫66,000" in thanks
        assert "plan Prepaid is on" in thanks
        assert "Prepaid" in await said_to(an, "/quota")


async def test_in_a_group_anybody_fills_the_groups_wallet_and_ones_own_is_a_link_away(
    counter: Counter,
) -> None:
    an, binh = counter.story.person("An", "en"), counter.story.person("Bình", "en")
    group = counter.story.group("Painters", an, binh)
    async with counter.opened():
        sold = await an.answer_to(an.say("/buy@easel_bot", chat=group), chat=group)
        assert "Everybody pays for themselves here" in words(sold)
        (own,) = [
            button["url"]
            for row in sold["reply_markup"]["inline_keyboard"]
            for button in row
            if "url" in button
        ]
        assert own.endswith("?start=buy")
        assert not [row for row in labels(sold) if "Monthly" in row[0]]
        invoice = await counter.invoice(an, "⭐ 200", chat=group)
        assert "Painters" in invoice["invoice"]["description"]
        await counter.pay(binh, invoice)
        thanks = words(await an.sees(is_thanks, chat=group))
        assert "Thank you, Bình, for ₫66,000! The group's wallet now has ₫66,000" in thanks
        assert (66_000, 0) == (counter.balance(group), counter.balance(binh.user_id))
        assert "Your balance" in await said_to(binh, "/start buy")


async def test_a_month_that_fits_is_a_subscription_that_goes_on_by_itself(
    counter: Counter,
) -> None:
    an = counter.story.person("An", "en")
    async with counter.opened():
        sold = await an.answer_to(an.say("/buy"))
        await press(an, sold, "Monthly")
        asked = await an.sees(lambda m: "renewed every 30 days" in words(m))
        (url,) = [b["url"] for row in asked["reply_markup"]["inline_keyboard"] for b in row]
        charge = await counter.story.world.pay_link(an.user_id, url)
        first = await an.sees(is_thanks)
        assert "plan Monthly runs until" in words(first)
        counter.story.world.renew(charge)
        second = await an.sees(is_thanks, after=first)
        assert "balance is now ₫660,000" in words(second)
        assert words(first).splitlines()[1] != words(second).splitlines()[1]
        ((days,),) = rows(counter.story, "SELECT (ends_at - began_at) / 86400000 FROM plan_term")
        assert 60 == days
        with pytest.raises(PaymentRefused, match="Monthly is running"):
            await counter.story.world.pay_link(an.user_id, url)


async def test_forged_foreign_paid_and_outdated_invoices_are_refused_in_a_sentence(
    counter: Counter,
) -> None:
    an, binh = counter.story.person("An", "en"), counter.story.person("Bình", "vi")
    world = counter.story.world
    async with counter.opened():
        invoice = await counter.invoice(an, "⭐ 200")
        ((payload,),) = rows(counter.story, "SELECT invoice_id FROM invoice")
        assert (False, sentence(Refusal.UNKNOWN)) == await world.checkout(
            an.user_id, payload="forged", stars=200
        )
        yes, said = await world.checkout(binh.user_id, payload=payload, stars=200)
        assert (False, True) == (yes, "người khác" in said)
        for stars, currency in ((1, "XTR"), (200, "VND")):
            asked = world.checkout(an.user_id, payload=payload, stars=stars, currency=currency)
            assert (False, sentence(Refusal.CHANGED)) == await asked
        again = await counter.invoice(an, "⭐ 500")
        await counter.pay(an, invoice)
        await an.sees(is_thanks)
        paid = await world.checkout(an.user_id, payload=payload, stars=200)
        assert (False, sentence(Refusal.PAID)) == paid
        await change(counter.story, "UPDATE invoice SET created_at = created_at - 86400000")
        assert sentence(Refusal.OLD) == await counter.refused(an, again)
    async with counter.opened(rate=331):
        await change(counter.story, "UPDATE invoice SET created_at = created_at + 86400000")
        assert sentence(Refusal.CHANGED) == await counter.refused(an, again)
    assert 66_000 == counter.balance(an.user_id)


async def test_the_words_are_in_the_readers_language(counter: Counter) -> None:
    an = counter.story.person("An", "vi")
    async with counter.opened():
        sold = await an.answer_to(an.say("/buy"))
        assert "⭐ 200 · 66.000 ₫" == labels(sold)[0][0]
        assert "Hóa đơn đang đến ngay đây." == await press(an, sold, "⭐ 200")
        invoice = await an.sees(lambda m: "invoice" in m)
        assert "Nạp 66.000 ₫" == invoice["invoice"]["title"]
        await counter.pay(an, invoice)
        await an.sees("Đã cộng 66.000 ₫, số dư bây giờ là 66.000 ₫")
        assert "đã được trả rồi" in str(
            await counter.story.world.checkout(
                an.user_id,
                payload=rows(counter.story, "SELECT invoice_id FROM invoice")[0][0],
                stars=200,
            )
        )


async def test_whoever_is_banned_may_not_pay_but_what_they_have_paid_is_credited(
    counter: Counter,
) -> None:
    an = counter.story.person("An", "en")
    async with counter.opened():
        invoice = await counter.invoice(an, "⭐ 200")
        await change(counter.story, "UPDATE user SET is_banned = 1")
        assert "@shop" in await counter.refused(an, invoice)
        await change(counter.story, "UPDATE user SET is_banned = 0")
        send = counter.story.world.hold_next("answerPreCheckoutQuery")
        paying = asyncio.ensure_future(counter.pay(an, invoice))
        await send.arrived()
        await change(counter.story, "UPDATE user SET is_banned = 1")
        send.release()
        await paying
        await an.sees(is_thanks)
        assert 66_000 == counter.balance(an.user_id)


async def test_a_plan_that_runs_keeps_another_from_being_sold_and_from_being_paid(
    counter: Counter,
) -> None:
    an = counter.story.person("An", "en")
    async with counter.opened():
        weekly = await counter.invoice(an, "Weekly")
        sold = await an.answer_to(an.say("/buy"))
        await press(an, sold, "Monthly")
        asked = await an.sees(lambda m: "renewed every 30 days" in words(m))
        (url,) = [b["url"] for row in asked["reply_markup"]["inline_keyboard"] for b in row]
        await counter.story.world.pay_link(an.user_id, url)
        await an.sees(is_thanks)
        assert "Monthly is running" in await counter.refused(an, weekly)
        assert "A plan that ends by itself is running" in await press(an, sold, "Weekly")
        sold = await an.answer_to(an.say("/buy"))
        assert "You can buy it after" in words(sold)
        assert not [row for row in labels(sold) if "Weekly" in row[0]]


@pytest.mark.parametrize(
    ("language", "ends", "again", "after"),
    [
        (
            "vi",
            r"Gói Weekly chạy đến (.+)\.",
            (
                "Gói Weekly: 90.000 ₫ để dùng trong 7 ngày, phần còn lại hết hạn khi gói kết thúc.\n"
                "Bạn đang có gói này đến {}; mua nữa là cộng thêm tiền và dùng được đến {}."
            ),
            "Nạp là có thêm gói Prepaid, dùng khi gói Weekly kết thúc.",
        ),
        (
            "en",
            r"The plan Weekly runs until (.+)\.",
            (
                "Plan Weekly: ₫90,000 to use within 7 days; what is left then lapses.\n"
                "You have it until {}: bought again, its money is added and it runs until {}."
            ),
            "Paying in brings the plan Prepaid, for when Weekly ends.",
        ),
    ],
)
async def test_who_has_a_plan_reads_what_buying_it_again_adds_and_what_comes_after(
    counter: Counter, language: str, ends: str, again: str, after: str
) -> None:
    an = counter.story.person("An", language)
    async with counter.opened():
        sold = await an.answer_to(an.say("/buy"))
        assert again.partition("\n")[0] in words(sold).split("\n\n")
        pages, until_when = [], []
        for _ in range(2):
            await press(an, sold, "Weekly")
            await counter.pay(an, await an.sees(lambda m: "invoice" in m, after=sold))
            thanks = re.search(ends, words(await an.sees(is_thanks, after=sold)))
            assert thanks is not None
            until_when.append(thanks[1])
            sold = await an.answer_to(an.say("/buy"))
            pages.append(words(sold).split("\n\n"))
        assert after in pages[0]
        assert again.format(*until_when) in pages[0]


async def test_a_made_up_button_sells_nothing(counter: Counter) -> None:
    an = counter.story.person("An", "en")
    async with counter.opened():
        sold = await an.answer_to(an.say("/buy"))
        for how in (
            "pack=1=prepaid",
            "pack=100=prepaid",
            "pack=200=",
            "plan=forever",
            "plan=x",
            "?",
        ):
            assert "not sold like that" in await forge(an, sold, f"B:::{how}")
        assert [] == rows(counter.story, "SELECT 1 FROM invoice")


async def test_a_finger_that_taps_twice_gets_one_invoice(counter: Counter) -> None:
    an = counter.story.person("An", "en")
    async with counter.opened():
        sold = await an.answer_to(an.say("/buy"))
        assert await press(an, sold, "⭐ 200") != await press(an, sold, "⭐ 200")
        await handled(counter.story)
        assert [(1,)] == rows(counter.story, "SELECT COUNT(*) FROM invoice")


async def test_an_invoice_whose_arrival_is_unknown_may_come_twice_and_each_is_paid_once(
    counter: Counter,
) -> None:
    an = counter.story.person("An", "en")
    async with counter.opened():
        sold = await an.answer_to(an.say("/buy"))
        counter.story.world.lose_answer_of_next("sendInvoice")
        await press(an, sold, "⭐ 200")
        await until(lambda: 2 == len([m for m in an.from_bot() if "invoice" in m]))
        one, two = [m for m in an.from_bot() if "invoice" in m]
        await counter.pay(an, one)
        await an.sees(is_thanks)
        assert sentence(Refusal.PAID) == await counter.refused(an, two)
        assert 66_000 == counter.balance(an.user_id)


async def test_without_stars_the_shop_is_named(counter: Counter) -> None:
    an = counter.story.person("An", "en")
    text = PLANS.replace("[stars]\nvnd_per_star = {rate}\npacks = [100, 200, 500]\n", "")
    async with counter.opened(text=text):
        sold = await an.answer_to(an.say("/buy"))
        assert "Paying with Telegram Stars is not on here" in words(sold)
        assert "@shop" in words(sold)
        assert [] == labels(sold)


async def test_a_payment_of_before_a_restored_backup_is_credited_and_the_operator_is_told(
    counter: Counter,
) -> None:
    an, operator = counter.story.person("An", "en"), counter.story.person("Boss", "en")
    async with counter.opened({"BOT_ADMIN_IDS": str(operator.user_id)}):
        await said_to(operator, "/help")
        invoice = await counter.invoice(an, "⭐ 200")
        send = counter.story.world.hold_next("answerPreCheckoutQuery")
        paying = asyncio.ensure_future(counter.pay(an, invoice))
        await send.arrived()
        await change(counter.story, "DELETE FROM invoice")
        send.release()
        charge = await paying
        await an.sees(is_thanks)
        told = words(await operator.sees("not known here"))
        assert charge in told
        assert 66_000 == counter.balance(an.user_id)


async def test_the_same_payment_ten_times_is_credited_and_thanked_for_once(
    counter: Counter,
) -> None:
    an = counter.story.person("An", "en")
    async with counter.opened():
        await counter.pay(an, await counter.invoice(an, "⭐ 200"))
        await an.sees(is_thanks)
        (message,) = [
            m for m in counter.story.world.messages(an.user_id) if "successful_payment" in m
        ]
        for _ in range(10):
            counter.story.world.updates.add("message", message)
        await handled(counter.story)
        assert 66_000 == counter.balance(an.user_id)
        assert 1 == len([m for m in an.from_bot() if is_thanks(m)])


async def test_pay_support_names_the_shop_and_ones_own_charges_and_terms_are_plain(
    counter: Counter,
) -> None:
    an = counter.story.person("An", "en")
    group = counter.story.group("Painters", an)
    async with counter.opened():
        charge = await counter.pay(an, await counter.invoice(an, "⭐ 200"))
        await an.sees(is_thanks)
        told = await said_to(an, "/paysupport")
        assert "@shop with the payment's number" in told
        assert "#1 · ⭐ 200 · " in told
        assert charge not in told
        said = await an.answer_to(an.say("/paysupport@easel_bot", chat=group), chat=group)
        assert "#1" not in words(said)
        terms = await said_to(an, "/terms")
        assert "never expires" in terms
        assert "/paysupport" in terms
