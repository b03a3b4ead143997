"""Which plan somebody has, since when and until when, and what its end leaves behind.

Knows nothing of payments or chats. A term is one plan of one wallet. The balance bought with a plan
that ends (`days`) lapses at that end: jobs accepted meanwhile spend it first, and what they have not
spent goes, each time by an entry. A plan paid in or bought without an end holds until the balance is
used up: until it no longer pays for the cheapest output.
"""

from __future__ import annotations

import dataclasses

from bot.errors import EaselError
from bot.model import DAY_MS, Job, Millis, UserId
from bot.money import ledger
from bot.money.ledger import Act, EntryKind
from bot.money.plans import FREE, Plan, Plans
from bot.store.port import Reading, Row, Topic, Transaction


class AnotherPlanRuns(EaselError):
    """A plan whose balance lapses runs already: another such one waits for its end."""

    def __init__(self, plan: str, ends_at: Millis) -> None:
        super().__init__(f"{plan} runs")
        self.plan = plan
        self.ends_at = ends_at


class StillHeld(EaselError):
    """Something of the plan's balance is set aside for jobs under way."""

    def __init__(self, held_vnd: int) -> None:
        super().__init__(f"{held_vnd} ₫ are held")
        self.held_vnd = held_vnd


@dataclasses.dataclass(frozen=True, slots=True)
class Term:
    """One plan of one wallet."""

    term_id: int
    wallet_id: UserId
    plan: str
    began_at: Millis
    ends_at: Millis | None
    """None: no end of its own."""
    bought_vnd: int
    """Balance bought with it that lapses at the end; 0 where nothing does."""
    gone_vnd: int
    """Of it lapsed, paid back or reversed."""
    spent_vnd: int
    """Of it taken or set aside for jobs."""
    is_funded: bool
    author: str
    """Whose act began it, as in a ledger entry."""

    @property
    def left_vnd(self) -> int:
        """Of it, neither spent nor held: what would lapse now."""
        return self.bought_vnd - self.gone_vnd - self.spent_vnd


@dataclasses.dataclass(frozen=True, slots=True)
class Ending:
    """What ending a plan early does. Amounts in đồng."""

    term: Term
    left_vnd: int
    refund_vnd: int
    """Of it, paid back by the shop."""
    then: str
    """The plan that rules afterwards."""

    @property
    def lapse_vnd(self) -> int:
        """Of it, gone."""
        return self.left_vnd - self.refund_vnd


async def term_of(reading: Reading, plans: Plans, wallet_id: UserId, *, now: Millis) -> Term | None:
    """The term that rules now; None: the free plan does."""
    wallet = await ledger.read_wallet(reading, wallet_id)
    for row in await reading.all("terms_of_wallet", wallet_id=wallet_id, now=now):
        term = _read(row)
        # A plan taken out of the file leaves its people with their next one.
        plan = plans.plans.get(term.plan)
        if plan is not None and not await _is_used_up(reading, term, plan, plans, wallet):
            return term
    return None


async def plan_of(reading: Reading, plans: Plans, wallet_id: UserId, *, now: Millis) -> Plan:
    """Of a person, or of a group by the chat's id."""
    term = await term_of(reading, plans, wallet_id, now=now)
    return plans.plans[term.plan if term else FREE]


async def lapsing_term(reading: Reading, wallet_id: UserId, *, now: Millis) -> Term | None:
    """The one whose balance is spent first, because it lapses."""
    rows = await reading.all("terms_of_wallet", wallet_id=wallet_id, now=now)
    return _read(rows[0]) if rows and rows[0]["ends_at"] is not None else None


async def running(reading: Reading, wallet_id: UserId, *, now: Millis) -> list[Term]:
    """All that hold now, used up or not; the one whose balance lapses first."""
    rows = await reading.all("terms_of_wallet", wallet_id=wallet_id, now=now)
    return [_read(row) for row in rows]


