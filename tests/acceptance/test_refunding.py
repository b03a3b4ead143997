"""Stars go back to who paid, by the operator's hand or by Telegram's, and the balance follows once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from beside import change, rows
from stars import Till, open_till
from story import Message, Person, labels, words
from telling import forge, in_code, press, said_to, until

HOUR_S = 3_700
DAY_S = 24 * 3_600


@pytest.fixture
async def till(tmp_path: Path) -> AsyncIterator[Till]:
    async with open_till(tmp_path) as till:
        yield till


async def payments_page(till: Till) -> Message:
    operator = till.operator
    overview = await operator.answer_to(operator.say("/admin"))
    await press(operator, overview, "⭐ Payments")
    return await operator.sees("Payments in Stars")


def reads(person: Person, message: Message) -> str:
    return words(person.world.message(message["chat"]["id"], message["message_id"]))


async def turns(person: Person, message: Message, label: str, into: str) -> Message:
    """Press a button that turns the same message into what says so."""
    await press(person, message, label)
    await until(lambda: into in reads(person, message))
    return person.world.message(message["chat"]["id"], message["message_id"])


async def refunded(till: Till, page: Message, number: int) -> Message:
    await turns(till.operator, page, f"↩️ Refund #{number}", "Refund ⭐")
    return await turns(till.operator, page, "↩️ Yes", "Telegram to give back")


async def test_the_operator_gives_a_payment_back_and_both_hear_of_it(till: Till) -> None:
    an = await till.person()
    charge = await till.paid(an, 10)
    assert (49_990, 1_000) == (till.story.world.stars_of(an.user_id), await till.balance(an))
    page = await payments_page(till)
    assert f"An ({an.user_id})" in words(page)
    assert "⭐ 10 → ₫1,000\nPaid" in words(page)
    question = await turns(till.operator, page, "↩️ Refund #1", "Refund ⭐ 10 of payment #1 to An")
    assert [["↩️ Yes, refund it"], ["◀ Payments"]] == labels(question)
    await turns(till.operator, page, "↩️ Yes", "₫1,000 have been taken off the balance")
    await an.sees("You were given back ⭐ 10; your balance went down by ₫1,000")
    await till.operator.sees("⭐ 10 of payment #1 went back to An")
    assert (50_000, 0) == (till.story.world.stars_of(an.user_id), await till.balance(an))
    assert till.story.world.charges[charge].is_refunded
    await turns(till.operator, page, "◀ Payments", "Refunded at")
    assert [("topup", 1_000), ("reversal", 1_000)] == await till.entries(an)


async def test_what_was_bought_by_an_invoice_goes_back(till: Till) -> None:
    an = await till.person()
    await press(an, await an.answer_to(an.say("/buy")), "⭐ 10")
    invoice = await an.sees(lambda m: "invoice" in m)
    await till.story.world.pay(an.user_id, an.user_id, invoice["message_id"])
    await until(lambda: any("balance is now ₫1,000" in words(m) for m in an.from_bot()))
    await refunded(till, await payments_page(till), 1)
    await an.sees("You were given back ⭐ 10; your balance went down by ₫1,000")
    assert (50_000, 0) == (till.story.world.stars_of(an.user_id), await till.balance(an))


async def test_a_lost_answer_of_telegrams_gives_back_once(till: Till) -> None:
    an = await till.person()
    await till.paid(an, 10)
    till.story.world.lose_answer_of_next("refundStarPayment")
    await refunded(till, await payments_page(till), 1)
    await till.operator.sees("went back to An")
    await till.hurry.until(lambda: till.calls("refundStarPayment") == 1 or _is_told(an))
    assert (50_000, 0) == (till.story.world.stars_of(an.user_id), await till.balance(an))
    assert [("topup", 1_000), ("reversal", 1_000)] == await till.entries(an)


def _is_told(person: Person) -> bool:
    return any("given back" in words(message) for message in person.from_bot())


async def test_while_telegram_is_away_it_is_asked_again_until_it_answers(till: Till) -> None:
    an = await till.person()
    await till.paid(an, 10)
    world = till.story.world
    world.fail_next("refundStarPayment", status=502, description="Bad Gateway", times=2)
    world.fail_next(
        "refundStarPayment",
        status=429,
        description="Too Many Requests: retry after 30",
        parameters={"retry_after": 30},
    )
    await refunded(till, await payments_page(till), 1)
    await till.hurry.until(lambda: _is_told(an))
    assert (50_000, 4) == (world.stars_of(an.user_id), till.calls("refundStarPayment"))


async def test_where_telegram_says_no_the_balance_is_as_it_was(till: Till) -> None:
    an = await till.person()
    charge = await till.paid(an, 10)
    till.story.world.fail_next(
        "refundStarPayment", status=400, description="Bad Request: CHARGE_NOT_FOUND"
    )
    page = await payments_page(till)
    await refunded(till, page, 1)
    told = await till.operator.sees("Telegram does not give back ⭐ 10 of payment #1")
    said = "to An (%d). Telegram answered: “CHARGE_NOT_FOUND”. ₫1,000 are on the balance again"
    assert said % an.user_id in words(told)
    assert (1_000, False) == (
        await till.balance(an),
        till.story.world.charges[charge].is_refunded,
    )
    await turns(till.operator, page, "◀ Payments", "Paid")
    await refunded(till, page, 1)
    await an.sees("You were given back ⭐ 10")
    assert 0 == await till.balance(an)


@pytest.mark.parametrize(
    ("stars", "lapsed", "left_vnd"),
    [
        (51, "of the ₫5,100 put back, ₫5,000 lapsed with it at once and ₫100 are on", 100),
        (50, "all of the ₫5,000 put back lapsed with it at once. If they should", 0),
    ],
)
async def test_where_telegram_says_no_after_the_plan_ran_out_it_is_said_what_lapsed(
    till: Till, stars: int, lapsed: str, left_vnd: int
) -> None:
    an = await till.person()
    await till.paid(an, stars, "monthly")
    world = till.story.world
    slow = {"retry_after": 3_000}
    world.fail_next("refundStarPayment", status=429, description="Too many", parameters=slow)
    no = "Bad Request: CHARGE_NOT_FOUND"
    world.fail_next("refundStarPayment", status=400, description=no)
    await refunded(till, await payments_page(till), 1)
    await until(lambda: [(1,)] == rows(till.story, "SELECT attempts FROM payment"))
    till.goes_by(31 * DAY_S)
    told = await till.operator.sees(f"Telegram does not give back ⭐ {stars} of payment #1")
    assert lapsed in words(told)
    assert f"/grant {an.user_id} 5000" == in_code(told)[-1]
    assert left_vnd == await till.balance(an)


BEARS = "↩️ Refund, the shop bears ₫"


async def test_what_is_spent_is_borne_by_the_shop_and_is_no_income(till: Till) -> None:
    an = await till.person()
    await till.paid(an, 10)
    await an.result_of(an.say("/img a lake"))
    page = await payments_page(till)
    shown = await turns(till.operator, page, "↩️ Refund #1", "the balance lacks ₫400 of the ₫1,000")
    assert "Their balance goes down by ₫600" in words(shown)
    assert [[f"{BEARS}400"], ["◀ Payments"]] == labels(shown)
    assert not [command for command in in_code(shown) if "/grant" in command]
    assert (600, 0) == (await till.balance(an), till.calls("refundStarPayment"))
    await turns(till.operator, page, BEARS, "₫600 have been taken off the balance")
    await an.sees("You were given back ⭐ 10; your balance went down by ₫600")
    await till.operator.sees("the balance went down by ₫600, and the shop bore ₫400")
    assert [("borne", 400), ("reversal", 1_000)] == (await till.entries(an))[-2:]
    assert (50_000, 0) == (till.story.world.stars_of(an.user_id), await till.balance(an))
    receipts = await said_to(an, "/receipts")
    assert "borne by the shop so that Stars can go back" in receipts
    assert "Stars given back" in receipts
    stats = words(await stats_page(till))
    assert "Income: ₫0" in stats
    assert "borne by the shop for refunds, no income: ₫400" in stats


async def stats_page(till: Till) -> Message:
    till.operator.say("/stats")
    return await till.operator.sees("Income:")


async def test_what_the_shop_bears_changes_with_what_is_spent_and_is_asked_about_again(
    till: Till,
) -> None:
    an = await till.person()
    await till.paid(an, 10)
    await an.result_of(an.say("/img a lake"))
    page = await payments_page(till)
    shown = await turns(till.operator, page, "↩️ Refund #1", "the balance lacks ₫400")
    await an.result_of(an.say("/img a storm"))
    assert "look at it and press again" in await press(till.operator, shown, BEARS)
    await until(lambda: "the balance lacks ₫800" in reads(till.operator, page))
    assert (200, 0) == (await till.balance(an), till.calls("refundStarPayment"))


async def test_where_telegram_says_no_what_the_shop_bore_stays_with_nobody(till: Till) -> None:
    an = await till.person()
    await till.paid(an, 10)
    await an.result_of(an.say("/img a lake"))
    no = "Bad Request: CHARGE_NOT_FOUND"
    till.story.world.fail_next("refundStarPayment", status=400, description=no)
    page = await payments_page(till)
    await turns(till.operator, page, "↩️ Refund #1", "the balance lacks ₫400")
    await turns(till.operator, page, BEARS, "₫600 have been taken off the balance")
    await till.operator.sees("₫600 are on the balance again")
    assert 600 == await till.balance(an)
    stats = words(await stats_page(till))
    assert "Income: ₫1,000" in stats
    assert "borne" not in stats


async def test_a_plan_ended_early_and_paid_back_is_said_before_its_stars_go_back_too(
    till: Till,
) -> None:
    an = await till.person()
    await till.paid(an, 50, "monthly")
    operator = till.operator
    question = await operator.answer_to(operator.say(f"/plan {an.user_id} free"))
    await turns(operator, question, labels(question)[0][0], "Pay them back ₫3,500")
    page = await payments_page(till)
    shown = await turns(operator, page, "↩️ Refund #1", "the balance lacks ₫5,000 of the ₫5,000")
    assert "the book has ₫3,500 as paid back by the shop outside Telegram" in words(shown)
    assert "pays twice, unless that money was not handed over" in words(shown)
    assert "balance goes down" not in words(shown)
    await turns(operator, page, f"{BEARS}5,000", "the balance stays as it is")
    await an.sees("You were given back ⭐ 50; your balance stays as it is.")
    assert (50_000, 0) == (till.story.world.stars_of(an.user_id), await till.balance(an))
    assert "Income: −₫3,500" in words(await stats_page(till)).replace("-", "−")


async def test_a_plan_ends_with_the_payment_that_bought_it(till: Till) -> None:
    an = await till.person()
    await till.paid(an, 50, "monthly")
    page = await payments_page(till)
    assert "⭐ 50 → ₫5,000 · plan monthly" in words(page)
    shown = await turns(till.operator, page, "↩️ Refund #1", "Refund ⭐ 50")
    assert "The plan monthly bought with it ends as well" in words(shown)
    assert "balance goes down by ₫5,000" in words(shown)
    await turns(till.operator, page, "↩️ Yes", "₫5,000 have been taken off")
    told = await an.sees("You were given back ⭐ 50")
    assert "The plan Monthly bought with it has ended" in words(told)


@pytest.mark.parametrize(
    ("language", "told", "still", "kept"),
    [
        (
            "vi",
            (
                "↩️ Khoản ⭐ 10 Bình nạp cho nhóm đã được hoàn, nên ví của nhóm giảm 1.000 ₫."
                " Ví bây giờ có 5.000 ₫.\nGói: Monthly, đến "
            ),
            (
                "Gói Monthly của nhóm đã kết thúc; mua lại bất cứ lúc nào bằng /buy trong nhóm.\n"
                "Gói: Miễn phí"
            ),
            (
                "Người nạp: Bình\nĐã trả 10 ⭐ · khoản #3\n",
                "Sao được hoàn lại\n10 ⭐ của khoản #3\n",
            ),
        ),
        (
            "en",
            (
                "↩️ The ⭐ 10 that Bình paid in went back, so ₫1,000 left the group’s wallet."
                " It now has ₫5,000.\nPlan: Monthly, until "
            ),
            (
                "The group’s plan Monthly has ended; you can buy one any time with /buy in the group.\n"
                "Plan: Free"
            ),
            (
                "Put in by Bình\n10 ⭐ paid · payment #3\n",
                "Stars given back\n10 ⭐ of payment #3\n",
            ),
        ),
    ],
)
async def test_a_group_hears_what_went_back_what_its_wallet_has_and_which_plan_holds(
    till: Till, language: str, told: str, still: str, kept: tuple[str, str]
) -> None:
    binh, an = await till.person("Bình"), await till.person("An")
    group = till.story.group("Painters", an, binh)
    await an.answer_to(an.say(f"/lang@easel_bot {language}", chat=group), chat=group)
    await till.paid(binh, 7)
    await till.paid(an, 50, "monthly", group=group)
    await till.paid(binh, 10, group=group)
    page = await payments_page(till)
    await refunded(till, page, 3)
    heard = await an.sees("⭐ 10", chat=group)
    assert told in words(heard)
    await binh.sees("You were given back ⭐ 10; the group’s balance went down by ₫1,000")
    await turns(till.operator, page, "◀ Payments", "Refunded at")
    await refunded(till, page, 2)
    ended = words(await an.sees("⭐ 50", chat=group))
    assert ended.endswith(still)
    page = await an.answer_to(an.say("/receipts@easel_bot", chat=group), chat=group)
    assert [True, True] == [part in words(page) for part in kept], words(page)
    assert not [m for m in an.from_bot(group) if "700" in words(m)]


async def test_what_changed_since_the_question_is_asked_about_again(till: Till) -> None:
    an = await till.person()
    await till.paid(an, 50, "monthly")
    page = await payments_page(till)
    shown = await turns(till.operator, page, "↩️ Refund #1", "Refund ⭐ 50")
    assert "ends as well" in words(shown)
    await till.paid(an, 50, "monthly")
    assert "look at it and press again" in await press(till.operator, shown, "↩️ Yes")
    await until(lambda: "loses the days it brought: it runs until" in reads(till.operator, page))
    assert (10_000, 0) == (await till.balance(an), till.calls("refundStarPayment"))
    shown = till.operator.world.message(page["chat"]["id"], page["message_id"])
    await turns(till.operator, shown, "↩️ Yes", "₫5,000 have been taken off")
    told = await an.sees("You were given back ⭐ 50")
    assert "has ended" not in words(told)


async def test_money_under_way_is_said_before_anything_is_asked_of_telegram(till: Till) -> None:
    an = await till.person()
    await till.paid(an, 10)
    page = await payments_page(till)
    shown = await turns(till.operator, page, "↩️ Refund #1", "Refund ⭐ 10")
    held = till.story.town.apiframe.hold_next("/imagine")
    await an.answer_to(an.say("/img a lake"))
    await press(till.operator, shown, "↩️ Yes")
    await until(lambda: "₫400 are set aside for a request" in reads(till.operator, page))
    assert 0 == till.calls("refundStarPayment")
    held.release()


async def test_given_back_by_telegram_itself_what_is_left_is_taken_and_the_rest_reported(
    till: Till,
) -> None:
    an = await till.person()
    charge = await till.paid(an, 10)
    await an.result_of(an.say("/img a lake"))
    till.story.world.refund_elsewhere(charge)
    await an.sees("You were given back ⭐ 10; your balance went down by ₫600")
    told = words(await till.operator.sees("Payment #1: Telegram says that ⭐ 10 went back to An"))
    assert "I could take only ₫600 off the balance; ₫400 are spent already" in told
    assert 0 == await till.balance(an)


async def test_a_refund_of_what_was_never_written_down_changes_no_balance(till: Till) -> None:
    an = await till.person()
    charge = till.paid_unheard(an, 10, "nobody's")
    till.story.world.refund_elsewhere(charge)
    await till.operator.sees("of a payment that was never written down here")
    assert [] == await till.entries(an)


async def test_nobody_but_an_operator_gives_anything_back(till: Till) -> None:
    an = await till.person()
    await till.paid(an, 10)
    shown = await an.answer_to(an.say("/help"))
    for how in ("", "yes=1", "refund=1", "page=1", "check"):
        assert "This button is not for you." == await forge(an, shown, f"M:::{how}")
    assert (1_000, 0) == (await till.balance(an), till.calls("refundStarPayment"))


async def test_made_up_buttons_of_an_operator_do_nothing(till: Till) -> None:
    shown = await till.operator.answer_to(till.operator.say("/help"))
    for how in ("yes=1", "refund=99", "page=x", "yes=-1", "away", "yes=" + "9" * 40):
        assert "There is nothing to show for this." == await forge(
            till.operator, shown, f"M:::{how}"
        )


async def test_many_payments_are_pages_that_turn_both_ways(till: Till) -> None:
    an = await till.person()
    for stars in range(11, 18):
        await till.paid(an, stars)
    page = await payments_page(till)
    assert "#7" in words(page)
    assert "#2" not in words(page)
    shown = await turns(till.operator, page, "Older", "#2")
    assert "#3" not in words(shown)
    assert ["◀ Newer"] in labels(shown)
    await turns(till.operator, page, "◀ Newer", "#7")


async def test_from_the_question_one_comes_back_to_a_page_full_of_payments(till: Till) -> None:
    an = await till.person()
    for stars in range(11, 14):
        await till.paid(an, stars)
    page = await payments_page(till)
    await turns(till.operator, page, "↩️ Refund #1", "Refund ⭐ 11")
    shown = await turns(till.operator, page, "◀ Payments", "Payments in Stars")
    assert ["#3", "#2", "#1"] == numbers(shown)


async def test_from_the_oldest_of_many_one_comes_back_to_a_full_page_as_well(till: Till) -> None:
    an = await till.person()
    for stars in range(11, 20):
        await till.paid(an, stars)
    shown = await turns(till.operator, await payments_page(till), "Older", "#2")
    assert ["#4", "#3", "#2", "#1"] == numbers(shown)
    await turns(till.operator, shown, "↩️ Refund #1", "Refund ⭐ 11")
    shown = await turns(till.operator, shown, "◀ Payments", "Payments in Stars")
    assert ["#5", "#4", "#3", "#2", "#1"] == numbers(shown)
    await turns(till.operator, shown, "◀ Newer", "#9")


def numbers(page: Message) -> list[str]:
    return [line.split()[0] for line in words(page).splitlines() if line.startswith("#")]


async def test_what_a_customer_quotes_leads_the_operator_to_the_payment(till: Till) -> None:
    an = await till.person()
    for stars in range(11, 18):
        await till.paid(an, stars)
    helped = await said_to(an, "/paysupport")
    assert "#2 · ⭐ 12 · " not in helped  # the latest five
    assert "#3 · ⭐ 13 · " in helped
    assert "stx" not in helped
    operator = till.operator
    for quoted in ("3", "#3"):
        shown = await operator.answer_to(operator.say(f"/admin {quoted}"))
        assert ["#3"] == numbers(shown)
        assert [["↩️ Refund #3"], ["◀ Payments"]] == labels(shown)
    await turns(operator, shown, "↩️ Refund #3", "Refund ⭐ 13 of payment #3 to An")
    await turns(operator, shown, "↩️ Yes", "₫1,300 have been taken off")
    await an.sees("You were given back ⭐ 13")


async def test_a_code_of_telegrams_receipt_leads_to_the_payment_too(till: Till) -> None:
    an, operator = await till.person(), till.operator
    charge = await till.paid(an, 10)
    shown = await operator.answer_to(operator.say(f"/admin {charge}"))
    assert ["#1"] == numbers(shown)
    for unknown in ("99", "9" * 40, "stxNOTHING"):
        told = await operator.answer_to(operator.say(f"/admin {unknown}"))
        assert "There is no payment" in words(told)
        assert [["⭐ Payments"], ["🔎 Compare with Telegram"]] == labels(told)


async def test_nobody_else_finds_a_payment_by_its_number(till: Till) -> None:
    an = await till.person()
    await till.paid(an, 10)
    assert "#1" not in await said_to(an, "/admin 1")
    operator = till.operator
    group = till.story.group("Painters", operator, an)
    told = await operator.answer_to(operator.say("/admin@easel_bot 1", chat=group), chat=group)
    assert "in the private chat only" in words(told)


async def test_who_has_spent_it_all_is_not_told_that_nothing_was_taken(till: Till) -> None:
    an = await till.person()
    charge = await till.paid(an, 4)
    await an.result_of(an.say("/img a lake"))
    assert 0 == await till.balance(an)
    till.story.world.refund_elsewhere(charge)
    await an.sees("You were given back ⭐ 4; your balance stays as it is.")


async def test_an_operator_reads_the_page_in_vietnamese(till: Till) -> None:
    an = await till.person()
    await till.paid(an, 10)
    await till.operator.answer_to(till.operator.say("/lang vi"))
    overview = await till.operator.answer_to(till.operator.say("/admin"))
    await press(till.operator, overview, "⭐ Các khoản thanh toán")
    page = await till.operator.sees("Các khoản thanh toán bằng Sao")
    no = "Bad Request: CHARGE_NOT_FOUND"
    till.story.world.fail_next("refundStarPayment", status=400, description=no)
    await turns(till.operator, page, "↩️ Hoàn #1", "Số dư của họ sẽ giảm 1.000 ₫")
    await turns(till.operator, page, "↩️ Đúng, hoàn lại", "Đã trừ 1.000 ₫ khỏi số dư")
    await till.operator.sees("Telegram trả lời: “CHARGE_NOT_FOUND”. 1.000 ₫ đã được trả lại")
    await turns(till.operator, page, "◀ Các khoản thanh toán", "Đã thanh toán")
    await turns(till.operator, page, "↩️ Hoàn #1", "Số dư của họ sẽ giảm 1.000 ₫")
    await turns(till.operator, page, "↩️ Đúng, hoàn lại", "Đã trừ 1.000 ₫ khỏi số dư")
    await till.operator.sees("Đã hoàn ⭐ 10 của khoản #1 cho An")


async def test_a_payment_that_cannot_be_settled_keeps_none_of_the_others_waiting(
    till: Till,
) -> None:
    an, binh = await till.person("An"), await till.person("Bình")
    await till.paid(an, 10)
    await till.paid(binh, 20)
    await refunded_while_broken(till)
    await binh.sees("You were given back ⭐ 20")
    assert ["refunding", "refunded"] == states(till)
    await change(till.story, "DROP TRIGGER broken")
    till.goes_by(HOUR_S)
    await an.sees("You were given back ⭐ 10")
    assert ["refunded", "refunded"] == states(till)


async def refunded_while_broken(till: Till) -> None:
    """Both are asked back, and what became of the first cannot be written down."""
    await change(
        till.story,
        "CREATE TRIGGER broken BEFORE UPDATE OF state ON payment "
        "WHEN new.payment_id = 1 AND new.state = 'refunded' "
        "BEGIN SELECT RAISE(ABORT, 'a row that breaks a rule'); END",
    )
    for number in (1, 2):
        await refunded(till, await payments_page(till), number)


def states(till: Till) -> list[str]:
    return [state for (state,) in rows(till.story, "SELECT state FROM payment ORDER BY payment_id")]
