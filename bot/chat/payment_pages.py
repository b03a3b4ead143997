"""How the operators' page of payments reads, and the question before a refund. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Final

from bot.chat.by_hand import mark_of
from bot.chat.talk import Label, Line, apart, line, shortened
from bot.jobs.buttons import Act, Press
from bot.jobs.reconciling import Check, line_of
from bot.money.plans import Plans
from bot.money.purchases import Undoing
from bot.money.refunds import Foreseen, PaymentState
from bot.store.port import Row

ON_A_PAGE: Final = 5
QUOTED_SHOWN: Final = 40
"""Characters."""


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
        [_refund_label(row["payment_id"])] for row in shown if row["state"] == PaymentState.PAID
    ]
    arrows = []
    if newer_id is not None:
        arrows.append(Label("button.newer", _press("page", newer_id)))
    if older:
        arrows.append(Label("button.older", _press("page", older[0]["payment_id"])))
    if shown:
        lines.append(apart(line("payments.by_number", number=str(shown[0]["payment_id"]))))
    return Page(lines, [*refunds, *([arrows] if arrows else []), _to_compare()])


def single(row: Row, plans: Plans) -> Page:
    """One payment by itself."""
    payment_id = row["payment_id"]
    refunds = [[_refund_label(payment_id)]] if row["state"] == PaymentState.PAID else []
    return Page(_entry(row, plans), [*refunds, to_payments(payment_id)])


def unknown(quoted: str) -> Page:
    """What somebody quoted is no payment we know; Telegram may."""
    told = line("payments.unknown", quoted=shortened(quoted, QUOTED_SHOWN))
    return Page([told], [[Label("button.payments", Press(Act.PAYMENTS))], _to_compare()])


def _to_compare() -> list[Label]:
    return [Label("button.check_stars", Press(Act.PAYMENTS, how="check"))]


@dataclasses.dataclass(frozen=True, slots=True)
class Question(Page):
    """Before a refund; ``mark`` names what it says, "" where nothing can be done."""

    mark: str
    bears_vnd: int = 0
    """Đồng that the shop bears by it."""


def question(row: Row, plans: Plans, foreseen: Foreseen, *, is_renewed: bool) -> Question:
    """What a refund will do, before it is done."""
    lines = list(_consequences(row, plans, foreseen))
    if is_renewed:
        lines.append(line("payments.confirm_renewal"))
    payment_id, mark, borne_vnd = row["payment_id"], mark_of(*lines), foreseen.borne_vnd
    yes = Press(Act.PAYMENTS, how=f"yes={payment_id}={mark}")
    label = Label("button.refund_yes", yes)
    if borne_vnd:
        label = Label("button.refund_bears", yes, amount_vnd=borne_vnd)
    return Question(lines, [[label], to_payments(payment_id)], mark, borne_vnd)


def refusal(row: Row, why: Line) -> Question:
    """It cannot be done as things stand; it can be looked at again."""
    payment_id = row["payment_id"]
    buttons = [[_refund_label(payment_id)], to_payments(payment_id)]
    return Question([line("payments.refused", **_values(row)), why], buttons, "")


def to_payments(payment_id: int) -> list[Label]:
    """Back to a page on which that one stands."""
    return [Label("button.payments_back", _press("back", payment_id))]


def _consequences(row: Row, plans: Plans, foreseen: Foreseen) -> Iterator[Line]:
    amount_vnd, term_vnd = row["amount_vnd"], foreseen.from_term_vnd
    there_vnd = amount_vnd - foreseen.borne_vnd
    whose = "group" if row["wallet_id"] < 0 else "own"
    key = f"payments.confirm_{whose}" if amount_vnd else "payments.confirm_uncredited"
    asks = line(key, **_values(row), amount_vnd=there_vnd)
    yield line("payments.refused", **_values(row)) if foreseen.borne_vnd and not there_vnd else asks
    if foreseen.borne_vnd:
        lacks = {"missing_vnd": foreseen.borne_vnd, "amount_vnd": amount_vnd}
        yield line("payments.not_enough", **lacks)
    if 0 < term_vnd < there_vnd:
        yield line("payments.confirm_parts", term_vnd=term_vnd, rest_vnd=there_vnd - term_vnd)
    if row["plan"] is None:
        return
    plan = plans.typed_name(row["plan"])
    if foreseen.paid_back_vnd:
        yield line("payments.paid_back", plan=plan, refund_vnd=foreseen.paid_back_vnd)
        return
    if foreseen.plan is None:
        yield line("payments.plan_over_before", plan=plan)
        return
    yield _of_plan(foreseen.plan, plans)
    if foreseen.lapse_vnd:
        yield line("payments.plan_lapses", lapse_vnd=foreseen.lapse_vnd)
    if foreseen.going:
        numbers = ", ".join(f"#{number}" for number in foreseen.going)
        yield line("payments.plan_going", numbers=numbers)


def _of_plan(undoing: Undoing, plans: Plans) -> Line:
    plan = plans.typed_name(undoing.term.plan)
    if undoing.is_over:
        return line("payments.plan_ends", plan=plan)
    if undoing.ends_at is None:
        return line("payments.plan_stays", plan=plan)
    how = "shortens" if undoing.is_shorter else "stays_until"
    values = {"plan": plan, "ends_at": undoing.term.ends_at, "then_at": undoing.ends_at}
    return line(f"payments.plan_{how}", **values)


def _refund_label(payment_id: int) -> Label:
    return Label("button.refund", _press("refund", payment_id), str(payment_id))


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
