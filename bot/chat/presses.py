"""What a press on a button does: routed to the one doing that answers it. Knows no texts.

Anybody can forge the text of a button: what it names is checked against what its message shows,
a job against its owner, and a price against what the button said.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bot.chat.deriving import Target
from bot.chat.doings import Doings
from bot.chat.pricing import ask_price
from bot.chat.rulings import may_press
from bot.chat.talk import Talk
from bot.chat.turning_away import hint_for_admins
from bot.errors import Dearer
from bot.i18n import I18n
from bot.jobs import book
from bot.jobs.buttons import WANTED, Act, Press
from bot.jobs.facts import Resolved
from bot.jobs.privacy import is_hidden
from bot.model import Job, Say

TWICE_MS: Final = 10_000
"""Within it, the same press again is a finger that tapped twice."""
TAKEN: Final = frozenset(
    {"press.accepted", "press.asked", "to_me.coming", "to_me.copy_coming", "buy.coming"}
)
"""What is answered when something came of a press; after anything else it may be tried again."""


Page = Callable[[Talk, Press], Awaitable[str]]
"""A press about no job; the catalogue key of what floats by, "" for nothing."""


class Presses:
    """Made once. ``answer`` does what one press means."""

    def __init__(self, doings: Doings, i18n: I18n, admin_ids: frozenset[int]) -> None:
        self._doings = doings
        self._i18n = i18n
        self._admin_ids = admin_ids
        self._pages: Mapping[Act, Page] = {
            Act.LANGUAGE: doings.welcome.language,
            Act.HELP: doings.helping.press,
            Act.EXAMPLE: self._suggest,
            Act.PRESET: self._suggest,
            Act.BULK: doings.bulk_presses.press,
            Act.APPROVE: doings.approving.press,
            Act.SETTING: doings.preferring.press,
            Act.GROUP: doings.governing.press,
            Act.HISTORY: doings.history.press,
            Act.SHOW: doings.history.press,
            Act.RENEWAL: doings.subscribing.press,
            Act.PLANS: doings.comparing.press,
            Act.BUY: self._buy,
            Act.RECEIPTS: doings.receipts.press,
        }

        self._operators: Mapping[Act, Page] = {
            Act.PAUSE: doings.operator.press,
            Act.RESUME: doings.operator.press,
            Act.ACCESS: doings.admitting.press,
            Act.PAYMENTS: doings.payments.press,
            Act.TAKE_BACK: doings.granting.press,
            Act.PLAN_END: doings.planning.press,
            Act.PLAN_SELL: doings.selling.press_again,
            Act.SALE_UNDO: doings.selling.press_undo,
            Act.STATS: doings.stats.press,
        }

    async def answer(self, talk: Talk, press: Press) -> str:
        """Do what the button means; the words that float by."""
        tongue = self._i18n.tongue(talk.language)
        if (page := self._pages.get(press.act)) is not None:
            key = await page(talk, press)
            return tongue.text(key) if key else ""
        if press.act in self._operators and self._is_admin(talk):
            key = await self._operators[press.act](talk, press)
            return tongue.text(key) if key else ""
        job = await self._pressed_job(talk, press)
        is_others = job is not None and job.user_id != talk.speaker.user_id
        if job is None or (press.act is Act.MOVE and is_others):
            return tongue.text("press.not_yours")
        if not may_press(talk, press, job):
            key = f"rules.act_{talk.rules.pressers}"
            return tongue.text(await hint_for_admins(talk, key) or key, at="")
        if press.act is Act.CANCEL:
            answer = await self._doings.account.stop(talk, job)
            return tongue.text(answer["key"], **answer["values"])
        if press.act is Act.RESOLVE:
            await book.move(talk.tx, job, Resolved(), now=talk.now, who="operator")
            return tongue.text("press.resolved")
        if press.act in {Act.PICK, Act.FILES}:
            return tongue.text(await self._show(talk, press, job))
        if press.act is Act.TO_ME:
            to_me = self._doings.to_me
            return tongue.text(await self._once(talk, press, lambda: to_me.press(talk, press, job)))
        if press.act is Act.MOVE and job.moved_to is not None:
            return tongue.text("press.moved", code=job.moved_to)
        return tongue.text(await self._once(talk, press, lambda: self._make(talk, press, job)))

    async def _pressed_job(self, talk: Talk, press: Press) -> Job | None:
        """The button's job, if this message shows it or the presser owns it."""
        job = await book.find_job(talk.tx, press.job_id or "")
        if job is None or press.act is Act.RESOLVE:
            return job if self._is_admin(talk) else None
        shown = await talk.tx.one(
            "message_get", chat_id=talk.place.chat_id, message_id=talk.pressed_id
        )
        is_shown_here = shown is not None and shown["job_id"] == job.job_id
        if is_hidden(job, talk.place.chat_id, talk.speaker.user_id):
            return None
        # A board shows many requests, and its message is of none of them.
        is_on_board = press.act is Act.CANCEL and job.chat_id == talk.place.chat_id
        is_own = job.user_id == talk.speaker.user_id
        return job if is_shown_here or is_on_board or is_own else None

    async def _show(self, talk: Talk, press: Press, job: Job) -> str:
        """A tile or the originals again; the catalogue key of what to float by."""
        rows = await talk.tx.all("assets_of_job", job_id=job.job_id)
        tiles = {row["tile"] for row in rows if row["tile"] > 0}
        is_all = press.act is Act.FILES and press.tile is None
        if not tiles or (press.tile not in tiles and not is_all):
            return "press.nothing"
        await talk.show(Say.PICK if press.act is Act.PICK else Say.FILES, job.job_id, press.tile)
        return "press.coming"

    async def _suggest(self, talk: Talk, press: Press) -> str:
        """An example, a preset, or the page of presets."""
        suggesting = self._doings.suggesting
        if press.act is Act.EXAMPLE:
            return await self._once(talk, press, lambda: suggesting.begin(talk, press.how))
        if press.how:
            return await self._once(talk, press, lambda: suggesting.ask(talk, press.how))
        await suggesting.presets(talk)
        return ""

    async def _buy(self, talk: Talk, press: Press) -> str:
        """An invoice, or what is sold here."""
        buying = self._doings.buying
        if press.how:
            return await self._once(talk, press, lambda: buying.press(talk, press))
        await buying.buy(talk)
        return ""

    async def _once(self, talk: Talk, press: Press, do: Callable[[], Awaitable[str]]) -> str:
        """Do it, unless the same was pressed a moment ago; the catalogue key of the answer."""
        pressed = {
            "user_id": talk.speaker.user_id,
            "chat_id": talk.place.chat_id,
            "message_id": talk.pressed_id,
            "data": press.data(),
        }
        before = talk.now - TWICE_MS
        if not await talk.tx.run("press_first", **pressed, now=talk.now, before=before):
            return "press.twice"
        try:
            answer = await do()
        except Dearer as dearer:  # whoever tapped twice is asked once
            return await ask_price(talk, press, dearer)
        if answer not in TAKEN:
            await talk.tx.run("press_refused", **pressed)
        return answer

    async def _make(self, talk: Talk, press: Press, job: Job) -> str:
        if press.act is Act.CHOOSE:
            return await self._doings.referring.choose(talk, press, job)
        if press.act in WANTED:
            is_accepted = await self._doings.deriving.press(talk, Target(job, press.tile), press)
        elif press.act is Act.MOVE:
            is_accepted = await self._doings.making.move(talk, job, press.how)
        else:
            is_accepted = await self._doings.making.again(talk, job)
        return "press.accepted" if is_accepted else "press.refused"

    def _is_admin(self, talk: Talk) -> bool:
        return talk.speaker.user_id in self._admin_ids
