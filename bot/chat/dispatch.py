"""Updates handled: one after the other within a chat, chats side by side. Knows no command.

A chat with updates waiting is a lane, and has a worker of its own for a few of them; then it
lines up again behind the others. So nobody waits for a chat where a thousand wait. Where Telegram
has to be asked something before, the lane steps aside and leaves its place to another: only those
who ask wait for those who ask. A handler's whole doing and the mark "handled" are one
transaction, so an update is handled once, however often the process is killed on the way. A press
is answered right after it, before anybody is woken to order, draw or send what it asked for.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Coroutine, Sequence
from typing import Any, Protocol

import structlog
from telegram import Bot, Update

from bot.chat.handlers import Handlers, PressAnswer
from bot.chat.looks import Ask, Look
from bot.chat.migrating import at_home, hear_of_move
from bot.errors import StoreError
from bot.jobs import book
from bot.jobs.saying import say
from bot.model import Clock, Place, Say, Urgency
from bot.store.port import Row, Store, Topic, Transaction
from bot.store.rounds import STORE_PAUSE_S, live

LANES_AT_ONCE = 64
"""Besides those that have stepped aside. Each holds one update in memory."""
MOST_LANES = 1_000
"""Looked at together; those beyond them follow when some of these are empty."""
ASKS_AT_ONCE = 2
"""While Telegram is slow to tell, the other connections are left to everybody else."""
TURN = 16
"""Updates of one lane that are handled before it lines up again."""
ANSWER_FIRST_S = 1.0
"""How long the answer to a press may hold up what the press asked for."""

log = structlog.get_logger(__name__)


class AnswerPort(Protocol):
    """What cannot wait in a table: the answer to a press. Delivery implements it."""

    async def answer_press(self, query_id: str, text: str) -> None: ...


class Dispatcher:
    """Reads the inbox. ``run`` goes on until it is cancelled."""

    def __init__(
        self,
        bot: Bot,
        store: Store,
        handlers: Handlers,
        answers: AnswerPort,
        *,
        before: Sequence[Look],
        clock: Clock,
    ) -> None:
        self._bot = bot
        self._store = store
        self._handlers = handlers
        self._before = before
        self._answers = answers
        self._clock = clock
        self._ears = store.wakeups(Topic.INBOX)
        self._busy: set[int] = set()
        """The lanes that have a worker."""
        self._aside: set[int] = set()
        """Those of them that wait for what Telegram is asked."""
        self._asks = asyncio.Semaphore(ASKS_AT_ONCE)
        self._turns = 0
        self._served: dict[int, int] = {}
        """Which turn was the last of each lane that has something waiting."""
        self._workers: set[asyncio.Task[None]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        await live("handling", self._look, self._ears, self._workers)

    async def _look(self) -> None:
        """Give the free workers to whose last one is longest ago, then to who came first."""
        if self._is_full():
            return
        rows = await self._store.all("inbox_lanes", most=MOST_LANES)
        lanes = [row["lane"] for row in rows]
        self._served = {lane: self._served.get(lane, 0) for lane in lanes}
        for lane in sorted(lanes, key=self._served.__getitem__):
            if lane not in self._busy and not self._is_full():
                self._start(lane)

    def _is_full(self) -> bool:
        return len(self._busy) - len(self._aside) >= LANES_AT_ONCE

    def _start(self, lane: int) -> None:
        self._turns += 1
        self._served[lane] = self._turns
        self._busy.add(lane)
        worker = asyncio.create_task(self._work_off(lane))
        self._workers.add(worker)
        worker.add_done_callback(lambda done: self._finish(lane, done))

    def _finish(self, lane: int, worker: asyncio.Task[None]) -> None:
        self._workers.discard(worker)
        self._busy.discard(lane)
        self._ears.ring()

    async def _work_off(self, lane: int) -> None:
        """The next few of a lane. What cannot be written stays, and is tried again."""
        try:
            for _ in range(TURN):
                row = await self._store.one("inbox_next", lane=lane)
                if row is None:
                    return
                await self._handle(row)
        except Exception:
            log.exception("inbox_not_written", lane=lane)
            await asyncio.sleep(STORE_PAUSE_S)

    async def _handle(self, row: Row) -> None:
        woken: set[Topic] = set()
        payload = json.loads(row["payload"])
        try:
            update = Update.de_json(dict(await at_home(self._store, payload)), self._bot)
            for look in self._before:
                if (ask := await look(update)) is not None:
                    await self._step_aside(row["lane"], ask)
            answer = await self._store.write(lambda tx: self._work(tx, row, payload, woken))
        except StoreError:
            raise
        except Exception as error:
            log.exception("update_failed", update=row["update_id"])
            why = f"{type(error).__name__}: {error}".encode(errors="backslashreplace").decode()
            await self._store.write(lambda tx: self._bury(tx, row, why))
            pressed = _pressed(payload)
            answer = None if pressed is None else PressAnswer(pressed, "")
            woken.clear()
        if answer is not None:
            self._begin(self._answer(answer, woken))

    async def _step_aside(self, lane: int, ask: Ask) -> None:
        self._aside.add(lane)
        self._ears.ring()
        try:
            async with self._asks:
                await ask()
        finally:
            self._aside.discard(lane)

    async def _work(
        self, tx: Transaction, row: Row, payload: dict[str, Any], woken: set[Topic]
    ) -> PressAnswer | None:
        if not await tx.run("inbox_settle", update_id=row["update_id"], state="done", error=None):
            return None  # it was handled since it was read
        quiet = _Quiet(tx, woken)
        answer = None
        if not await hear_of_move(quiet, payload, now=self._clock()):
            # Read anew: its chat may have moved since the look at rights.
            update = Update.de_json(dict(await at_home(tx, payload)), self._bot)
            answer = await self._handlers.handle(quiet, update)
        if answer is None:
            for topic in woken:
                tx.wake(topic)
        return answer

    async def _bury(self, tx: Transaction, row: Row, why: str) -> None:
        """An update nobody could handle is kept, and the operator is told."""
        await tx.run("inbox_settle", update_id=row["update_id"], state="failed", error=why)
        if row["lane"] > 0:  # a private chat: who wrote waits for an answer
            place = Place(row["lane"], None, None)
            payload = {"key": "error.unexpected", "values": {}}
            await say(
                tx,
                Say.TEXT,
                place,
                urgency=Urgency.ANSWER,
                now=self._clock(),
                payload=payload,
            )
        await book.tell_operator(
            tx, "operator.update_failed", now=self._clock(), update=str(row["update_id"]), why=why
        )

    async def _answer(self, answer: PressAnswer, woken: Collection[Topic]) -> None:
        """The spinner ends; then the work begins, also where the answer takes its time."""
        said = self._begin(self._answers.answer_press(answer.query_id, answer.text))
        await asyncio.wait({said}, timeout=ANSWER_FIRST_S)
        self._store.ring(woken)

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


class _Quiet:
    """A transaction that remembers whom it would wake, and wakes nobody."""

    def __init__(self, tx: Transaction, woken: set[Topic]) -> None:
        self._woken = woken
        self.all, self.one, self.run = tx.all, tx.one, tx.run

    def wake(self, topic: Topic) -> None:
        self._woken.add(topic)


def _pressed(payload: object) -> str | None:
    """The press that waits for an answer, in an update that could not be handled."""
    query = payload.get("callback_query") if isinstance(payload, dict) else None
    number = query.get("id") if isinstance(query, dict) else None
    return number if isinstance(number, str) else None
