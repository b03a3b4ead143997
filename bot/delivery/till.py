"""What Telegram is asked about Stars until it has answered: give back, stop renewing, list them all.

Knows nothing of what it means for a balance. What is due is a row, so a process that is killed
asks again; Telegram gives a payment back once, however often it is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from telegram import StarTransaction, TransactionPartnerUser, constants

from bot.delivery.meaning import SendError, SendLater, words_of
from bot.delivery.telegram import TelegramSender
from bot.errors import StoreError
from bot.jobs import reconciling, refunding
from bot.model import Clock, Millis, UserId
from bot.money.plans import Plans
from bot.money.reconciling import Transfer, compare
from bot.money.refunds import Payment, find
from bot.store.port import Row, Store, Topic
from bot.store.rounds import live

PAUSE_S: Final = 2.0
LONGEST_PAUSE_S: Final = 3_600.0
PAGE: Final = 100
"""The most transactions Telegram lists at once."""
ALREADY: Final = "CHARGE_ALREADY_REFUNDED"

log = structlog.get_logger(__name__)


class Till:
    """Made once. ``run`` goes on until it is cancelled."""

    def __init__(
        self, store: Store, telegram: TelegramSender, plans: Plans, *, clock: Clock
    ) -> None:
        self._store = store
        self._telegram = telegram
        self._plans = plans
        self._clock = clock
        self._ears = store.wakeups(Topic.TILL)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._list_again_at: Millis = 0
        self._lists_failed = 0

    async def run(self) -> None:
        await live("till", self._look, self._ears, self._tasks)

    async def _look(self) -> float | None:
        now = self._clock()
        for row in await self._store.all("payments_to_give_back", now=now):
            await self._or_later(self._give_back, row, "payment_again")
        for row in await self._store.all("subscriptions_to_stop", now=now):
            await self._or_later(self._stop, row, "subscription_again")
        list_at = await self._list_if_due(now)
        next_due = await self._store.one("till_next_due", now=now)
        again_at = None if next_due is None else next_due["due_at"]
        due = [at for at in (list_at, again_at) if at is not None]
        return max(0.0, (min(due) - self._clock()) / 1000) if due else None

    async def _or_later(
        self, do: Callable[[int], Awaitable[None]], row: Row, statement: str
    ) -> None:
        """One that goes wrong in no way we know keeps none of the others waiting."""
        try:
            await do(row["payment_id"])
        except StoreError:
            raise
        except Exception:
            log.exception("till_stumbled", payment=row["payment_id"])
            due_at = self._clock() + _pause_ms(row["attempts"], PAUSE_S)
            await self._run(statement, row["payment_id"], due_at)

    async def _give_back(self, payment_id: int) -> None:
        payment = await self._payment(payment_id)
        error = await _outcome(self._telegram.give_back(payment.user_id, payment.charge_id))
        if isinstance(error, SendLater):
            due_at = self._clock() + _pause_ms(payment.attempts, error.after_s)
            log.warning("not_given_back_yet", payment=payment_id, error=str(error))
            await self._run("payment_again", payment_id, due_at)
            return
        if error is not None and ALREADY not in str(error).upper():
            why = words_of(error)
            log.error("not_given_back", payment=payment_id, error=why)
            await self._store.write(
                lambda tx: refunding.stays(tx, payment_id, why=why, now=self._clock())
            )
            return
        log.info("given_back", payment=payment_id, stars=payment.stars)
        await self._store.write(
            lambda tx: refunding.went_back(tx, self._plans, payment.charge_id, now=self._clock())
        )

    async def _stop(self, payment_id: int) -> None:
        payment = await self._payment(payment_id)
        error = await _outcome(self._telegram.stop_renewing(payment.user_id, payment.charge_id))
        if isinstance(error, SendLater):
            due_at = self._clock() + _pause_ms(payment.attempts, error.after_s)
            log.warning("not_stopped_yet", payment=payment_id, error=str(error))
            await self._run("subscription_again", payment_id, due_at)
            return
        if error is not None:
            why = words_of(error)
            log.error("not_stopped", payment=payment_id, error=why)
            await self._store.write(
                lambda tx: refunding.goes_on(tx, payment_id, why=why, now=self._clock())
            )
            return
        await self._store.write(lambda tx: tx.run("subscription_stopped", payment_id=payment_id))

    async def _payment(self, payment_id: int) -> Payment:
        payment = await find(self._store, payment_id)
        assert payment is not None
        return payment

    async def _run(self, statement: str, payment_id: int, due_at: Millis) -> None:
        await self._store.write(lambda tx: tx.run(statement, payment_id=payment_id, due_at=due_at))

    # --- Telegram's own list --------------------------------------------------------------

    async def _list_if_due(self, now: Millis) -> Millis | None:
        """Compare the lists if it is time; when it is the next time."""
        check = await self._books(now)
        due_at = self._due_at(check)
        if due_at is None:
            return None
        if now < (due_at := max(due_at, self._list_again_at)):
            return due_at
        error = await _outcome(self._compare(check, now))
        if error is not None:
            log.warning("stars_not_listed", error=str(error))
            after_s = error.after_s if isinstance(error, SendLater) else PAUSE_S
            self._list_again_at = self._clock() + _pause_ms(self._lists_failed, after_s)
            self._lists_failed += 1
            return self._list_again_at
        self._lists_failed = 0
        return self._due_at(await self._books(now))

    def _due_at(self, check: reconciling.Check) -> Millis | None:
        return reconciling.due_at(check, is_open=self._plans.stars is not None)

    async def _compare(self, check: reconciling.Check, now: Millis) -> None:
        """Raises SendError, StoreError."""
        transfers: list[Transfer] = []
        await self._list(transfers)
        before = now - reconciling.SETTLES_MS
        found = await compare(self._store, transfers, since=check.since, before=before)
        await reconciling.mend(self._store, self._plans, found, now=self._clock())
        log.info("stars_compared", payments=found.compared, agree=found.are_none)

    async def _books(self, now: Millis) -> reconciling.Check:
        check = await reconciling.last_check(self._store)
        if check is not None:
            return check
        return await self._store.write(lambda tx: reconciling.open_books(tx, now=now))

    async def _list(self, transfers: list[Transfer]) -> None:
        """All of Telegram's into ``transfers``, from the beginning each time. Raises SendError.

        That Telegram lists the oldest first would let us begin later. But a payment of ours that it
        does not have is found by the whole list alone, and one transaction listed out of its order
        would never be seen again; a hundred thousand payments are a thousand calls.
        """
        offset, is_last = 0, False
        while not is_last:
            page = await self._telegram.star_transactions(offset, PAGE)
            transfers += [each for moved in page if (each := _transfer(moved)) is not None]
            offset += len(page)
            is_last = len(page) < PAGE


async def _outcome(call: Awaitable[None]) -> SendError | None:
    """What went wrong; None: nothing. An answer that nobody can read may as well be lost.

    Raises StoreError.
    """
    try:
        await call
    except SendError as error:
        return error
    except StoreError:
        raise
    except Exception as error:
        log.exception("till_unreadable")
        return SendLater(f"{type(error).__name__}: {error}", PAUSE_S)
    return None


def _pause_ms(attempts: int, after_s: float) -> Millis:
    pause_s = min(LONGEST_PAUSE_S, PAUSE_S * 2.0 ** min(attempts, 12))
    return int(max(after_s, pause_s) * 1000)


def _transfer(moved: StarTransaction) -> Transfer | None:
    """None: no payment of an invoice (a gift, a withdrawal)."""
    is_refund = moved.receiver is not None
    partner = moved.receiver or moved.source
    if not isinstance(partner, TransactionPartnerUser):
        return None
    if partner.transaction_type != constants.TransactionPartnerUser.INVOICE_PAYMENT:
        return None
    return Transfer(
        charge_id=moved.id,
        user_id=UserId(partner.user.id),
        stars=moved.amount,
        payload=partner.invoice_payload or "",
        at=int(moved.date.timestamp() * 1000),
        is_refund=is_refund,
        is_recurring=partner.subscription_period is not None,
    )
