"""An operator gives money by `/grant`, and takes it back by a button.

Knows nothing of who may do that: whoever calls has checked it. Everything one command does is one
transaction, and its key is the message: read twice, it is one grant.
"""

from __future__ import annotations

import re
from typing import Final

import structlog

from bot.chat.amounts import BadAmount, take_amount
from bot.chat.aside import aside
from bot.chat.by_hand import act_of, is_placed, known, message_of, tell_elsewhere
from bot.chat.talk import Label, Line, Talk, line
from bot.chat.whom import Whom, names_one, with_number
from bot.jobs.buttons import Act, Press
from bot.model import UserId
from bot.money import ledger
from bot.money.corrections import LessIsLeft, take_back
from bot.money.ledger import BY_HAND, EntryKind
from bot.money.plans import AMOUNT_MAX_VND, Plans
from bot.money.topups import pay_in
from bot.store.port import Reading

_MESSAGE: Final = re.compile(r"-?[0-9]{1,16}=[0-9]{1,10}", re.ASCII)
"""As `message_of` writes it."""

log = structlog.get_logger(__name__)


async def line_for_given(reading: Reading, wallet_id: UserId, amount_vnd: int) -> Line:
    """What whoever was given money hears, and how much there is now."""
    key = "given.money_group" if wallet_id < 0 else "given.money_person"
    return await _with_balance(key, reading, wallet_id, amount_vnd)


async def lines_for_taken(
    reading: Reading, wallet_id: UserId, amount_vnd: int, reason: str
) -> list[Line]:
    """What whoever it is taken back from hears; why, where the operator said so."""
    key = "given.taken_group" if wallet_id < 0 else "given.taken_person"
    told = [await _with_balance(key, reading, wallet_id, amount_vnd)]
    return told if reason == BY_HAND else [*told, line("given.taken_why", why=reason)]


async def _with_balance(key: str, reading: Reading, wallet_id: UserId, amount_vnd: int) -> Line:
    wallet = await ledger.read_wallet(reading, wallet_id)
    return line(key, amount_vnd=amount_vnd, balance_vnd=wallet.balance_vnd)


class Granting:
    """Made once."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans

    async def grant(self, talk: Talk, words: str) -> None:
        """`/grant ID|@name AMOUNT [reason]`; in reply to a person, or for the group it is said in,
        `/grant AMOUNT [reason]`.
        """
        named = await _named(talk, words)
        if named is None and not is_placed(talk):
            await talk.say(line("grant.how"))
            return
        rest = words.split(maxsplit=1)[1:] if named else [words]
        if not "".join(rest).strip():
            await talk.say(line("grant.how"))
            return
        try:
            amount_vnd, reason = take_amount(rest[0])
        except BadAmount as bad:
            await talk.say(line(bad.key, max_vnd=AMOUNT_MAX_VND))
            return
        if (whom := await known(talk, named)) is not None:
            await self._give(talk, whom, amount_vnd, reason)

    async def _give(self, talk: Talk, whom: Whom, amount_vnd: int, reason: str) -> None:
        wallet_id, message = UserId(whom.number), message_of(talk)
        act = act_of(talk, f"grant:{message}", reason)
        is_new = await pay_in(talk.tx, self._plans, wallet_id, EntryKind.GRANT, amount_vnd, act)
        log.info("granted", whom=wallet_id, amount_vnd=amount_vnd, by=act.author, is_new=is_new)
        if is_new:
            told = await line_for_given(talk.tx, wallet_id, amount_vnd)
            await tell_elsewhere(talk, whom, told)
        wallet = await ledger.read_wallet(talk.tx, wallet_id)
        is_overheard = whom.kind == "person" and not talk.is_private
        key = "grant.done_aside" if is_overheard else f"grant.done_{whom.kind}"
        answer = line(
            key,
            who=whom.name,
            number=str(whom.number),
            amount_vnd=amount_vnd,
            balance_vnd=wallet.balance_vnd,
        )
        undo = Label("button.take_back", Press(Act.TAKE_BACK, how=message), amount_vnd=amount_vnd)
        await talk.say(answer, buttons=[[undo]])

    async def press(self, talk: Talk, press: Press) -> str:
        """Take a grant back; the catalogue key of what floats by."""
        if not _MESSAGE.fullmatch(press.how):
            return "press.nothing"
        entry = await ledger.entry_of(talk.tx, f"grant:{press.how}")
        if entry is None:
            return "press.nothing"
        whom = await with_number(talk, entry.wallet_id)
        values = {"who": whom.name, "number": str(whom.number), "amount_vnd": entry.amount_vnd}
        act = act_of(talk, f"correction:of:{entry.key}")
        try:
            is_new = await take_back(talk.tx, entry.wallet_id, entry.amount_vnd, act)
        except LessIsLeft as less:
            if (there := await aside(talk, whom.number)) is not None:
                await there.say(line("grant.less_left", **values, left_vnd=less.left_vnd))
            return ""
        if not is_new:
            return "grant.taken_before"
        log.info("taken_back", whom=whom.number, amount_vnd=entry.amount_vnd, by=act.author)
        told = await lines_for_taken(talk.tx, entry.wallet_id, entry.amount_vnd, act.reason)
        await tell_elsewhere(talk, whom, *told)
        await talk.turn(line(f"grant.taken_{whom.kind}", **values))
        return ""


async def _named(talk: Talk, words: str) -> str | None:
    """The first word, where it says whom and not how much."""
    first, second = (*words.split(maxsplit=2), "", "")[:2]
    if not names_one(first):
        return None
    is_followed = any(letter.isdigit() for letter in second)
    if first.startswith("@") or not is_placed(talk) or is_followed:
        return first
    # Alone it is how much: unless a number is somebody's, and what follows was a slip.
    is_somebodys = await talk.tx.one("user_get", user_id=int(first)) is not None
    return first if second and is_somebodys else None
