"""Updates handled: one after the other within a chat, chats side by side. Knows no command.

A handler's whole doing and the mark "handled" are one transaction, so an update is handled once,
however often the process is killed on the way.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol

import structlog
from telegram import Bot, Update

from bot.chat.handlers import Handlers, PressAnswer
from bot.errors import StoreError
from bot.jobs import book
from bot.model import Clock, Place, Say, Urgency
from bot.store.port import Row, Store, Topic, Transaction

MOST_AT_ONCE = 256
STORE_PAUSE_S = 1.0
"""After something the database could not take (a full disk), this long until the next try."""

log = structlog.get_logger(__name__)


class AnswerPort(Protocol):
    """What cannot wait in a table: the answer to a press. Delivery implements it."""

    async def answer_press(self, query_id: str, text: str) -> None: ...


class Dispatcher:
    """Reads the inbox. ``run`` goes on until it is cancelled."""

    def __init__(
        self, bot: Bot, store: Store, handlers: Handlers, answers: AnswerPort, *, clock: Clock
    ) -> None:
        self._bot = bot
        self._store = store
        self._handlers = handlers
        self._answers = answers
        self._clock = clock
        self._ears = store.wakeups(Topic.INBOX)
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        while True:
            try:
                rows = await self._store.all("inbox_new", most=MOST_AT_ONCE)
            except StoreError:
                log.exception("inbox_not_read")
                await asyncio.sleep(STORE_PAUSE_S)
                continue
            if not rows:
                await self._ears.wait(None)
                continue
            lanes: defaultdict[int, list[Row]] = defaultdict(list)
            for row in rows:
                lanes[row["lane"]].append(row)
            async with asyncio.TaskGroup() as group:
                for lane in lanes.values():
                    group.create_task(self._handle_lane(lane))

    async def _handle_lane(self, rows: Sequence[Row]) -> None:
        for row in rows:
            try:
                await self._handle(row)
            except StoreError:
                log.exception("inbox_not_written", update=row["update_id"])
                await asyncio.sleep(STORE_PAUSE_S)  # the row stays and is tried again
                return

    async def _handle(self, row: Row) -> None:
        try:
            update = Update.de_json(json.loads(row["payload"]), self._bot)
            answer = await self._store.write(lambda tx: self._work(tx, row, update))
        except StoreError:
            raise
        except Exception as error:
            log.exception("update_failed", update=row["update_id"])
            why = f"{type(error).__name__}: {error}"
            await self._store.write(lambda tx: self._bury(tx, row, why))
            return
        if answer is not None:
            self._answer(answer)

    async def _work(self, tx: Transaction, row: Row, update: Update) -> PressAnswer | None:
        answer = await self._handlers.handle(tx, update)
        await tx.run("inbox_settle", update_id=row["update_id"], state="done", error=None)
        return answer

    async def _bury(self, tx: Transaction, row: Row, why: str) -> None:
        """An update nobody could handle is kept, and the operator is told."""
        await tx.run("inbox_settle", update_id=row["update_id"], state="failed", error=why)
        if row["lane"] > 0:  # a private chat: who wrote waits for an answer
            place = Place(row["lane"], None, None)
            payload = {"key": "error.unexpected", "values": {}}
            await book.say(
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

    def _answer(self, answer: PressAnswer) -> None:
        task = asyncio.create_task(self._answers.answer_press(answer.query_id, answer.text))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
