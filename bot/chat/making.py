"""What makes something is accepted here, or answered with why not.

Knows nothing of how updates look or of results acted on; money is held only by `Desk.accept`.
"""

from __future__ import annotations

from bot.chat.approving import ask_admin
from bot.chat.deriving import asks_for_words, words_for
from bot.chat.enlarged import bring_enlarged, may_enlarge
from bot.chat.parsed import ImageCommand, VideoCommand
from bot.chat.refusing import say_lacking
from bot.chat.talk import Line, Talk, line
from bot.jobs import book
from bot.jobs.accept import Accepted, Desk, NeedsAdmin, NotEnough, NotPriced, Order, Outcome
from bot.jobs.caps import OverCap
from bot.jobs.moving import move_over
from bot.jobs.offers import Market, no_longer_offered
from bot.jobs.purses import Quote
from bot.model import Job, Operation, Request


class Making:
    """Made once. ``username``: the bot's."""

    def __init__(self, desk: Desk, market: Market, username: str) -> None:
        self._desk = desk
        self._market = market
        self._username = username

    async def make(
        self, talk: Talk, command: ImageCommand | VideoCommand, parent: Job | None = None
    ) -> bool:
        """`/img` and `/video`. Whether it was accepted.

        ``parent``: the result whose tile is among the request's references.
        """
        return await self.accept(
            talk, Order(talk.speaker.user_id, talk.place, command.request, command.provider, parent)
        )

    async def again(self, talk: Talk, job: Job) -> bool:
        """The same request once more, for whoever pressed, at today's price."""
        if (reason := self.why_not(job.provider, job.request)) is not None:
            await talk.say(reason)
            return False
        if (question := asks_for_words(job.request)) is not None:
            tile = job.request.tile
            await talk.ask(question, then=words_for(job.request), about=job.parent_id, tile=tile)
            return False
        parent = await book.find_job(talk.tx, job.parent_id) if job.parent_id else None
        return await self.accept(
            talk, Order(talk.speaker.user_id, talk.place, job.request, job.provider, parent)
        )

    def why_not(self, provider: str, request: Request) -> Line | None:
        """Why what was understood before is not made any more; None: it still is."""
        spec = self._market.spec(provider, request.operation)
        if spec is None:
            return line("derive.provider_gone", provider=provider)
        if (lacking := no_longer_offered(request, spec)) is not None:
            return line("derive.no_longer_offered", provider=provider, value=lacking)
        return None

    async def accept(self, talk: Talk, order: Order) -> bool:
        """Hold the price and take the order, or say what is lacking. False: nothing came of it.

        Where an admin of the group has to agree to the price, they are asked. A picture enlarged
        before is brought as it is. Raises Dearer, with nothing held, when the button that was
        pressed said less.
        """
        if order.request.operation is Operation.ENLARGE:
            if await bring_enlarged(talk, order.request):
                return True
            if not await may_enlarge(talk):
                return False
        outcome = await self._desk.accept(talk.tx, order, at_most_vnd=_said(talk))
        return await self._say_outcome(talk, order, outcome)

    async def is_affordable(self, talk: Talk, command: ImageCommand | VideoCommand) -> bool:
        """Whether it could be accepted now; says what is lacking. Nothing is held."""
        order = Order(talk.speaker.user_id, talk.place, command.request, command.provider)
        return await self.is_covered(talk, order)

    async def is_covered(self, talk: Talk, order: Order) -> bool:
        """Whether the quota covers it now; says what is lacking. Nothing is held."""
        quote = await self._desk.quote(talk.tx, order)
        return isinstance(quote, Quote) or await self._say_outcome(talk, order, quote)

    async def price(self, talk: Talk, order: Order) -> int | None:
        """Đồng it would take now, affordable or not; None: it has no price. Nothing is held."""
        purse = await self._desk.purses.of(talk.tx, order.user_id, order.place.chat_id)
        quote = self._desk.purses.reckon(purse, order.request)
        return None if quote is None else quote.cost_vnd

    async def move(self, talk: Talk, job: Job, provider: str) -> bool:
        """Have one's own waiting job made by another provider, at its price. Raises Dearer."""
        outcome = await move_over(
            talk.tx, self._desk, self._market, job, provider, at_most_vnd=_said(talk)
        )
        if outcome is None:
            await talk.say(line("move.too_late", code=job.job_id))
            return False
        order = Order(job.user_id, talk.place, job.request, provider, replaces=job)
        return await self._say_outcome(talk, order, outcome)

    async def _say_outcome(self, talk: Talk, order: Order, outcome: Outcome) -> bool:
        match outcome:
            case Accepted():
                return True
            case NeedsAdmin():
                await ask_admin(talk, order, outcome.cost_vnd)
                return True
            case NotEnough() | NotPriced() | OverCap():
                await say_lacking(talk, outcome, self._desk.plans, username=self._username)
        return False


def _said(talk: Talk) -> int | None:
    """What who pressed a button agreed to pay: nothing, where it named no price, be it an old one
    or one for what had no price yet. None: words were said.
    """
    return (talk.press.said_vnd or 0) if talk.press else None
