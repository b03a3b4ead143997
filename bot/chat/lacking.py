"""Why somebody cannot have what they asked for today: what is free, what is missing, what to do.

Pure. Knows nothing of how it was reckoned.
"""

from __future__ import annotations

from bot.chat.talk import Line, counted, line
from bot.jobs.accept import NotEnough, NotPriced
from bot.jobs.rules import Payer


def lacking_lines(lacking: NotEnough | NotPriced, *, contact: str) -> list[Line]:
    """``contact``: whom to ask for more."""
    if lacking.payer is Payer.GROUP:
        return _of_group(lacking, contact)
    asked = _asked(lacking)
    if isinstance(lacking, NotPriced):
        return [
            asked,
            line(f"quota.on_request_{lacking.kind}{_tomorrow(lacking)}", contact=contact),
        ]
    missing = line(
        "quota.missing_rest" if lacking.free_left else "quota.missing",
        price_vnd=lacking.cost_vnd,
        balance_vnd=lacking.balance_vnd,
        missing_vnd=lacking.cost_vnd - lacking.balance_vnd,
    )
    return [asked, missing, line(f"quota.what_next{_tomorrow(lacking)}", contact=contact)]


def _of_group(lacking: NotEnough | NotPriced, contact: str) -> list[Line]:
    """What its wallet lacks, and what an admin can do about it: nobody's allowance counts there."""
    if isinstance(lacking, NotPriced):
        return [
            line(f"purse.no_price_{lacking.kind}"),
            line("purse.next_price", contact=contact),
        ]
    values = {"price_vnd": lacking.cost_vnd, "balance_vnd": lacking.balance_vnd}
    if lacking.is_capped:
        return [line("purse.capped", **values), line("purse.next_capped")]
    key = "purse.missing" if lacking.balance_vnd else "purse.empty"
    return [line(key, **values), line("purse.next_missing", contact=contact)]


def _tomorrow(lacking: NotEnough | NotPriced) -> str:
    """Nobody is promised free ones tomorrow whose plan gives none."""
    return "" if lacking.free_each_day else "_only"


def _asked(lacking: NotEnough | NotPriced) -> Line:
    if lacking.free_left:  # then more was asked for than one
        key = f"quota.asked_some_free_{lacking.kind}"
        return counted(key, lacking.free_left, outputs=lacking.outputs)
    return counted(f"quota.asked_none_free_{lacking.kind}", lacking.outputs)
