"""Our list of payments is made to agree with Telegram's, and what was wrong is told once.

Knows nothing of how Telegram's list is fetched. Once an hour, when an operator asks, and soon after
somebody misses a payment; broken off anywhere it is done again, and nothing is done twice: each
payment is credited, and goes back, by its charge.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from bot.jobs import book, refunding
from bot.jobs.bought import bought_lines
from bot.jobs.reaching import tell
from bot.jobs.renewing import lines_if_gone
from bot.jobs.saying import say
from bot.model import ChatId, MessageId, Millis, Place, Say, Urgency, UserId
from bot.money import ledger, payments
from bot.money.plans import Plans
from bot.money.reconciling import Differences, Transfer
from bot.store.port import Reading, Store, Topic, Transaction

EVERY_MS: Final[Millis] = 3_600_000
MISSED_MS: Final[Millis] = 600_000
"""However many miss a payment, the lists are compared at most so often for them."""
SETTLES_MS: Final = 600_000
"""What is younger is left for the next time: its update may be on the way."""
TOLD_EACH: Final = 10
"""Of more than so many of a kind, an operator is not told of each."""
AT_ONCE: Final = 50
"""So many are mended in one transaction: a few milliseconds."""
_NAME: Final = "stars_checked"


@dataclasses.dataclass(frozen=True, slots=True)
class Check:
    """When the two were compared, how it came out, and who waits to hear it."""

    since: Millis
    """When this shop opened: what Telegram lists of before is none of ours."""
    checked_at: Millis
    compared: int = 0
    differences: int = 0
    missed_at: Millis | None = None
    """Somebody missed a payment then, and not all from before it is compared yet."""
    asked: tuple[dict[str, Any], ...] = ()
    """Operators: the chat, the message to reply to, the language."""


async def last_check(reading: Reading) -> Check | None:
    """None: the shop has not opened yet."""
    row = await reading.one("setting_get", scope=0, name=_NAME)
    if row is None:
        return None
    values = json.loads(row["value"])
    return Check(**{**values, "asked": tuple(values["asked"])})


async def open_books(tx: Transaction, *, now: Millis) -> Check:
    """How it stands; a shop that opens has nothing to compare for an hour."""
    check = await last_check(tx)
    if check is None:
        check = Check(since=now // 1000 * 1000, checked_at=now)  # Telegram's dates are seconds
        await _keep(tx, check)
    return check


async def ask(tx: Transaction, place: Place, language: str, *, now: Millis) -> None:
    """An operator wants to know now."""
    check = await open_books(tx, now=now)
    asking = {"chat": place.chat_id, "reply_to": place.reply_to, "language": language}
    if asking not in check.asked:
        await _keep(tx, dataclasses.replace(check, asked=(*check.asked, asking)))
    tx.wake(Topic.TILL)


async def miss(tx: Transaction, *, now: Millis) -> None:
    """Somebody cannot see their payment: the lists are compared before it is time."""
    check = await open_books(tx, now=now)
    await _keep(tx, dataclasses.replace(check, missed_at=now))
    tx.wake(Topic.TILL)


def due_at(check: Check, *, is_open: bool) -> Millis | None:
    """When the next comparison is; 0: somebody waits; None: never. ``is_open``: Stars are taken."""
    if check.asked:
        return 0
    every_ms = EVERY_MS if check.missed_at is None else MISSED_MS
    return check.checked_at + every_ms if is_open else None


async def mend(store: Store, plans: Plans, found: Differences, *, now: Millis) -> None:
    """Do what the differences ask for, and tell whoever asked how it came out.

    A few at a time, so that nobody waits for all of them; broken off, the rest is found again.
    """
    told = 0
    for transfers in _few(sorted(found.uncredited, key=lambda each: each.user_id)):
        room = TOLD_EACH - told
        told += await store.write(functools.partial(_credit, plans, transfers, room, now))
    for transfers in _few(found.went_back):
        await store.write(functools.partial(_take_back, plans, transfers, now))
    await store.write(functools.partial(_close, found, now))


def _few(transfers: Sequence[Transfer]) -> list[Sequence[Transfer]]:
    return [transfers[first : first + AT_ONCE] for first in range(0, len(transfers), AT_ONCE)]


async def _take_back(
    plans: Plans, transfers: Sequence[Transfer], now: Millis, tx: Transaction
) -> None:
    for transfer in transfers:
        if not await refunding.went_back(tx, plans, transfer.charge_id, now=now):
            await refunding.unknown_went_back(
                tx, transfer.charge_id, transfer.user_id, transfer.stars, now=now
            )


async def _close(found: Differences, now: Millis, tx: Transaction) -> None:
    """All is mended: what only a person can judge is told, and how it came out."""
    for payment in found.unheard_of[:TOLD_EACH]:
        await book.tell_operator(
            tx,
            "operator.payment_unheard_of",
            now=now,
            once=f"unheard:{payment.charge_id}",
            **await refunding.facts_of(tx, payment),
        )
    check = await open_books(tx, now=now)
    differences = len(found.uncredited) + len(found.went_back) + len(found.unheard_of)
    missed_at = check.missed_at
    if missed_at is not None and missed_at <= now - SETTLES_MS:
        missed_at = None
    done = Check(check.since, now, found.compared, differences, missed_at)
    for asking in check.asked:
        await _answer(tx, asking, done, now)
    await _keep(tx, done)


def line_of(check: Check) -> dict[str, Any]:
    """How it came out, in a sentence."""
    if check.differences == 0:
        return {"key": "payments.agree", "n": check.compared, "values": {}}
    return {"key": "payments.differ", "n": check.differences, "values": {}}


async def _credit(
    plans: Plans, transfers: Sequence[Transfer], room: int, now: Millis, tx: Transaction
) -> int:
    """Each by its charge; whoever paid hears of theirs together. How many payers there were.

    ``room``: of so many of them the operators hear.
    """
    of_payers: dict[tuple[UserId, UserId], list[tuple[int, int]]] = defaultdict(list)
    gone: dict[tuple[UserId, UserId], list[dict[str, Any]]] = defaultdict(list)
    bought: dict[tuple[UserId, UserId], dict[str | None, list[dict[str, Any]]]] = defaultdict(dict)
    for transfer in transfers:
        paid = payments.Paid(
            transfer.charge_id,
            transfer.user_id,
            transfer.payload,
            transfer.stars,
            is_recurring=transfer.is_recurring,
        )
        credit = await payments.credit(tx, plans, paid, now=now)
        if credit is not None:  # else its update came meanwhile
            whose = transfer.user_id, credit.wallet_id
            of_payers[whose].append((transfer.stars, credit.amount_vnd))
            if told := bought_lines(plans, credit):
                bought[whose][credit.plan] = told  # the end the last one brings is the end
            gone[whose] += await lines_if_gone(tx, plans, transfer.charge_id, credit, now=now)
    for number, ((user_id, wallet_id), found) in enumerate(of_payers.items()):
        stars = sum(each for each, _ in found)
        values: dict[str, Any] = {"stars": stars, "amount_vnd": sum(each for _, each in found)}
        line = {"key": f"payment.found_{'group' if wallet_id < 0 else 'own'}", "values": values}
        of_plans = list(itertools.chain.from_iterable(bought[user_id, wallet_id].values()))
        lines = [line, *of_plans, *gone[user_id, wallet_id]]
        await tell(tx, user_id, *lines, now=now)
        if wallet_id < 0:
            await tell(
                tx, wallet_id, await _thanks(tx, user_id, wallet_id, values), *of_plans, now=now
            )
        if number < room:
            who = await refunding.name_of(tx, user_id)
            await book.tell_operator(
                tx, "operator.payment_found", now=now, who=who, user=str(user_id), **values
            )
    return len(of_payers)


async def _thanks(
    reading: Reading, user_id: UserId, group_id: UserId, values: dict[str, Any]
) -> dict[str, Any]:
    """As a group reads it when it hears of a payment at once."""
    wallet = await ledger.read_wallet(reading, group_id)
    who = await refunding.name_of(reading, user_id)
    has = {"name": who, "balance_vnd": wallet.balance_vnd}
    return {"key": "paid.for_group", "values": {**values, **has}}


async def _answer(tx: Transaction, asking: dict[str, Any], done: Check, now: Millis) -> None:
    reply_to = asking["reply_to"]
    place = Place(ChatId(asking["chat"]), None, None if reply_to is None else MessageId(reply_to))
    payload = {"language": asking["language"], "lines": [line_of(done)]}
    await say(tx, Say.TEXT, place, urgency=Urgency.ANSWER, now=now, payload=payload)


async def _keep(tx: Transaction, check: Check) -> None:
    value = json.dumps(dataclasses.asdict(check))
    await tx.run("setting_set", scope=0, name=_NAME, value=value)
