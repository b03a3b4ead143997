"""What a payment did to the plan, as whoever paid is told of it. Pure.

Knows nothing of how the payment was heard of.
"""

from __future__ import annotations

from typing import Any

from bot.money.payments import Credit
from bot.money.plans import Plans


def bought_lines(plans: Plans, credit: Credit) -> list[dict[str, Any]]:
    """The plan it began or went on with, until when; or which other one kept it from beginning."""
    lines: list[dict[str, Any]] = []
    if (term := credit.term) is not None:
        values: dict[str, Any] = {"plan": plans.shown_name(term.plan)}
        if term.ends_at is None:
            lines.append({"key": "paid.plan", "values": values})
        else:
            values["ends_at"] = term.ends_at
            lines.append({"key": "paid.plan_until", "values": values})
    if (runs := credit.runs) is not None:
        values = {"other": plans.shown_name(runs.plan), "ends_at": runs.ends_at}
        lines.append({"key": "paid.other_runs", "values": values | {"contact": plans.contact}})
    return lines
