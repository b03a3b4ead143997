"""The operator's overview: every account asked what it has left, and what our own rows say.

Knows nothing of commands. Whoever wants to see it left a row, which goes when it is said, so that
nothing is lost by a restart and the numbers are fresh.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from typing import Any, Final

from bot.errors import AccountUnusable, Rejected, Unreachable
from bot.jobs import accounts
from bot.jobs.buttons import Act, Press
from bot.jobs.saying import say
from bot.model import Clock, JobState, Millis, Place, Say, Urgency
from bot.providers.port import AccountReport
from bot.runner.accounts import MANY_LANES, Account
from bot.runner.probing import REPORT_S
from bot.store.port import Reading, Row, Store, Transaction

PAYMENTS: Final = Press(Act.PAYMENTS)
Line = dict[str, Any]
"""A sentence by key, as in an outbox row."""
Report = AccountReport | Unreachable | AccountUnusable | Rejected | None
"""What an account told; why it did not; None: it tells nothing."""


async def show_overviews(
    accounts_by_name: Mapping[str, Account], store: Store, clock: Clock
) -> None:
    """Answer everybody who asked for the overview."""
    looks = await store.all("account_looks")
    if not looks:
        return
    names = list(accounts_by_name)
    told = await asyncio.gather(*(_ask(accounts_by_name[name]) for name in names))
    reports = dict(zip(names, told, strict=True))

    async def work(tx: Transaction) -> None:
        now = clock()
        for look in looks:
            if not await tx.run("account_look_done", look_id=look["look_id"]):
                continue
            await say(
                tx,
                Say.TEXT,
                Place(look["chat_id"], look["thread_id"], look["reply_to"]),
                urgency=Urgency.ANSWER,
                now=now,
                payload={
                    "language": look["language"],
                    "lines": await _lines(tx, look, accounts_by_name, reports, now),
                    "buttons": [
                        *[[await _button(tx, name, now)] for name in names],
                        [{"key": "button.payments", "word": "", "data": PAYMENTS.data()}],
                    ],
                },
            )

    await store.write(work)


async def _ask(account: Account) -> Report:
    try:
        async with asyncio.timeout(REPORT_S):
            return await account.provider.account()
    except TimeoutError:
        return Unreachable(account.name)
    except (Unreachable, AccountUnusable, Rejected) as error:
        return error


async def _lines(
    reading: Reading,
    look: Row,
    accounts_by_name: Mapping[str, Account],
    reports: Mapping[str, Report],
    now: Millis,
) -> list[Line]:
    lines: list[Line] = []
    for name, account in accounts_by_name.items():
        lines.append(await _standing(reading, account, reports[name], now))
        lines += await _lines_of(reading, account, reports[name])
    counted = await reading.all("jobs_of_day", day=look["day"])
    lines.append(_line("admin.today", of_day=look["day"]))
    count = {row["state"]: row["n"] for row in counted}
    for state in JobState:
        if state in count:
            lines.append(_line(f"admin.state_{state}", count=count[state]))
    return lines


async def _standing(reading: Reading, account: Account, report: Report, now: Millis) -> Line:
    """Whether it takes orders, and why not; one that says no when asked may not be working."""
    title = account.provider.title
    why = await accounts.why_paused(reading, account.name)
    if why is not None:
        return _line(f"admin.rests_{why}", title=title)
    until_at = await accounts.told_to_wait_until(reading, account.name, now=now)
    if until_at is not None:
        return _line("admin.waits", title=title, until_at=until_at)
    key = "admin.says_no" if isinstance(report, AccountUnusable) else "admin.works"
    return _line(key, title=title)


async def _lines_of(reading: Reading, account: Account, report: Report) -> list[Line]:
    lines = []
    taken = await reading.one("lanes_taken", provider=account.name)
    waiting = await reading.one("jobs_waiting", provider=account.name)
    assert taken is not None
    assert waiting is not None
    numbers = {"taken": taken["taken"], "waiting": waiting["waiting"]}
    if account.lanes >= MANY_LANES:
        lines.append(_line("admin.lanes_unlimited", **numbers))
    else:
        lines.append(_line("admin.lanes", lanes=account.lanes, **numbers))
    match report:
        case AccountReport():
            lines += told(report)
        case Unreachable() | AccountUnusable() | Rejected():
            lines.append(_not_told(report))
        case None:
            pass
    return lines


def _not_told(error: Unreachable | AccountUnusable | Rejected) -> Line:
    if error.status is None:
        return _line("admin.not_answered")
    if error.detail:
        return _line("admin.not_told_because", status=error.status, detail=error.detail)
    return _line("admin.not_told", status=error.status)


def told(report: AccountReport) -> list[Line]:
    """A line for everything the account said of itself."""
    values = dataclasses.asdict(report)
    lines = []
    for name, value in values.items():
        if value is None or name == "daily_limit":
            continue
        if name == "expires_at":
            lines.append(_line("admin.told_expires", expires_at=value))
        elif name == "used_today" and report.daily_limit is not None:
            lines.append(_line("admin.told_used_of", used=value, limit=report.daily_limit))
        else:
            shown = round(value) if isinstance(value, float) else value
            lines.append(_line(f"admin.told_{name}", value=shown))
    return lines


async def _button(reading: Reading, name: str, now: Millis) -> dict[str, str]:
    is_paused = await accounts.why_paused(reading, name) is not None
    waits = await accounts.told_to_wait_until(reading, name, now=now) is not None
    act = Act.RESUME if is_paused or waits else Act.PAUSE
    key = "button.resume" if is_paused or waits else "button.pause"
    return {"key": key, "word": name, "data": Press(act, how=name).data()}


def _line(key: str, **values: Any) -> Line:
    return {"key": key, "values": values}
