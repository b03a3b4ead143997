"""Telegram asks whether somebody may pay, and is answered past every queue.

It gives ten seconds. So such an update is taken out before anything is written or handled, it is
never kept, and deciding only reads. Killed on the way, nothing is lost: nobody has paid yet.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from typing import Any, Final, Protocol

import structlog

from bot import i18n
from bot.chat.access import Doorkeeper
from bot.i18n import I18n, Tongue
from bot.jobs.people import language_for
from bot.model import ChatId, Clock, UserId
from bot.money.payments import (
    Invoice,
    Query,
    Refusal,
    find_invoice,
    in_the_way,
    refusal_of,
)
from bot.money.plans import Plans
from bot.store.port import Reading

KIND: Final = "pre_checkout_query"
DECIDE_S: Final = 7.0
"""Of Telegram's ten: the answer has to travel as well."""
REMEMBERED: Final = 1_000
"""Queries that are not answered again when they come again."""

log = structlog.get_logger(__name__)


class CheckoutPort(Protocol):
    """How the answer leaves: over connections of its own. Delivery implements it."""

    async def answer_checkout(self, query_id: str, refusal: str) -> None:
        """``refusal``: why they may not pay, in their language; empty: they may."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What Telegram asks."""

    query_id: str
    query: Query
    language_code: str | None


class Checkout:
    """Made once. ``take`` is told of updates as they come in."""

    def __init__(
        self,
        reading: Reading,
        plans: Plans,
        door: Doorkeeper,
        answers: CheckoutPort,
        i18n: I18n,
        *,
        default_language: str,
        clock: Clock,
    ) -> None:
        self._reading = reading
        self._plans = plans
        self._door = door
        self._answers = answers
        self._i18n = i18n
        self._default_language = default_language
        self._clock = clock
        self._heard: dict[str, None] = {}
        """The ids of the last queries, in their order."""
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, updates: Sequence[Any]) -> list[Any]:
        """Begin to answer who is about to pay; the updates that are something else."""
        others = []
        for update in updates:
            asked = read_asked(update)
            if asked is None:
                others.append(update)
            elif asked.query_id not in self._heard:
                self._remember(asked.query_id)
                task = asyncio.create_task(self._answer(asked))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        return others

    async def aclose(self) -> None:
        """Whoever was heard is answered."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=DECIDE_S)
        for task in self._tasks:
            task.cancel()

    def _remember(self, query_id: str) -> None:
        self._heard[query_id] = None
        while len(self._heard) > REMEMBERED:
            del self._heard[next(iter(self._heard))]

    async def _answer(self, asked: Asked) -> None:
        try:
            async with asyncio.timeout(DECIDE_S):
                refusal = await self._decide(asked)
        except Exception:  # whatever it is, they hear in time that they may try again
            log.exception("checkout_not_decided", user=asked.query.user_id)
            refusal = self._tongue(asked).text("checkout.try_again")
        try:
            await self._answers.answer_checkout(asked.query_id, refusal)
        except Exception:
            log.exception("checkout_not_answered", user=asked.query.user_id)

    async def _decide(self, asked: Asked) -> str:
        """Why they may not, as they read it; empty: they may."""
        query = asked.query
        invoice = await find_invoice(self._reading, query.payload)
        chat_id = ChatId(query.user_id) if invoice is None else invoice.chat_id
        language = await language_for(
            self._reading, query.user_id, chat_id, default=self._tongue(asked).language
        )
        tongue = self._i18n.tongue(language)
        turned_away = await self._door.refusal(self._reading, query.user_id, chat_id)
        if turned_away is not None:
            return tongue.text(turned_away.key, contact=self._contact(tongue))
        refusal = await refusal_of(self._reading, self._plans, invoice, query, now=self._clock())
        if refusal is None:
            return ""
        log.info("checkout_refused", user=query.user_id, why=refusal.value)
        return await self._sentence(tongue, refusal, invoice)

    async def _sentence(self, tongue: Tongue, refusal: Refusal, invoice: Invoice | None) -> str:
        if refusal is not Refusal.PLAN_RUNS or invoice is None:
            return tongue.text(refusal)
        term = await in_the_way(
            self._reading, self._plans, invoice.offer, invoice.wallet_id, now=self._clock()
        )
        name = self._plans.shown_name(term.plan) if term else ""
        return tongue.text(refusal, plan=tongue.own(name))

    def _contact(self, tongue: Tongue) -> str:
        return self._door.contact or tongue.text("contact.unnamed")

    def _tongue(self, asked: Asked) -> Tongue:
        """By what the query itself tells."""
        code = i18n.choose(None, None, asked.language_code, self._default_language)
        return self._i18n.tongue(code)


def read_asked(update: object) -> Asked | None:
    """The question in a raw update; None: it is none, or cannot be read."""
    query = update.get(KIND) if isinstance(update, dict) else None
    if not isinstance(query, dict):
        return None
    user = query.get("from")
    user = user if isinstance(user, dict) else {}
    query_id, code = query.get("id"), user.get("language_code")
    user_id = _number(user.get("id"))
    if not isinstance(query_id, str) or user_id is None:
        return None
    return Asked(
        query_id,
        Query(
            UserId(user_id),
            str(query.get("invoice_payload", "")).encode(errors="replace").decode(),
            str(query.get("currency", "")),
            _number(query.get("total_amount")) or 0,
        ),
        code if isinstance(code, str) else None,
    )


def _number(value: Any) -> int | None:
    is_one = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    return value if is_one else None