async def same_running(
    reading: Reading, plans: Plans, plan: Plan, wallet_id: UserId, *, now: Millis
) -> Term | None:
    """The term that buying ``plan`` now would go on with; None: it would begin one."""
    wallet = await ledger.read_wallet(reading, wallet_id)
    for term in await running(reading, wallet_id, now=now):
        is_same = term.plan == plan.name and (term.ends_at is None) == (plan.days is None)
        if is_same and not await _is_used_up(reading, term, plan, plans, wallet):
            return term
    return None


async def left_of(reading: Reading, term: Term) -> int:
    """Đồng of its balance that would lapse now, whatever happened since ``term`` was read."""
    row = await reading.one("term_get", term_id=term.term_id)
    assert row is not None
    return _read(row).left_vnd


async def held_of(reading: Reading, term: Term) -> int:
    """Đồng of its balance set aside for jobs under way."""
    row = await reading.one("term_held", term_id=term.term_id)
    assert row is not None
    return int(row["held_vnd"])


async def overdue_of(reading: Reading, wallet_id: UserId, *, now: Millis) -> int:
    """Đồng on the balance that nobody may spend any more: it lapses when that is next written."""
    rows = await reading.all("terms_over", wallet_id=wallet_id, now=now)
    return sum(_read(row).left_vnd for row in rows)


async def given_back_of(reading: Reading, job: Job, *, now: Millis) -> int:
    """Đồng of what ``job`` holds that could be spent anew once it gives that back.

    What it took of a plan that is over by now lapses the moment it comes back.
    """
    over = await reading.all("terms_over", wallet_id=job.payer_id, now=now)
    if job.term_id not in {row["term_id"] for row in over}:
        return job.held_vnd
    kept_vnd = job.charged_vnd
    from_term_vnd = min(job.term_vnd, kept_vnd + job.held_vnd) - min(job.term_vnd, kept_vnd)
    return job.held_vnd - from_term_vnd


async def find_term(reading: Reading, term_id: int) -> Term | None:
    """None: it has ended."""
    row = await reading.one("term_open", term_id=term_id)
    return None if row is None else _read(row)


async def look_up(reading: Reading, term_id: int) -> Term | None:
    """Ended or not; None: there never was such a one."""
    row = await reading.one("term_get", term_id=term_id)
    return None if row is None else _read(row)


async def enter(tx: Transaction, plan: Plan, wallet_id: UserId, act: Act) -> Term:
    """Begin ``plan``, or go on with it: one that ends goes on for its days after its end.

    Money is not moved. Raises AnotherPlanRuns.
    """
    await close_over(tx, wallet_id, now=act.now)
    await tx.run("wallet_open", wallet_id=wallet_id)
    rows = await tx.all("terms_of_wallet", wallet_id=wallet_id, now=act.now)
    terms = [_read(row) for row in rows]
    lasts_ms = None if plan.days is None else plan.days * DAY_MS
    for term in terms:
        if term.plan == plan.name and (term.ends_at is None) == (lasts_ms is None):
            await _note_purchase(tx, term, plan, act)
            return await _extend(tx, term, plan)
    if lasts_ms is not None and terms and terms[0].ends_at is not None:
        raise AnotherPlanRuns(terms[0].plan, terms[0].ends_at)
    row = await tx.one(
        "term_begin",
        wallet_id=wallet_id,
        plan=plan.name,
        ends_at=None if lasts_ms is None else act.now + lasts_ms,
        author=act.author,
        reason=act.reason,
        now=act.now,
    )
    assert row is not None
    term = _read(row)
    await _note_purchase(tx, term, plan, act)
    return term


async def _note_purchase(tx: Transaction, term: Term, plan: Plan, act: Act) -> None:
    await tx.run("purchase_add", term_id=term.term_id, key=act.key, days=plan.days, now=act.now)


