"""Whatever people, providers, clocks and groups do, in any order: the book is right after every step."""

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)
from shop import CLIP, GRID, HOUR, NOON, SINGLE, Shop, opened_shop, outputs

from bot.jobs.accept import Accepted
from bot.jobs.facts import (
    Admitted,
    CancelAsked,
    DeadlinePassed,
    Delivered,
    Ended,
    Fact,
    LaneOver,
    Resolved,
    Saved,
    SubmitAnswered,
    SubmitLost,
    SubmitNotSent,
    Undecided,
)
from bot.jobs.migration import move_chat
from bot.jobs.rules import GroupRules, Payer, rules_of
from bot.model import ChatId, Job, Reason, Request, TaskId, UserId

PEOPLE = (7, 8)
GROUP = -100_123
SUPERGROUP = -1_002_000_000_123
"""What the group becomes at any moment, and then again and again: it may be told twice."""
CAP_VND = 900
RULES = {
    "members pay": GroupRules(),
    "the group pays": GroupRules(payer=Payer.GROUP),
    "as far as the cap": GroupRules(payer=Payer.GROUP, cap_vnd=CAP_VND),
    "an admin agrees": GroupRules(payer=Payer.GROUP, ask_above_vnd=200),
}
PLANS = """
[prices]
image = 100
[plans.free]
free_images_per_day = 2
free_videos_per_day = 1
threads = 2
"""


class Book(RuleBasedStateMachine):
    """People ask, lanes are given, things end; `bot ledger --verify` finds nothing, ever."""

    jobs = Bundle[Job]("jobs")

    @initialize()
    def open(self) -> None:
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        plans = folder / "plans.toml"
        plans.write_text(PLANS, encoding="utf-8")
        self.shop: Shop = self.runner.run(
            self.stack.enter_async_context(opened_shop(folder, plans))
        )
        # Nothing is killed here, so nothing need reach the disk.
        self.runner.run(self.shop.tamper("PRAGMA synchronous = OFF"))
        self.group = GROUP
        self.granted = dict.fromkeys((*PEOPLE, GROUP), 0)
        self.tasks = 0
        for wallet in self.granted:
            self.grant(wallet, 2_000)

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            self.runner.run(self.stack.aclose())
            self.runner.close()

    @rule(user=st.sampled_from((*PEOPLE, GROUP)), amount_vnd=st.integers(1, 900))
    def grant(self, user: int, amount_vnd: int) -> None:
        wallet = self.group if user == GROUP else user
        self.runner.run(self.shop.grant(wallet, amount_vnd))
        self.granted[wallet] += amount_vnd

    @rule(spoke_first=st.booleans())
    def the_group_moves(self, *, spoke_first: bool) -> None:
        if spoke_first and self.group == GROUP:
            self.runner.run(self.shop.grant(SUPERGROUP, 50))
            self.granted[GROUP] += 50
        old, new = ChatId(GROUP), ChatId(SUPERGROUP)
        moving = self.shop.store.write(lambda tx: move_chat(tx, old, new, now=NOON))
        assert (self.group == GROUP) == self.runner.run(moving)
        self.group = SUPERGROUP
        self.granted[SUPERGROUP] = self.granted.get(SUPERGROUP, 0) + self.granted[GROUP]
        self.granted[GROUP] = 0

    @rule(rules=st.sampled_from(sorted(RULES)))
    def the_group_decides(self, rules: str) -> None:
        self.runner.run(self.shop.set_rules(self.group, RULES[rules]))

    @rule(
        target=jobs,
        user=st.sampled_from(PEOPLE),
        chat=st.sampled_from([None, GROUP]),
        request=st.sampled_from([GRID, SINGLE, CLIP]),
    )
    def ask(self, user: int, chat: int | None, request: Request) -> Job | MultipleResults[Job]:
        chat = chat and self.group
        rules = self.runner.run(rules_of(self.shop.store, ChatId(chat or user)))
        outcome = self.runner.run(self.shop.ask(user, request, chat=chat))
        if not isinstance(outcome, Accepted):
            return multiple()
        job = outcome.job
        if rules.payer is Payer.MEMBER:
            assert user == job.payer_id
        else:
            assert (self.group, 0) == (job.payer_id, job.held_free)
            assert job.held_vnd <= (rules.ask_above_vnd or job.held_vnd)
            self._is_within(rules.cap_vnd, user)
        return job

    def _is_within(self, cap_vnd: int | None, user: int) -> None:
        if cap_vnd is not None:
            spent = self.shop.desk.purses.spent_of_group(
                self.shop.store, UserId(user), ChatId(self.group)
            )
            assert self.runner.run(spent) <= cap_vnd

    @rule(lanes=st.integers(0, 3))
    def admit(self, lanes: int) -> None:
        self.runner.run(self.shop.admit(lanes=lanes))

    @rule(job=jobs, is_its_turn=st.booleans())
    def is_taken(self, job: Job, *, is_its_turn: bool) -> None:
        if is_its_turn:
            self._happens(job, Admitted())
        self.tasks += 1
        task = TaskId(f"t-{self.tasks}")
        self._happens(job, SubmitAnswered(task, poll_at=NOON, deadline_at=NOON + HOUR))

    @rule(job=jobs, count=st.integers(1, 5))
    def is_saved(self, job: Job, count: int) -> None:
        self._happens(job, Saved(outputs(job, count)))

    @rule(
        job=jobs,
        fact=st.sampled_from(
            [
                SubmitNotSent(retry_at=NOON),
                SubmitLost(lookup_at=NOON, until=NOON),
                Undecided(lane_until=NOON),
                Ended(Reason.FAILED, "no"),
                DeadlinePassed(poll_at=NOON),
                LaneOver(),
                CancelAsked(),
                Resolved(),
                Delivered(),
            ]
        ),
    )
    def something_happens(self, job: Job, fact: Fact) -> None:
        self._happens(job, fact)

    @rule()
    def a_day_passes(self) -> None:
        self.shop.now.at += 24 * HOUR

    def _happens(self, job: Job, fact: Fact) -> None:
        self.runner.run(self.shop.happens(job, fact))

    @invariant()
    def the_book_is_right(self) -> None:
        if not hasattr(self, "runner"):
            return
        assert [] == self.runner.run(self.shop.findings())
        for wallet, granted_vnd in self.granted.items():
            assert granted_vnd == self.runner.run(self._everything(UserId(wallet)))

    async def _everything(self, payer_id: UserId) -> int:
        """What somebody, or the group, has, has set aside and has paid."""
        wallet = await self.shop.wallet(payer_id)
        rows = await self.shop.store._reader.execute_fetchall(
            "SELECT COALESCE(SUM(charged_vnd), 0) AS paid FROM job WHERE payer_id = ?",
            (payer_id,),
        )
        return wallet.balance_vnd + wallet.held_vnd + int(next(iter(rows))["paid"])


Book.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestBook = Book.TestCase
