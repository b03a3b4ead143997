"""`/doctor`: how the bot stands in a group, and for the operator as a whole.

Knows nothing of how findings read, nor of how Telegram was asked.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from bot.chat import findings
from bot.chat.checkup import bot_facts, group_facts
from bot.chat.findings import Queue, Standing
from bot.chat.reading import Reader
from bot.chat.talk import Line, Link, Talk, line
from bot.jobs.accept import Desk
from bot.jobs.accounts import told_to_wait_until, why_paused
from bot.model import UserId
from bot.money import ledger
from bot.store.port import Reading

ADD_TO_GROUP: Final = "https://t.me/{username}?startgroup=true"
"""Opens a list of one's groups to bring the bot into (core.telegram.org/bots/features#deep-linking)."""


class Doctor:
    """Made once. ``admin_ids``: the operators."""

    def __init__(self, desk: Desk, reader: Reader, admin_ids: Collection[int]) -> None:
        self._desk = desk
        self._reader = reader
        self._admin_ids = admin_ids

    async def look(self, talk: Talk) -> None:
        is_operator = talk.speaker.user_id in self._admin_ids
        if not talk.is_private:
            lines = await self._group(talk)
            await talk.say(*lines, *([line("doctor.rest_in_private")] if is_operator else []))
        elif is_operator:
            await talk.say(*await self._whole(talk))
        else:
            username = self._reader.username
            link = Link("doctor.to_group", ADD_TO_GROUP.format(username=username))
            await talk.say(line("doctor.in_groups", username=username), buttons=[[link]])

    async def _group(self, talk: Talk) -> list[Line]:
        chat_id = talk.place.chat_id
        facts = await group_facts(talk.tx, chat_id, now=talk.now)
        wallet = await ledger.read_wallet(talk.tx, UserId(chat_id))
        money = findings.wallet_lines(talk.rules, wallet.balance_vnd, self._desk.plans)
        if facts is None:
            return [line("doctor.title"), line("doctor.telegram_silent"), *money]
        return [
            line("doctor.title"),
            *findings.hearing_lines(facts, self._reader.username),
            *findings.right_lines(facts),
            *findings.topic_lines(facts, talk.rules, talk.place.thread_id),
            *money,
        ]

    async def _whole(self, talk: Talk) -> list[Line]:
        facts = await bot_facts(talk.tx, now=talk.now)
        queue = await _queue(talk.tx)
        standings = [
            Standing(
                title,
                await why_paused(talk.tx, name),
                await told_to_wait_until(talk.tx, name, now=talk.now),
            )
            for name, title in self._reader.titles.items()
        ]
        return [
            line("doctor.title_whole"),
            *findings.provider_lines(standings),
            *findings.queue_lines(queue),
            *findings.update_lines(facts, queue),
            *(findings.disk_lines(facts) if facts else []),
        ]


async def _queue(reading: Reading) -> Queue:
    counted = await reading.all("counts")
    jobs = {row["state"]: row["n"] for row in counted if row["what"] == "job"}
    waiting = {row["what"]: row["n"] for row in counted if row["what"] != "job"}
    failed = await reading.one("inbox_failed")
    assert failed is not None
    unread = waiting.get("inbox", 0) - 1  # but for this `/doctor` itself
    return Queue(jobs, waiting.get("outbox", 0), max(0, unread), failed["n"])