def extended_to(term: Term, plan: Plan) -> Millis | None:
    """When ``term`` ends if ``plan`` is bought once more; None: it has no end."""
    if plan.days is None or term.ends_at is None:
        return None
    return term.ends_at + plan.days * DAY_MS


async def _extend(tx: Transaction, term: Term, plan: Plan) -> Term:
    ends_at = extended_to(term, plan)
    if ends_at is None:
        return term
    await tx.run("term_extend", term_id=term.term_id, ends_at=ends_at)
    return dataclasses.replace(term, ends_at=ends_at)


async def close_over(tx: Transaction, wallet_id: UserId, *, now: Millis) -> int:
    """Let what is left of plans whose time is up lapse; how many đồng did.

    What jobs under way still hold of it lapses once they give it back, another time.
    """
    lapsed_vnd = 0
    for row in await tx.all("terms_over", wallet_id=wallet_id, now=now):
        term = _read(row)
        act = Act(f"term:{term.term_id}:lapse:{term.gone_vnd}", "easel", f"plan {term.plan}", now)
        lapsed_vnd += await take(tx, term, EntryKind.LAPSE, term.left_vnd, act)
        if await tx.run("term_end", term_id=term.term_id, now=term.ends_at, by="easel", why="over"):
            tx.wake(Topic.ENDINGS)
        if not await held_of(tx, term):
            await tx.run("term_settled", term_id=term.term_id, now=now)
    return lapsed_vnd


async def close_used_up(tx: Transaction, plans: Plans, wallet_id: UserId, act: Act) -> None:
    """End what was used up before more comes: the plan is not bought back by a little money."""
    wallet = await ledger.read_wallet(tx, wallet_id)
    for row in await tx.all("terms_of_wallet", wallet_id=wallet_id, now=act.now):
        term = _read(row)
        plan = plans.plans.get(term.plan)
        if plan is not None and await _is_used_up(tx, term, plan, plans, wallet):
            await tx.run("term_end", term_id=term.term_id, now=act.now, by="easel", why="used_up")


async def is_used_up_without(
    reading: Reading, plans: Plans, term: Term, amount_vnd: int, *, now: Millis, gone_vnd: int = 0
) -> bool:
    """Whether the balance with so much less on it would no longer hold the plan.

    ``gone_vnd``: of what is on its way back, reckoned as gone.
    """
    plan = plans.plans.get(term.plan)
    if plan is None:
        return False
    wallet = await ledger.read_wallet(reading, term.wallet_id)
    overdue_vnd = await overdue_of(reading, term.wallet_id, now=now)
    rest = dataclasses.replace(wallet, balance_vnd=wallet.balance_vnd - overdue_vnd - amount_vnd)
    return await _is_used_up(reading, term, plan, plans, rest, gone_vnd=gone_vnd)


async def ending_of(
    reading: Reading, plans: Plans, wallet_id: UserId, *, now: Millis
) -> Ending | None:
    """What ending the plan that lapses would pay back now; None: none runs.

    Raises StillHeld.
    """
    term = await lapsing_term(reading, wallet_id, now=now)
    if term is None:
        return None
    if held_vnd := await held_of(reading, term):
        raise StillHeld(held_vnd)
    plan = plans.plans.get(term.plan)
    share = plan.refund if plan is not None else 0
    then = await _ruling_without(reading, plans, term, now=now)
    return Ending(term, term.left_vnd, int(term.left_vnd * share), then)


async def _ruling_without(reading: Reading, plans: Plans, ended: Term, *, now: Millis) -> str:
    for term in await running(reading, ended.wallet_id, now=now):
        is_left = term.term_id != ended.term_id and term.plan in plans.plans
        if is_left and not await is_used_up_without(reading, plans, term, ended.left_vnd, now=now):
            return term.plan
    return FREE


