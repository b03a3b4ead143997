"""Whatever people, providers, clocks and groups do, in any order: the book is right after every step."""

import asyncio

from bookkeeping import outputs_today
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, initialize, multiple, rule
from lists import Lists
from shop import CLIP, GRID, HOUR, NOON, SINGLE, outputs
from till import GROUP, MOST_A_DAY, PEOPLE, SUPERGROUP, plans

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
    Settled,
    SubmitAnswered,
    SubmitLost,
    SubmitNotSent,
    Undecided,
)
from bot.jobs.migration import move_chat
from bot.jobs.rules import GroupRules, Payer, rules_of
from bot.model import ChatId, Job, Reason, Request, TaskId, UserId

CAP_VND = 900
RULES = {
    "members pay": GroupRules(),
    "the group pays": GroupRules(payer=Payer.GROUP),
    "as far as the cap": GroupRules(payer=Payer.GROUP, cap_vnd=CAP_VND),
    "an admin agrees": GroupRules(payer=Payer.GROUP, ask_above_vnd=200),
}


class Book(Lists):
    """People ask and pay, lanes are given, things end; `bot ledger --verify` finds nothing, ever."""

    jobs = Bundle[Job]("jobs")

    @initialize()
    def begin(self) -> None:
        self.tasks = 0

    # --- groups -------------------------------------------------------------------------------

    @rule(spoke_first=st.booleans(), plan=plans)
    def the_group_moves(self, *, spoke_first: bool, plan: str | None) -> None:
        if spoke_first and self.group == GROUP:
            self.runner.run(self.shop.pay_in(SUPERGROUP, 700, plan=plan))
            self.came_in[GROUP] += 700
        old, new = ChatId(GROUP), ChatId(SUPERGROUP)
        moving = self.shop.store.write(lambda tx: move_chat(tx, old, new, now=self.shop.now()))
        assert (self.group == GROUP) == self.runner.run(moving)
        self.group = SUPERGROUP
        for sums in (self.came_in, self.went_out):
            sums[SUPERGROUP] = sums.get(SUPERGROUP, 0) + sums[GROUP]
            sums[GROUP] = 0

    @rule(rules=st.sampled_from(sorted(RULES)))
    def the_group_decides(self, rules: str) -> None:
        self.runner.run(self.shop.set_rules(self.group, RULES[rules]))

    # --- requests -----------------------------------------------------------------------------

    @rule(
        target=jobs,
        user=st.sampled_from(PEOPLE),
        chat=st.sampled_from([None, GROUP]),
        request=st.sampled_from([GRID, SINGLE, CLIP]),
    )
    def ask(self, user: int, chat: int | None, request: Request) -> Job | MultipleResults[Job]:
        chat = chat and self.group
        rules = self.runner.run(rules_of(self.shop.store, ChatId(chat or user)))
        left = self.left_of_terms()
        outcome = self.runner.run(self.shop.ask(user, request, chat=chat))
        if not isinstance(outcome, Accepted):
            return multiple()
        job = outcome.job
        self.note_terms([job], left)
        assert self.runner.run(outputs_today(self.shop)) <= MOST_A_DAY or request is CLIP
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

    @rule(target=jobs, user=st.sampled_from(PEOPLE), chat=st.sampled_from([None, GROUP]))
    def ask_shortly_before_plans_are_over(
        self, user: int, chat: int | None
    ) -> Job | MultipleResults[Job]:
        asked = self.ask(user, chat, GRID)
        self.time_passes(80, is_swept=True)
        return asked

    @rule(target=jobs, many=st.integers(2, 8), chat=st.sampled_from([None, GROUP]))
    def many_ask_at_once(self, many: int, chat: int | None) -> MultipleResults[Job]:
        async def ask_all() -> list[object]:
            people = [PEOPLE[number % len(PEOPLE)] for number in range(many)]
            asks = (self.shop.ask(user, GRID, chat=chat and self.group) for user in people)
            return list(await asyncio.gather(*asks))

        left = self.left_of_terms()
        outcomes = self.runner.run(ask_all())
        jobs = [each.job for each in outcomes if isinstance(each, Accepted)]
        self.note_terms(jobs, left)
        return multiple(*jobs)

    @rule(job=jobs, count=st.integers(1, 4), reason=st.sampled_from([Reason.FAILED, Reason.BROKEN]))
    def everything_happens_at_once(self, job: Job, count: int, reason: Reason) -> None:
        facts = (
            DeadlinePassed(poll_at=NOON),
            Saved(outputs(job, count)),
            Ended(reason),
            CancelAsked(),
            Settled(),
        )

        async def all_of_it() -> None:
            await asyncio.gather(*(self.shop.happens(job, fact) for fact in facts))

        self.runner.run(all_of_it())

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
    def is_made(self, job: Job, count: int) -> None:
        self.is_taken(job, is_its_turn=True)
        self.is_saved(job, count)

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
                Settled(),
            ]
        ),
    )
    def something_happens(self, job: Job, fact: Fact) -> None:
        self._happens(job, fact)

    def _happens(self, job: Job, fact: Fact) -> None:
        self.runner.run(self.shop.happens(job, fact))


Book.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestBook = Book.TestCase
