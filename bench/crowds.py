"""A crowd in groups: what Telegram refuses and how long results lie unseen; one busy group beside none.

The first two arms spend the same requests against the sandbox's model of Telegram's limits, on a
clock of their own: a plain bot that sends what it has and waits as long as a 429 says, and
Easel's limiter, order and budget. The other two are the real bot at real speed: a person asks for
help in a private chat, alone, and while a group has asked three hundred times.
"""

from __future__ import annotations

import asyncio
import dataclasses
import heapq
import multiprocessing
import random
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

from bench.lines import as_time, columns, verdict
from bench.town import living_bot, open_town, until
from bot.delivery.limiter import Limiter
from bot.jobs.budget import CANCEL_AND_END, MOST_IN_GROUP
from bot.model import ChatId, Urgency
from bot.sandbox.limits import Limits, Pace
from bot.sandbox.refusal import Refusal

TITLE = "Crowds: a hundred people in ten groups, and one busy group beside a private chat"
GROUPS = 10
IN_EACH = 10
JOB_S = (25.0, 60.0)
EDIT_EACH_S = 5.0
"""How often a plain bot moves its bar, as tutorials do."""
STEP_S = 0.25
MOST_REFUSED = 0.01
MOST_BESIDE = 2.0
FLOOD = 300
ASKS = 8
ASK_EACH_S = 1.3
PATIENCE_S = 60.0


@dataclasses.dataclass(frozen=True)
class Spent:
    """What an arm came to: calls, of these refused, and how long results lay unseen (median)."""

    calls: int
    refused: int
    waited_s: float

    @property
    def share(self) -> float:
        return self.refused / self.calls


@dataclasses.dataclass(order=True)
class _Message:
    """One thing to send, in the order of its chat."""

    rank: int
    ready_at: float
    is_result: bool = dataclasses.field(compare=False)


@dataclasses.dataclass
class _Telegram:
    """The sandbox's limits on a clock that is put on."""

    now: float = 0.0
    calls: int = 0
    refused: int = 0
    waited: list[float] = dataclasses.field(default_factory=list)

    def __post_init__(self) -> None:
        self._pace = Pace(Limits(), lambda: self.now)

    def take(self, chat: ChatId, message: _Message) -> float:
        """0.0: it took it; else after how many seconds it wants to be asked again."""
        self.calls += 1
        try:
            self._pace.spend(chat, 1)
        except Refusal as refusal:
            self.refused += 1
            return float((refusal.parameters or {})["retry_after"])
        if message.is_result:
            self.waited.append(self.now - message.ready_at)
        return 0.0

    def spent(self) -> Spent:
        return Spent(self.calls, self.refused, statistics.median(self.waited))


def plain() -> Spent:
    """Sent as soon as it is there, in order; after a 429 again when it says so."""
    telegram, waits = _Telegram(), _crowd(edits=lambda job_s: int(job_s / EDIT_EACH_S))
    closed_until = dict.fromkeys(waits, 0.0)
    while any(waits.values()):
        for chat, messages in waits.items():
            messages.sort(key=lambda each: each.ready_at)
            while messages and messages[0].ready_at <= telegram.now >= closed_until[chat]:
                pause_s = telegram.take(chat, messages[0])
                if pause_s:
                    closed_until[chat] = telegram.now + pause_s
                else:
                    messages.pop(0)
        telegram.now += STEP_S
    return telegram.spent()


def easel() -> Spent:
    """The limiter asked first, results first, and one bar of each request at most."""
    bars = MOST_IN_GROUP - CANCEL_AND_END - 1
    telegram, waits = _Telegram(), _crowd(edits=lambda _: bars)
    limiter = Limiter(lambda: telegram.now)
    while any(waits.values()):
        for chat, messages in waits.items():
            ready = [each for each in messages if each.ready_at <= telegram.now]
            heapq.heapify(ready)
            while ready and limiter.take(chat, urgency=_urgency(ready[0])) == 0.0:
                message = heapq.heappop(ready)
                if not telegram.take(chat, message):
                    messages.remove(message)
                limiter.end(chat)
        telegram.now += STEP_S
    return telegram.spent()


def _urgency(message: _Message) -> Urgency:
    return (Urgency.RESULT, Urgency.ANSWER, Urgency.PROGRESS)[message.rank]


def _crowd(edits: Callable[[float], int]) -> dict[ChatId, list[_Message]]:
    """What is to be said in each group; everybody asks within the same seconds."""
    chance = random.Random(5)  # noqa: S311  # the same crowd for each arm
    waits: dict[ChatId, list[_Message]] = {}
    for number in range(1, GROUPS + 1):
        messages = waits[ChatId(-number)] = []
        for _ in range(IN_EACH):
            asked_at, job_s = chance.uniform(0, 5), chance.uniform(*JOB_S)
            bars = edits(job_s)
            messages.append(_Message(1, asked_at, is_result=False))
            messages += [
                _Message(2, asked_at + (at + 1) * job_s / (bars + 1), is_result=False)
                for at in range(bars)
            ]
            messages.append(_Message(0, asked_at + job_s, is_result=True))
    return waits


def alone() -> float:
    """Seconds until a person's question is answered, in the median; nobody else is there."""
    return asyncio.run(_asked(flood=0))


def beside_a_busy_group() -> float:
    """The same while a group has asked much."""
    return asyncio.run(_asked(flood=FLOOD))


async def _asked(flood: int) -> float:
    async with open_town(lanes=3, speed=1.0, limits=Limits()) as town, living_bot(town.settings()):
        world = town.world
        lan = world.add_user("Lan", language_code="en")["id"]
        members = [world.add_user(f"Person {each}")["id"] for each in range(IN_EACH)]
        group = world.add_group("A busy group", members)["id"]
        for number in range(flood):
            world.send_text(members[number % IN_EACH], group, "/help@easel_bot")
        took = []
        for _ in range(ASKS):
            heard, began = len(world.messages(lan)), time.monotonic()
            world.send_text(lan, lan, "/help")
            await until(
                lambda heard=heard: len(world.messages(lan)) >= heard + 2,  # type: ignore[misc]
                patience_s=PATIENCE_S,
                look_s=0.002,
            )
            took.append(time.monotonic() - began)
            await asyncio.sleep(ASK_EACH_S)
    return statistics.median(took)


def measure() -> list[str]:
    """The lines to print."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        # One after the other: side by side, each would slow the other down.
        quiet_s, busy_s = pool.submit(alone).result(), pool.submit(beside_a_busy_group).result()
    return report(plain(), easel(), quiet_s, busy_s)


def report(plainly: Spent, ours: Spent, quiet_s: float, busy_s: float) -> list[str]:
    """The figures beside each other, and the ratios beside what they may be."""
    table = columns(
        [
            ("", "calls", "refused with 429", "a result waits"),
            *(
                (name, str(spent.calls), f"{spent.share:.1%}", as_time(spent.waited_s))
                for name, spent in (("a plain bot", plainly), ("Easel", ours))
            ),
        ]
    )
    return [
        *table,
        "",
        "Easel, share of calls refused: " + verdict(ours.share, MOST_REFUSED),
        "Easel to the plain bot, waiting for a result: "
        + verdict(ours.waited_s / plainly.waited_s, 1.0),
        "An answer in private, beside a busy group to alone: "
        + verdict(busy_s / quiet_s, MOST_BESIDE)
        + f" ({as_time(busy_s)} to {as_time(quiet_s)})",
    ]