async def end_early(tx: Transaction, plans: Plans, wallet_id: UserId, act: Act) -> Ending | None:
    """End the plan that lapses: its share of what is left is a refund, the rest is gone.

    ``act.key`` is not used: a term ends once. Raises StillHeld.
    """
    ending = await ending_of(tx, plans, wallet_id, now=act.now)
    if ending is None:
        return None
    term = ending.term
    for kind, amount_vnd in (
        (EntryKind.REFUND, ending.refund_vnd),
        (EntryKind.LAPSE, ending.lapse_vnd),
    ):
        key = _early_key(term.term_id, kind)
        await take(tx, term, kind, amount_vnd, dataclasses.replace(act, key=key))
    await tx.run("term_end", term_id=term.term_id, now=act.now, by=act.author, why="early")
    await tx.run("term_settled", term_id=term.term_id, now=act.now)
    return ending


async def paid_back_of(reading: Reading, term_id: int) -> int:
    """Đồng that the shop has paid back for ending it early; 0: it did not, or nothing."""
    entry = await ledger.entry_of(reading, _early_key(term_id, EntryKind.REFUND))
    return 0 if entry is None else entry.amount_vnd


def _early_key(term_id: int, kind: EntryKind) -> str:
    return f"term:{term_id}:early:{kind}"


async def end_open(tx: Transaction, wallet_id: UserId, act: Act) -> list[Term]:
    """End the plans that have no end of their own; the balance stays."""
    rows = await tx.all("terms_of_wallet", wallet_id=wallet_id, now=act.now)
    terms = [term for row in rows if (term := _read(row)).ends_at is None]
    for term in terms:
        await tx.run("term_end", term_id=term.term_id, now=act.now, by=act.author, why="early")
    return terms


async def put_back(tx: Transaction, term_id: int, amount_vnd: int, act: Act) -> int:
    """What had gone out of its balance is its again; how many đồng: 0 where it was ended early.

    Where its time is up it lapses when the balance is next written.
    """
    if not await tx.run("term_refilled", term_id=term_id, amount_vnd=amount_vnd):
        return 0
    row = await tx.one("term_get", term_id=term_id)
    assert row is not None
    wallet_id = UserId(row["wallet_id"])
    await ledger.enter(tx, wallet_id, EntryKind.TOPUP, amount_vnd, act, term_id=term_id)
    return amount_vnd


async def take(tx: Transaction, term: Term, kind: EntryKind, amount_vnd: int, act: Act) -> int:
    """Out of the balance bought with it; how many đồng."""
    if not amount_vnd:
        return 0
    term_id = term.term_id
    if not await ledger.enter(tx, term.wallet_id, kind, amount_vnd, act, term_id=term_id):
        return 0
    await tx.run("term_gone", term_id=term_id, amount_vnd=amount_vnd)
    return amount_vnd


async def _is_used_up(
    reading: Reading,
    term: Term,
    plan: Plan,
    plans: Plans,
    wallet: ledger.Wallet,
    *,
    gone_vnd: int = 0,
) -> bool:
    is_paid_in = plan.price is not None or plan.min_topup is not None
    if not is_paid_in or term.ends_at is not None or not term.is_funded:
        return False
    least_vnd = min(filter(None, {**plans.prices, **plan.prices}.values()), default=1)
    has_vnd = wallet.balance_vnd + wallet.held_vnd
    if has_vnd >= least_vnd:
        return False
    # What is asked back may still come to nothing, and be there again.
    going = await reading.one("payments_going_back", wallet_id=term.wallet_id)
    return has_vnd + (going["amount_vnd"] if going else 0) - gone_vnd < least_vnd


def _read(row: Row) -> Term:
    return Term(
        term_id=row["term_id"],
        wallet_id=UserId(row["wallet_id"]),
        plan=row["plan"],
        began_at=row["began_at"],
        ends_at=row["ends_at"],
        bought_vnd=row["bought_vnd"],
        gone_vnd=row["gone_vnd"],
        spent_vnd=row["spent_vnd"],
        is_funded=bool(row["is_funded"]),
        author=row["author"],
    )
