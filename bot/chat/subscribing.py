"""A plan that renews itself: shown to who pays for it, and stopped when they want.

Knows nothing of how Telegram is asked. Stopped, the plan stays until what is paid for is over.
"""

from __future__ import annotations

from typing import Final

from bot.chat.talk import Label, Line, Link, Talk, apart, line
from bot.jobs.buttons import Act, Press
from bot.money import refunds, subscriptions
from bot.money.plans import Plans

DIGITS_MAX: Final = 15


async def renewals(talk: Talk, plans: Plans) -> tuple[list[Line], list[list[Label | Link]]]:
    """Own plans that renew themselves, for a page about plans: sentences and buttons.

    In a group nobody is told of anybody's.
    """
    if not talk.is_private:
        return [], []
    running = await subscriptions.running_of(talk.tx, talk.speaker.user_id, now=talk.now)
    named = [(each, plans.shown_name(each.plan or "")) for each in running]
    lines = [line("subscription.runs", plan=name, stars=each.stars) for each, name in named]
    buttons: list[list[Label | Link]] = [
        [Label("button.stop_renewing", _press("stop", each.payment_id), name)]
        for each, name in named
    ]
    return [apart(each) for each in lines], buttons


class Subscribing:
    """Made once."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans

    async def press(self, talk: Talk, press: Press) -> str:
        """Stop one of one's own; the catalogue key of what floats by, "" for nothing."""
        name, _, word = press.how.partition("=")
        is_number = word.isascii() and word.isdecimal() and len(word) <= DIGITS_MAX
        charge = await refunds.find(talk.tx, int(word)) if is_number else None
        if charge is None or charge.user_id != talk.speaker.user_id or not talk.is_private:
            return "press.not_yours"
        plan = self._plans.shown_name(charge.plan or "")
        if name == "stop":
            sure = [[Label("button.stop_renewing_yes", _press("yes", charge.payment_id))]]
            await talk.say(line("subscription.ask", plan=plan), buttons=sure)
            return ""
        is_new = await subscriptions.stop(talk.tx, charge, now=talk.now)
        key = "subscription.stopping" if is_new else "subscription.stopped"
        await talk.turn(line(key, plan=plan))
        return ""


def _press(name: str, payment_id: int) -> Press:
    return Press(Act.RENEWAL, how=f"{name}={payment_id}")
