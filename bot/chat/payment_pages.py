"""How the operators' page of payments reads, and the question before a refund. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

from bot.chat.talk import Label, Line, apart, line
from bot.jobs.buttons import Act, Press
from bot.jobs.reconciling import Check, line_of
from bot.money.plans import Plans
from bot.money.refunds import PaymentState
from bot.store.port import Row

ON_A_PAGE: Final = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """Words and buttons."""

    lines: Sequence[Line]
    buttons: Sequence[Sequence[Label]]


def page(rows: Sequence[Row], plans: Plans, *, newer_id: int | None, check: Check | None) -> Page:
    """``rows``: of payments, the newest first; one more than a page where there are older ones.

    ``newer_id``: where the page of newer ones begins; ``check``: the last look at Telegram's list.
    """
    shown, older = rows[:ON_A_PAGE], rows[ON_A_PAGE:]
    lines = [line("payments.title" if shown else "payments.none")]
    if check is not None and check.compared:
        lines += [line_of(check), line("payments.checked", checked_at=check.checked_at)]
    for row in shown:
        lines += _entry(row, plans)
    refunds = [
        [Label("button.refund", _press("refund", row["payment_id"]), str(row["payment_id"]))]
        for row in shown
        if row["state"] == PaymentState.PAID
    ]
    arrows = []
    if newer_id is not None:
        arrows.append(Label("button.newer", _press("page", newer_id)))
    if older:
        arrows.append(Label("button.older", _press("page", older[0]["payment_id"])))
    look = [Label("button.check_stars", Press(Act.PAYMENTS, how="check"))]
    return Page(lines, [*refunds, *([arrows] if arrows else []), look])


def confirm(row: Row, plans: Plans) -> Page:
    """What a refund takes away, before it is done."""
    whose = "group" if row["wallet_id"] < 0 else "own"
    lines = [line(f"payments.confirm_{whose}", **_values(row), amount_vnd=row["amount_vnd"])]
    if row["plan"] is not None:
        lines.append(line("payments.confirm_plan", plan=plans.typed_name(row["plan"])))
    if row["is_recurring"]:
        lines.append(line("payments.confirm_renewal"))
    payment_id = row["payment_id"]
    yes = Label("button.refund_yes", _press("yes", payment_id))
    return Page(lines, [[yes], to_payments(payment_id)])


def to_payments(payment_id: int) -> list[Label]:
    """Back to the page on which that one stands."""
    return [Label("button.payments_back", _press("page", payment_id))]


def _entry(row: Row, plans: Plans) -> list[Line]:
    bought = {"amount_vnd": row["amount_vnd"], "stars": row["stars"]}
    if row["plan"] is None:
        what = line("payments.what_balance", **bought)
    else:
        what = line("payments.what_plan", **bought, plan=plans.typed_name(row["plan"]))
    who = line("payments.who", **_values(row), paid_at=row["paid_at"])
    state = line(f"payments.is_{row['state']}", refunded_at=row["refunded_at"] or 0)
    return [apart(who), what, state]


def _values(row: Row) -> dict[str, str | int]:
    return {
        "number": str(row["payment_id"]),
        "who": row["first_name"] or "?",
        "user": str(row["user_id"]),
        "stars": row["stars"],
    }


def _press(name: str, number: int) -> Press:
    return Press(Act.PAYMENTS, how=f"{name}={number}")
