"""What is said when neither the day's allowance nor the balance covers a request. Pure.

Knows nothing of how it was asked for.
"""

from __future__ import annotations

from bot.chat.talk import Line, line
from bot.jobs.accept import NotEnough, NotPriced


def lacking(outcome: NotEnough | NotPriced, contact: str) -> list[Line]:
    """What it needs and what there is, then what to do; ``contact``: who sells more."""
    if isinstance(outcome, NotPriced):
        return [_not_priced(outcome)]
    # Nobody is promised a new allowance whose plan gives none.
    next_step = "quota.what_next" if outcome.free_each_day else "quota.top_up"
    return [_not_enough(outcome), line(next_step, contact=contact)]


def _not_priced(outcome: NotPriced) -> Line:
    if not outcome.free_left:
        return line("quota.none_free_not_priced", contact=outcome.contact)
    return line(
        "quota.not_priced",
        outputs=outcome.outputs,
        free=outcome.free_left,
        contact=outcome.contact,
    )


def _not_enough(outcome: NotEnough) -> Line:
    missing_vnd = (outcome.outputs - outcome.free_left) * outcome.price_each_vnd
    money = {"price_vnd": missing_vnd, "balance_vnd": outcome.balance_vnd}
    if not outcome.free_left:
        return line("quota.none_free", **money)
    return line("quota.not_enough", outputs=outcome.outputs, free=outcome.free_left, **money)
