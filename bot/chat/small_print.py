"""`/paysupport` and `/terms`, which Telegram asks of every bot that sells. Moves no money.

Who asks for help may miss a payment: Telegram's list is looked at soon, whoever asks.
"""

from __future__ import annotations

from typing import Final

from bot.chat.talk import Talk, apart, line
from bot.jobs import reconciling
from bot.money.payments import last_charges
from bot.money.plans import Plans

CHARGES_SHOWN: Final = 5


class SmallPrint:
    """Made once."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans

    async def paysupport(self, talk: Talk) -> None:
        """What happens to payments, whom to ask, and in private the numbers to quote."""
        if self._plans.stars is not None:
            await reconciling.miss(talk.tx, now=talk.now)
        rows, which = [], "elsewhere"
        if talk.is_private:
            user_id = talk.speaker.user_id
            rows = await last_charges(talk.tx, user_id, most=CHARGES_SHOWN)
            which = "listed" if rows else "unlisted"
        lines = [
            line("paysupport.title"),
            line("paysupport.how"),
            line(f"paysupport.ask_{which}", contact=self._plans.contact),
        ]
        if rows:
            lines.append(apart(line("paysupport.charges")))
        lines += [
            line(
                f"paysupport.charge_{row['state']}",
                number=str(row["payment_id"]),
                stars=row["stars"],
                paid_at=row["paid_at"],
            )
            for row in rows
        ]
        await talk.say(*lines)

    async def terms(self, talk: Talk) -> None:
        """What is sold, when money is taken and returned, whose the pictures are."""
        contact = self._plans.contact
        told = [line("terms.sold"), line("terms.taken"), line("terms.plans")]
        if self._plans.stars is not None:
            told.append(line("terms.stars"))
        told += [line("terms.pictures"), line("terms.data"), line("terms.contact", contact=contact)]
        await talk.say(line("terms.title"), *map(apart, told))
