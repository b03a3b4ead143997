"""How each kind of outbox row is said: which call, with which words, and what it leaves behind.

Knows nothing of when; a row is handed over by the loop. What was sent comes back as a `Sent`,
written down by the loop in one transaction.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Awaitable, Callable

import structlog

from bot.delivery import answers, captions, presentation
from bot.delivery.approvals import Approvals
from bot.delivery.board_showing import Boards
from bot.delivery.bulks import Bulks
from bot.delivery.invoices import Invoices
from bot.delivery.meaning import MessageGone, SendRefused
from bot.delivery.pictures import Pictures
from bot.delivery.results import Results
from bot.delivery.scene import Scene, Scenes
from bot.delivery.sent import Sent, shown_in
from bot.delivery.stubs import Stubs, stub
from bot.delivery.telegram import TelegramSender
from bot.delivery.welcoming import Welcoming
from bot.jobs.people import at_in
from bot.jobs.preferences import Form
from bot.jobs.privacy import went_private
from bot.model import JobState, Outgoing, Say

log = structlog.get_logger(__name__)


class Sending:
    """Made once; says one row at a time."""

    def __init__(
        self,
        telegram: TelegramSender,
        scenes: Scenes,
        bulks: Bulks,
        boards: Boards,
        approvals: Approvals,
        welcoming: Welcoming,
        pictures: Pictures,
    ) -> None:
        self._telegram = telegram
        self._bulks = bulks
        self._boards = boards
        self._approvals = approvals
        self._scenes = scenes
        self._welcoming = welcoming
        self._results = Results(telegram, pictures)
        self._stubs = Stubs(telegram)
        self._invoices = Invoices(telegram, scenes)

    async def cost(self, row: Outgoing) -> int:
        """How many messages it will be, as Telegram counts them."""
        if row.say is Say.NOD:
            return 0
        if row.say is Say.ALBUM:
            return len(row.payload["jobs"])
        if row.say not in {Say.FILES, Say.RESULT} or row.tile is not None:
            return 1
        if row.say is Say.RESULT and await self._scenes.form_for(row) is Form.GRID:
            return 1
        scene = await self._scenes.of(row.job_id or "")
        return max(1, len(scene.tiles)) if scene else 1

    async def say(self, row: Outgoing) -> Sent:
        """Send it; beside its topic when that is gone. Raises SendError."""
        row = dataclasses.replace(row, place=await self._scenes.heard_at(row.place))
        try:
            return await self._say(row)
        except SendRefused as error:
            if row.place.thread_id is None or not _is_topic_gone(error):
                raise
        place = dataclasses.replace(row.place, thread_id=None)
        return await self._say(dataclasses.replace(row, place=place))

    async def _say(self, row: Outgoing) -> Sent:
        match row.say:
            case Say.TEXT:
                return await self._text(row)
            case Say.WELCOME:
                words = self._words(row)
                return await self._welcoming.send(row.place, words, row.payload.get("edits"))
            case Say.BULK:
                return await self._bulks.message(row)
            case Say.ALBUM:
                return await self._bulks.album(row)
            case Say.APPROVAL:
                return await self._approvals.message(row)
            case Say.BOARD:
                return await self._boards.message(row)
            case Say.NOD:
                return await self._boards.nod(row)
            case Say.INVOICE:
                return await self._invoices.send(row)
            case _:
                return await self._of_job(row)

    async def _of_job(self, row: Outgoing) -> Sent:
        scene = await self._scenes.of(row.job_id or "", row.place.chat_id)
        if scene is None:
            raise SendRefused(f"job {row.job_id} is not there")
        scene = dataclasses.replace(scene, form=await self._scenes.form_for(row))
        if language := row.payload.get("language"):  # shown to somebody else than who ordered it
            scene = dataclasses.replace(scene, tongue=self._scenes.tongue(language))
        return await self._of_scene(row, scene)

    async def _of_scene(self, row: Outgoing, scene: Scene) -> Sent:
        match row.say:
            case Say.STATUS:
                return await self._status(row, scene)
            case Say.RESULT:
                return await self._results.result(row, scene)
            case Say.BUTTONS:
                return await self._results.buttons(row, scene)
            case Say.AWAY:
                return await self._results.take_away(row, scene)
            case Say.STUB:
                return await self._stubs.put(row, scene)
            case Say.PING:
                place = dataclasses.replace(row.place, reply_to=scene.job.status_message_id)
                message = await self._telegram.text(place, captions.ping(scene), [])
                return Sent(shown=(shown_in(message, None),))
            case Say.PICK:
                return await self._or_words(row, scene, self._results.pick)
            case Say.FILES:
                return await self._or_words(row, scene, self._results.files)
            case _:
                raise SendRefused(f"nothing of a job is called {row.say}")

    async def _or_words(
        self, row: Outgoing, scene: Scene, show: Callable[[Outgoing, Scene], Awaitable[Sent]]
    ) -> Sent:
        """What a button asked for; where Telegram takes no media, where it is to be had."""
        try:
            return await show(row, scene)
        except SendRefused as error:
            if _is_topic_gone(error):
                raise
            log.warning("media_refused", job=scene.job.job_id, error=str(error))
            words = captions.not_taken(scene, error)
        links = presentation.elsewhere_keyboard(scene, row.place.chat_id)
        message = await self._telegram.text(row.place, words, links)
        return Sent(shown=(shown_in(message, row.tile),))

    async def _text(self, row: Outgoing) -> Sent:
        words = self._words(row)
        if (page_id := row.payload.get("edits")) is not None:
            with contextlib.suppress(MessageGone):  # deleted, or a photo: the page comes anew
                await self._telegram.edit_text(
                    row.place.chat_id, page_id, words.html, words.keyboard
                )
                return Sent()
        if words.is_question:
            html = answers.to_whom(row.payload["question"], row.place.chat_id) + words.html
            message = await self._telegram.question(row.place, html)
        else:
            message = await self._telegram.text(row.place, words.html, words.keyboard)
        shown = shown_in(message, row.tile)
        return Sent(
            shown=() if row.job_id is None else (shown,),
            question_id=shown.message_id if words.is_question else None,
        )

    def _words(self, row: Outgoing) -> presentation.Words:
        tongue = self._scenes.tongue(row.payload.get("language"))
        return answers.catalogue_text(
            tongue,
            row.payload,
            self._scenes.timezone,
            self._scenes.titles,
            bot=self._scenes.username,
            at=at_in(row.place.chat_id, self._scenes.username),
        )

    async def _status(self, row: Outgoing, scene: Scene) -> Sent:
        job = scene.job
        words = stub(scene) if went_private(job) else presentation.status(scene)
        if job.status_message_id is None:
            message = await self._telegram.text(row.place, words.html, words.keyboard)
            shown = shown_in(message, None)
            return Sent(shown=(shown,), status_message_id=shown.message_id)
        is_result_coming = job.state in {JobState.READY, JobState.DELIVERING}
        is_elsewhere = job.is_muted or job.to_private or bool(job.detail)
        is_result_here = job.state is JobState.DONE and not is_elsewhere
        if is_result_coming or is_result_here:
            return Sent(messages=0)  # the result takes this message over
        try:
            await self._telegram.edit_text(
                job.chat_id, job.status_message_id, words.html, words.keyboard
            )
        except MessageGone:
            if job.state is JobState.RUNNING:
                return Sent(status_is_gone=True)  # progress is not worth a new message
            message = await self._telegram.text(row.place, words.html, words.keyboard)
            shown = shown_in(message, None)
            return Sent(shown=(shown,), status_message_id=shown.message_id)
        return Sent()


def _is_topic_gone(error: SendRefused) -> bool:
    return "thread not found" in str(error).lower()
