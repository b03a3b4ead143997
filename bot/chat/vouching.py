"""`/voucher`: a code fills a balance, once; an operator makes such codes.

Knows nothing of how money comes in. In a group whose wallet pays, a code fills that wallet.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from bot.chat.amounts import BadAmount, read_amount
from bot.chat.codes import VOUCHER_PREFIX, read_voucher, shown_voucher
from bot.chat.links import command_meant, deep_link
from bot.chat.parsed import Parsed, PlainCommand
from bot.chat.talk import Line, Talk, apart, line, shortened
from bot.jobs.accept import Desk
from bot.jobs.codes import voucher_code
from bot.jobs.reaching import tell
from bot.jobs.rules import payer_of
from bot.model import DAY_MS, Millis
from bot.money import vouchers
from bot.money.plans import AMOUNT_MAX_VND

DAYS: Final = 30
DAYS_MAX: Final = 3_650
COUNT_MAX: Final = 20
"""In one message."""
OPEN_SHOWN: Final = 10
TYPED_SHOWN: Final = 40
"""Characters of what was typed that are said back: longer than any code."""


class Vouching:
    """Made once. ``username``: the bot's."""

    def __init__(self, desk: Desk, username: str, admin_ids: Collection[int]) -> None:
        self._desk = desk
        self._username = username
        self._admin_ids = admin_ids

    async def command(self, talk: Talk, words: str) -> None:
        """`/voucher CODE`; of an operator also `/voucher AMOUNT [DAYS [COUNT]]`."""
        is_operator = talk.speaker.user_id in self._admin_ids
        code = read_voucher(words)
        if code is not None:
            await self._redeem(talk, code)
        elif is_operator and not talk.is_private:  # whoever reads a code may use it
            await talk.say(line("admin.in_private"))
        elif is_operator:
            await self._make(talk, words.split())
        elif words.strip():
            await talk.say(line("voucher.not_a_code", typed=shortened(words.strip(), TYPED_SHOWN)))
        else:
            await talk.say(line("voucher.how"))

    async def invites(self, talk: Talk, parsed: Parsed) -> bool:
        """Whether what was said fills the speaker's own balance: the operator made the code for a
        customer, who is known to the operator from then on.
        """
        if not talk.is_private or not isinstance(parsed, PlainCommand):
            return False
        meant = command_meant(parsed)
        code = read_voucher(meant.argument) if meant.name == "voucher" else None
        return code is not None and await vouchers.is_good(talk.tx, code, now=talk.now)

    async def _redeem(self, talk: Talk, code: str) -> None:
        user_id, chat_id = talk.speaker.user_id, talk.place.chat_id
        wallet_id = await payer_of(talk.tx, user_id, chat_id)
        plans = self._desk.plans
        outcome = await vouchers.redeem(
            talk.tx, plans, code, user_id=user_id, wallet_id=wallet_id, now=talk.now
        )
        shown = shown_voucher(code)
        if isinstance(outcome, vouchers.Refused):
            await talk.say(line(f"voucher.{outcome}", code=shown, contact=plans.contact))
            return
        balance_vnd = await self._desk.purses.balance_of(talk.tx, wallet_id)
        values = {"amount_vnd": outcome.amount_vnd, "balance_vnd": balance_vnd}
        name = talk.speaker.first_name
        if wallet_id != user_id:
            await talk.say(line("voucher.filled_group", name=name, **values))
        elif talk.is_private:
            await talk.say(line("voucher.filled", **values))
        else:
            await talk.say(line("voucher.filled_aside", name=name))
            await tell(talk.tx, user_id, line("voucher.filled", **values), now=talk.now)

    async def _make(self, talk: Talk, words: list[str]) -> None:
        if not words:
            await talk.say(line("voucher.how_to_make"), *await _open(talk))
            return
        try:
            amount_vnd = read_amount(words[0])
        except BadAmount as bad:
            key = "voucher.negative" if bad.key == "amount.negative" else bad.key
            await talk.say(line(key, max_vnd=AMOUNT_MAX_VND))
            return
        days = _count(words[1], DAYS_MAX) if len(words) > 1 else DAYS
        count = _count(words[2], COUNT_MAX) if len(words) > 2 else 1
        if days is None:
            await talk.say(
                line("voucher.bad_days", typed=shortened(words[1], TYPED_SHOWN), most=DAYS_MAX)
            )
        elif count is None:
            await talk.say(
                line("voucher.bad_count", typed=shortened(words[2], TYPED_SHOWN), most=COUNT_MAX)
            )
        else:
            until_at = talk.now + days * DAY_MS
            codes = [await _made(talk, amount_vnd, until_at) for _ in range(count)]
            told = line("voucher.made", amount_vnd=amount_vnd, until_at=until_at)
            await talk.say(told, *(self._line(code) for code in codes))

    def _line(self, code: str) -> Line:
        link = deep_link(self._username, f"{VOUCHER_PREFIX}{code}")
        return line("voucher.code", code=shown_voucher(code), link=link)


async def _made(talk: Talk, amount_vnd: int, until_at: Millis) -> str:
    code = voucher_code()
    made_by = f"user {talk.speaker.user_id}"
    await vouchers.make(
        talk.tx, code, amount_vnd, made_by=made_by, now=talk.now, expires_at=until_at
    )
    return code


async def _open(talk: Talk) -> list[Line]:
    rows = await talk.tx.all("vouchers_open", now=talk.now, most=OPEN_SHOWN)
    lines = [
        line(
            "voucher.open_code",
            code=shown_voucher(row["code"]),
            amount_vnd=row["amount_vnd"],
            until_at=row["expires_at"],
        )
        for row in rows
    ]
    return [apart(line("voucher.open")), *lines] if lines else []


def _count(word: str, most: int) -> int | None:
    """A whole number from 1 on, in plain digits."""
    is_number = word.isascii() and word.isdecimal() and len(word) <= len(str(most))
    return int(word) if is_number and 1 <= int(word) <= most else None
