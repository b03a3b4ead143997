"""Why somebody cannot have what they asked for today: what is free, what is missing, what to do.

Pure. Knows nothing of how it was reckoned.
"""

from __future__ import annotations

import dataclasses

from bot.chat.talk import Label, Line, Link, counted, line
from bot.jobs.accept import NotEnough, NotPriced
from bot.jobs.buttons import Act, Press
from bot.jobs.rules import Payer


@dataclasses.dataclass(frozen=True, slots=True)
class Refill:
    """How more money comes to the wallet that lacks it."""

    contact: str
    """Who sells it by hand; may be empty."""
    has_stars: bool
    """`/buy` sells it too."""
    own_url: str
    """Opens `/buy` in the private chat."""
    is_here: bool = True
    """`/buy` fills that wallet in this chat; else in the private one."""


def lacking_lines(lacking: NotEnough | NotPriced, refill: Refill) -> list[Line]:
    if lacking.payer is Payer.GROUP:
        return _of_group(lacking, refill)
    asked, contact = _asked(lacking), refill.contact
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
    next_step = line(f"quota.{_how(refill)}{_tomorrow(lacking)}", contact=contact)
    return [asked, missing, next_step]


def lacking_buttons(lacking: NotEnough | NotPriced, refill: Refill) -> list[list[Label | Link]]:
    """The way to more, where money in Stars would help."""
    if not refill.has_stars or isinstance(lacking, NotPriced) or lacking.is_capped:
        return []
    if refill.is_here:
        return [[Label("button.buy", Press(Act.BUY))]]
    return [[Link("quota.button_buy_own", refill.own_url)]]


def _of_group(lacking: NotEnough | NotPriced, refill: Refill) -> list[Line]:
    """What its wallet lacks, and what can be done about it: nobody's allowance counts there."""
    if isinstance(lacking, NotPriced):
        return [
            line(f"purse.no_price_{lacking.kind}"),
            line("purse.next_price", contact=refill.contact),
        ]
    values = {"price_vnd": lacking.cost_vnd, "balance_vnd": lacking.balance_vnd}
    if lacking.is_capped:
        return [line("purse.capped", **values), line("purse.next_capped")]
    key = "purse.missing" if lacking.balance_vnd else "purse.empty"
    next_key = "purse.next_buy" if refill.has_stars else "purse.next_missing"
    return [line(key, **values), line(next_key, contact=refill.contact)]


def _how(refill: Refill) -> str:
    if not refill.has_stars:
        return "what_next"
    return "buy_next" if refill.is_here else "buy_own_next"


def _tomorrow(lacking: NotEnough | NotPriced) -> str:
    """Nobody is promised free ones tomorrow whose plan gives none."""
    return "" if lacking.free_each_day else "_only"


def _asked(lacking: NotEnough | NotPriced) -> Line:
    if lacking.free_left:  # then more was asked for than one
        key = f"quota.asked_some_free_{lacking.kind}"
        return counted(key, lacking.free_left, outputs=lacking.outputs)
    return counted(f"quota.asked_none_free_{lacking.kind}", lacking.outputs)
