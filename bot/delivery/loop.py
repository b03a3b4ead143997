"""The outbox loop: takes what may go out now, sends it, writes down what became of it.

Knows nothing of words. A row is marked as being sent before the call leaves, so that after a
kill it is known to have perhaps arrived. Then it is sent again: an edit may be repeated, and a
message that comes twice is better than one that never comes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import stamina
import structlog

from bot.delivery import privately
from bot.delivery.limiter import LONGEST_S
from bot.delivery.meaning import ChatGone, ChatMoved, NotModified, NotSent, SendLater, SendRefused
from bot.delivery.recording import record
from bot.delivery.sending import Sending
from bot.delivery.sent import Sent
from bot.delivery.telegram import TelegramSender
from bot.delivery.turns import in_turn, waits_in_order
from bot.errors import EaselError, StoreError
from bot.jobs import book
from bot.jobs.facts import Delivered, DeliveryBegun
from bot.jobs.migration import move_chat, send_there
from bot.model import (
    ChatId,
    Clock,
    Job,
    JobId,
    Millis,
    Outgoing,
    Say,
)
from bot.store.port import Store, Topic, Transaction
from bot.store.records import read_outgoing
from bot.store.rounds import live

SENDS_AT_ONCE = 6
"""Fewer than there are connections (`connecting.py`): the answer to a press waits for nobody."""
HEAVY_AT_ONCE = 4
"""Of these for media: an upload may take minutes, and answers go past it."""
MOST_ATTEMPTS = 8
"""Failed sends of one row before it is given up; a result stays in the history."""
LONGEST_PAUSE_S = 300.0
MOST_REMEMBERED = 2_000
"""Sends of the last minute that a start looks at: Telegram takes 1,800."""
EDITS_REMEMBERED = 4
"""Of one message that is brought up to date, within a minute of a group."""
AGAIN_S = 1.0
UP_TO_DATE = frozenset({Say.STATUS, Say.BULK, Say.BOARD})
"""What tells how things stand: its row waits again whenever that changes."""
HEAVY = frozenset({Say.RESULT, Say.PICK, Say.FILES, Say.ALBUM})

log = structlog.get_logger(__name__)


class Delivery:
    """See the module. ``run`` goes on until it is cancelled."""

    def __init__(
        self, store: Store, sending: Sending, telegram: TelegramSender, *, clock: Clock
    ) -> None:
        self._store = store
        self._sending = sending
        self._telegram = telegram
        self._clock = clock
        self._ears = store.wakeups(Topic.OUTBOX)
        self._tasks: set[asyncio.Task[int]] = set()
        self._turns = 0
        self._served: dict[ChatId, int] = {}
        """Which turn was the last of each chat that has something waiting."""
        self._busy_places: set[tuple[ChatId, bool]] = set()
        self._busy_jobs: set[JobId] = set()
        self._is_ending = False

    async def run(self) -> None:
        await self._remember()
        await self._store.write(lambda tx: tx.run("outbox_recover"))
        await live("sending", self._look, self._ears, self._tasks)

    async def _remember(self) -> None:
        """What went out before this start counts at Telegram as if we had never stopped."""
        now = self._clock()
        since = now - int(LONGEST_S * 1000)
        for data in await self._store.all("outbox_sent_since", since=since, most=MOST_REMEMBERED):
            is_edited = data["say"] in UP_TO_DATE  # most of its edits were longer ago
            cost = min(data["sends"], EDITS_REMEMBERED) if is_edited else data["sends"]
            ago_s = max(0.0, (now - data["sent_at"]) / 1000)
            self._telegram.remember(data["chat_id"], cost=cost, ago_s=ago_s)
        for data in await self._store.all("outbox_unsure"):
            row = read_outgoing(data)
            cost = await self._sending.cost(row)
            self._telegram.remember(row.place.chat_id, cost=cost, ago_s=0.0)

    async def drain(self, seconds: float) -> None:
        """Let what is being sent arrive, for at most so long, and begin nothing new.

        What is broken off in the middle would be sent again by the next start.
        """
        self._is_ending = True
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)

    async def _look(self) -> float | None:
        # One moment for the whole round: what falls due meanwhile is waited for.
        now = self._clock()
        return await self._seconds_to_next(await self._start_sends(now), now)

    async def _start_sends(self, now: Millis) -> float | None:
        """Start what may go now; seconds until the limiter lets the next one go, if it waits."""
        waits: list[float] = []
        closed: set[ChatId] = set()
        for row in await self._heads(now):
            chat_id = row.place.chat_id
            if len(self._tasks) >= SENDS_AT_ONCE or self._is_busy(row):
                continue
            if chat_id in closed and row.say is not Say.NOD:
                continue
            if row.say in HEAVY and self._heavy_sends() >= HEAVY_AT_ONCE:
                continue
            cost = await self._sending.cost(row)
            if self._is_ending:  # it may have begun to end while the cost was looked up
                break
            wait_s = self._telegram.take_turn(chat_id, urgency=row.urgency, cost=cost)
            if wait_s == 0:
                self._start(row, cost)
                continue
            waits.append(wait_s)
            if waits_in_order(row):
                closed.add(chat_id)
        return min(waits, default=None)

    async def _heads(self, now: Millis) -> list[Outgoing]:
        """What could go out, in the order of turns."""
        rows = [read_outgoing(data) for data in await self._store.all("outbox_heads", now=now)]
        present = {row.place.chat_id for row in rows}
        self._served = {chat: turn for chat, turn in self._served.items() if chat in present}
        return in_turn(rows, self._served)

    def _is_busy(self, row: Outgoing) -> bool:
        place = (row.place.chat_id, row.say in HEAVY)
        return place in self._busy_places or row.job_id in self._busy_jobs

    def _heavy_sends(self) -> int:
        return sum(1 for _, is_heavy in self._busy_places if is_heavy)

    def _start(self, row: Outgoing, cost: int) -> None:
        self._turns += 1
        self._served[row.place.chat_id] = self._turns
        self._busy_places.add((row.place.chat_id, row.say in HEAVY))
        if row.job_id is not None:
            self._busy_jobs.add(row.job_id)
        task = asyncio.create_task(self._send(row, cost))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._finish(row, cost, done))

    def _finish(self, row: Outgoing, cost: int, task: asyncio.Task[int]) -> None:
        self._tasks.discard(task)
        is_known = not task.cancelled() and task.exception() is None
        sent = task.result() if is_known else cost
        self._telegram.end_turn(row.place.chat_id, cost=cost, sent=sent)
        self._busy_places.discard((row.place.chat_id, row.say in HEAVY))
        if row.job_id is not None:
            self._busy_jobs.discard(row.job_id)
        self._ears.ring()

    async def _seconds_to_next(self, wait_s: float | None, since: Millis) -> float | None:
        row = await self._store.one("outbox_next_due", now=since)
        if row is None or row["due_at"] is None:
            return wait_s
        due_s = max(0.0, float(row["due_at"] - self._clock()) / 1000)
        return due_s if wait_s is None else min(due_s, wait_s)

    async def _send(self, row: Outgoing, cost: int) -> int:
        """How many messages it came to, or may have."""
        began_at = self._clock()
        try:
            if not await self._store.write(lambda tx: self._begin(tx, row)):
                return 0
            sent = await self._sending.say(row)
            await self._write(lambda tx: record(tx, row, sent, now=self._clock()))
            return sent.messages  # noqa: TRY300  # nothing can fail here
        except EaselError as error:
            await self._failed(row, error, began_at)
        except Exception as error:
            log.exception("send_broken", row=row.outbox_id, say=row.say)
            await self._failed(row, error, began_at)
        return cost

    async def _write(self, work: Callable[[Transaction], Awaitable[None]]) -> None:
        """Tried until the database takes it: a send that nobody remembers stops its job."""
        async for attempt in stamina.retry_context(
            on=StoreError, attempts=None, timeout=None, wait_max=5.0
        ):
            with attempt:
                await self._store.write(work)

    async def _begin(self, tx: Transaction, row: Outgoing) -> bool:
        if not await tx.run("outbox_sending", outbox_id=row.outbox_id, now=self._clock()):
            return False
        chat = await tx.one("chat_get", chat_id=row.place.chat_id)
        if chat is not None and chat["unreachable_at"] is not None:
            await self._give_up(tx, row, "the chat cannot be reached")
            return False
        if row.say is Say.RESULT and (job := await self._job(tx, row)):
            await book.move(tx, job, DeliveryBegun(), now=self._clock(), who="delivery")
        return True

    async def _job(self, tx: Transaction, row: Outgoing) -> Job | None:
        return None if row.job_id is None else await book.find_job(tx, row.job_id)

    async def _failed(self, row: Outgoing, error: Exception, began_at: Millis) -> None:
        match error:
            case ChatGone():
                await self._write(lambda tx: self._chat_gone(tx, row, str(error), began_at))
            case ChatMoved():
                new_id = error.new_chat_id
                await self._write(lambda tx: self._chat_moved(tx, row, new_id))
            case NotModified():
                sent = Sent(result_is_shown=row.say is Say.RESULT)
                await self._write(lambda tx: record(tx, row, sent, now=self._clock()))
            case NotSent():
                await self._put_off(row, error.after_s, str(error))
            case SendLater() if row.attempts < MOST_ATTEMPTS:
                await self._again(row, error.after_s, str(error))
            case SendRefused():
                log.warning("send_refused", row=row.outbox_id, say=row.say, error=str(error))
                await self._write(lambda tx: self._drop(tx, row, str(error)))
            case _ if row.attempts < MOST_ATTEMPTS:
                await self._again(row, 1.0, str(error))
            case _:
                log.error("send_given_up", row=row.outbox_id, say=row.say, error=str(error))
                await self._write(lambda tx: self._give_up(tx, row, str(error)))

    async def _again(self, row: Outgoing, after_s: float, why: str) -> None:
        pause_s = min(LONGEST_PAUSE_S, after_s * 2**row.attempts)
        due_at = self._clock() + int(max(after_s, pause_s) * 1000)

        async def work(tx: Transaction) -> None:
            await tx.run(
                "outbox_again",
                outbox_id=row.outbox_id,
                due_at=due_at,
                error=why,
            )
            tx.wake(Topic.OUTBOX)

        await self._write(work)

    async def _put_off(self, row: Outgoing, after_s: float, why: str) -> None:
        """It did not arrive, so it was no attempt."""
        due_at = self._clock() + int(after_s * 1000)

        async def work(tx: Transaction) -> None:
            await tx.run("outbox_put_off", outbox_id=row.outbox_id, due_at=due_at, error=why)
            tx.wake(Topic.OUTBOX)

        await self._write(work)

    async def _drop(self, tx: Transaction, row: Outgoing, why: str) -> None:
        """Give the row up; a result that cannot be shown is kept for the history."""
        await tx.run("outbox_drop", outbox_id=row.outbox_id, error=why)
        if row.say in {Say.RESULT, Say.BUTTONS} and (job := await self._job(tx, row)):
            await book.move(tx, job, Delivered(why), now=self._clock(), who="delivery")
            await privately.missed(tx, row, now=self._clock())
        tx.wake(Topic.OUTBOX)

    async def _chat_gone(self, tx: Transaction, row: Outgoing, why: str, began_at: Millis) -> None:
        """Blocked or kicked: stop pushing; results wait in the history."""
        chat_id, now = row.place.chat_id, self._clock()
        chat = await tx.one("chat_get", chat_id=chat_id)
        is_back = chat is not None and (chat["seen_at"] or 0) > began_at
        if is_back and row.attempts < MOST_ATTEMPTS:  # it spoke after the call had left
            due_at = now + int(AGAIN_S * 1000)
            await tx.run("outbox_again", outbox_id=row.outbox_id, due_at=due_at, error=why)
            tx.wake(Topic.OUTBOX)
            return
        rows = [row, *map(read_outgoing, await tx.all("outbox_of_chat", chat_id=chat_id))]
        since = min([now, *(each.payload.get("away_since", now) for each in rows)])
        await tx.run("chat_unreachable", chat_id=chat_id, since=since)
        for each in rows:
            await self._give_up(tx, each, why)

    async def _chat_moved(self, tx: Transaction, row: Outgoing, new_id: ChatId) -> None:
        """The group goes on elsewhere: everything moves, and this row is said there."""
        now = self._clock()
        if await move_chat(tx, row.place.chat_id, new_id, now=now):
            log.info("chat_moved", chat=row.place.chat_id, to=new_id)
        await send_there(tx, row.outbox_id, new_id, now=now)

    async def _give_up(self, tx: Transaction, row: Outgoing, why: str) -> None:
        """What cannot be said now; what tells how things stand may be said another time."""
        if row.say in UP_TO_DATE:
            await tx.run("outbox_skip", outbox_id=row.outbox_id, error=why)
        else:
            await self._drop(tx, row, why)
