"""Provider accounts that cannot be ordered from for now: paused, tried gently, resumed.

Knows nothing of how an account is asked. While one is paused its jobs wait and keep their place
and their money set aside; everybody concerned is told once that it begins and once that it is over.
Only an order that was taken proves an account well: what it says of itself may be wrong. Until
then it is on trial: one job at a time is ordered, ever more rarely, and waits on if it is refused.
"""

from __future__ import annotations

from bot.jobs import book, budget
from bot.jobs.buttons import Act, Press
from bot.model import Millis, Reason
from bot.providers.port import AccountReport
from bot.store.port import Reading, Topic, Transaction

BY_HAND = "by_hand"
"""An operator paused it, and only an operator resumes it."""
DAILY_LIMIT = "daily_limit"
FIRST_PROBE_S = 60.0
LONGEST_PROBE_S = 900.0
LONG_WAIT_MS = 60_000
"""A longer wait than this is told by the clock."""

_TOLD = {
    Reason.KEY.value: "key",
    Reason.CREDITS.value: "credits",
}


def probe_pause_s(probes: int) -> float:
    """Until the next look whether it is well again, after ``probes`` that found it was not."""
    return min(LONGEST_PROBE_S, FIRST_PROBE_S * 2.0 ** min(probes, 10))


def is_well(report: AccountReport | None, why: str) -> bool | None:
    """Whether what made it pause is over, by the account's own report; None: it cannot tell."""
    if report is None:
        return None
    has_credits = None if report.credits_left is None else report.credits_left > 0
    has_day = None
    if report.daily_limit is not None and report.used_today is not None:
        has_day = report.used_today < report.daily_limit
    if has_credits is False or has_day is False:
        return False
    decisive = {Reason.CREDITS.value: (has_credits,), DAILY_LIMIT: (has_day,)}
    return True if True in decisive.get(why, (has_credits, has_day)) else None


async def why_paused(reading: Reading, provider: str) -> str | None:
    """None: it works."""
    row = await reading.one("account_get", provider=provider)
    return None if row is None or row["paused_why"] is None else str(row["paused_why"])


async def is_on_trial(reading: Reading, provider: str) -> bool:
    """The next order shows whether it is well; if it is refused, its job waits on."""
    row = await reading.one("account_get", provider=provider)
    return row is not None and bool(row["on_trial"])


async def pause(tx: Transaction, provider: str, why: str, *, detail: str, now: Millis) -> bool:
    """It failed: order nothing from it for now, and say so once.

    False: it was paused already, or an operator had it tried: what was ordered waits on.
    ``why``: `key`, `credits` or DAILY_LIMIT; ``detail``: the provider's words.
    """
    before = await why_paused(tx, provider)
    if before in {why, BY_HAND}:
        return False
    if before is not None:  # looks go on growing rarer
        await tx.run("account_fails_otherwise", provider=provider, why=why)
        await _tell_paused(tx, provider, why, detail, now)
        return False
    was_tried = await is_on_trial(tx, provider)
    await _begin(tx, provider, why, probe_s=FIRST_PROBE_S, now=now)
    await _tell_waiting(tx, provider, now)
    await _tell_paused(tx, provider, why, detail, now)
    return not was_tried


async def pause_by_hand(tx: Transaction, provider: str, *, now: Millis) -> None:
    """An operator wants it to rest: it is not looked at until one resumes it."""
    await _begin(tx, provider, BY_HAND, probe_s=None, now=now)
    await _tell_waiting(tx, provider, now)


async def leave_alone(tx: Transaction, provider: str, *, until: Millis, now: Millis) -> None:
    """It asked for a pause of its own length: nothing is ordered before, and who waits reads so."""
    await tx.run("account_busy", provider=provider, until=until)
    if until - now > LONG_WAIT_MS:
        await _tell_waiting(tx, provider, now)


async def takes_orders(reading: Reading, provider: str, *, now: Millis) -> bool:
    """It neither rests nor asked to be left alone."""
    row = await reading.one("account_get", provider=provider)
    return row is None or (row["paused_why"] is None and (row["busy_until"] or 0) <= now)


async def told_to_wait_until(reading: Reading, provider: str, *, now: Millis) -> Millis | None:
    """The end of a long pause it asked for; None: no pause, or one not worth a word."""
    row = await reading.one("account_get", provider=provider)
    until = row["busy_until"] if row else None
    return until if until is not None and until - now > LONG_WAIT_MS else None


async def resume(tx: Transaction, provider: str, *, now: Millis) -> bool:
    """An operator has it ordered from again, on trial; False: it neither rested nor waited."""
    if not await tx.run("account_resume", provider=provider, now=now):
        return False
    await tx.run("jobs_hasten", provider=provider, now=now)
    await _tell_waiting(tx, provider, now)
    tx.wake(Topic.RUNNER)
    return True


async def found_well(tx: Transaction, provider: str, *, now: Millis) -> None:
    """It took an order; the operator is told once. What was paused by hand stays so."""
    why = await why_paused(tx, provider)
    if why == BY_HAND or (why is None and not await is_on_trial(tx, provider)):
        return
    await tx.run("account_well", provider=provider)
    if why is None:  # resumed by an operator, who knows
        return
    await _tell_waiting(tx, provider, now)
    tx.wake(Topic.RUNNER)
    await book.tell_operator(tx, "operator.account_well", now=now, provider=provider)


async def put_on_trial(tx: Transaction, provider: str) -> None:
    """Nothing speaks against it: one job is ordered as soon as one waits."""
    await tx.run("account_try", provider=provider, by_hand=BY_HAND)
    tx.wake(Topic.RUNNER)


async def put_off_probe(tx: Transaction, provider: str, *, now: Millis) -> None:
    """It was looked at, or is tried this instant; the next look comes later than this one did."""
    row = await tx.one("account_get", provider=provider)
    if row is None or row["paused_why"] in {None, BY_HAND}:
        return
    pause_ms = int(probe_pause_s(row["probes"] + 1) * 1000)
    await tx.run("account_probed", provider=provider, probe_at=now + pause_ms)
    tx.wake(Topic.RUNNER)


async def _begin(
    tx: Transaction, provider: str, why: str, *, probe_s: float | None, now: Millis
) -> None:
    probe_at = None if probe_s is None else now + int(probe_s * 1000)
    await tx.run("account_pause", provider=provider, why=why, now=now, probe_at=probe_at)
    tx.wake(Topic.RUNNER)


async def _tell_waiting(tx: Transaction, provider: str, now: Millis) -> None:
    await tx.run(
        "statuses_rearm",
        provider=provider,
        now=now,
        most_in_group=budget.MOST_IN_GROUP,
        each_of_bulk=budget.EACH_OF_BULK,
        cancel_and_end=budget.CANCEL_AND_END,
    )
    tx.wake(Topic.OUTBOX)


async def _tell_paused(tx: Transaction, provider: str, why: str, detail: str, now: Millis) -> None:
    what = _TOLD.get(why, "limit")
    key = f"operator.account_{what}" if detail.strip() else f"operator.account_{what}_wordless"
    again = Press(Act.RESUME, how=provider).data()
    await book.tell_operator(
        tx,
        key,
        now=now,
        buttons=[[{"key": "button.resume", "word": provider, "data": again}]],
        provider=provider,
        detail=detail,
    )
