"""Drafts become jobs: their pictures are fetched, checked and kept, then the command is made.

Knows no price and not what a provider takes. Everything it needs is a row, so killed
anywhere it begins again after the start; the draft ends in the transaction that makes its job,
so there is one job.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Protocol

import structlog
from telegram.error import RetryAfter, TelegramError

from bot import media
from bot.chat.bulk_files import read_list
from bot.chat.bulking import Bulking
from bot.chat.drafts import Draft, all_pictures, read_draft
from bot.chat.enlarging import Enlarging
from bot.chat.making import Making
from bot.chat.parsed import Complaint, ImageCommand, Parsed, UpscaleCommand, VideoCommand
from bot.chat.pictures import Brought, Picture
from bot.chat.pricing import ask_price
from bot.chat.reading import Reader
from bot.chat.references import Reference, complete, reference_to
from bot.chat.referring import Referring
from bot.chat.talk import Talk, line, reopen_talk
from bot.chat.tiles import tiles_of
from bot.errors import BadPicture, Dearer, Flaw, StoreError
from bot.jobs import book
from bot.jobs.buttons import Act, Press
from bot.jobs.preferences import preferences_of
from bot.model import Clock, Place, UserId
from bot.store.port import Reading, Store, Topic, Transaction
from bot.store.rounds import STORE_PAUSE_S, live

GATHERED_AT_ONCE = 4
"""Drafts whose pictures are fetched side by side."""
MOST_ATTEMPTS = 5
"""Fetches of one draft's pictures that may fail."""
RETRY_S = 2.0
LONGEST_RETRY_S = 60.0
BUSY_EVERY_S = 4.5
"""What shows that the bot is busy lasts five seconds (docs/telegram.md)."""
LOOKED_AT = 200
"""Waiting drafts looked at in one round, the most pressing first."""
FOLDER = "references"
"""Below the data folder."""

log = structlog.get_logger(__name__)


class Files(Protocol):
    """Where people's files come from; see `downloading.Downloader`."""

    async def fetch(self, file_id: str, dest: Path) -> None: ...


class BusyPort(Protocol):
    """What cannot wait in a table. Delivery implements it."""

    async def show_busy(self, place: Place) -> None: ...


class Gathering:
    """See the module. ``run`` goes on until it is cancelled."""

    def __init__(
        self,
        store: Store,
        files: Files,
        reader: Reader,
        making: Making,
        bulking: Bulking,
        busy: BusyPort,
        *,
        data_dir: Path,
        default_language: str,
        clock: Clock,
    ) -> None:
        self._store = store
        self._files = files
        self._reader = reader
        self._making = making
        self._bulking = bulking
        self._referring = Referring(making, reader.market)
        self._enlarging = Enlarging(reader.market, making.accept)
        self._busy = busy
        self._data_dir = data_dir
        self._default_language = default_language
        self._clock = clock
        self._ears = store.wakeups(Topic.DRAFTS)
        self._under_way: set[UserId] = set()
        """Whose drafts are being gathered: one of each person's, in turn."""
        self._announced: set[int] = set()
        """Albums still arriving, whose people have been shown that something happens."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        await live("gathering", self._start_due, self._ears, self._tasks)

    async def _start_due(self) -> float | None:
        """Begin what is due; seconds until the next is."""
        now = self._clock()
        for row in await self._store.all("drafts_waiting", most=LOOKED_AT):
            draft = read_draft(row)
            assert draft.due_at is not None
            if draft.user_id in self._under_way:
                continue
            if draft.due_at > now:
                self._announce(draft)
                return (draft.due_at - now) / 1000
            if len(self._under_way) >= GATHERED_AT_ONCE:
                return None  # the end of one of them rings
            self._start(draft)
        return None

    def _announce(self, draft: Draft) -> None:
        if draft.draft_id not in self._announced:
            self._announced.add(draft.draft_id)
            self._spawn(self._busy.show_busy(draft.place))

    def _start(self, draft: Draft) -> None:
        self._announced.discard(draft.draft_id)
        self._under_way.add(draft.user_id)
        self._spawn(self._watch(draft))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)  # asyncio itself holds tasks only weakly
        task.add_done_callback(self._tasks.discard)

    async def _watch(self, draft: Draft) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                showing = group.create_task(self._show_busy(draft.place))
                await self._gather(draft)
                showing.cancel()
        except* StoreError:
            log.exception("draft_not_written", draft=draft.draft_id)
            await asyncio.sleep(STORE_PAUSE_S)  # the row stays and is tried again
        finally:
            self._under_way.discard(draft.user_id)
            self._ears.ring()

    async def _show_busy(self, place: Place) -> None:
        while True:
            await self._busy.show_busy(place)
            await asyncio.sleep(BUSY_EVERY_S)

    async def _gather(self, draft: Draft) -> None:
        """Raises StoreError."""
        try:
            if Brought(draft.pictures).has_list:
                await self._gather_list(draft)
                return
            pictures = await self._pictures_of(self._store, draft)
            if await self._store.write(lambda tx: self._is_settled(tx, draft, pictures)):
                return
            _check_known(pictures)
            references = [await self._bring(draft, picture) for picture in pictures]
            await self._store.write(lambda tx: self._make(tx, draft, pictures, references))
        except StoreError:
            raise
        except Dearer as error:
            dearer = error
            await self._store.write(lambda tx: self._ask_price(tx, draft, dearer))
        except BadPicture as error:
            log.info("picture_unusable", draft=draft.draft_id, error=str(error))
            flaw = error.flaw
            await self._store.write(lambda tx: self._refuse(tx, draft, flaw))
        except (TelegramError, OSError) as error:
            log.warning("picture_not_fetched", draft=draft.draft_id, error=str(error))
            await self._later(draft, error)
        except Exception as error:
            log.exception("gathering_broken", draft=draft.draft_id)
            await self._later(draft, error)

    async def _gather_list(self, draft: Draft) -> None:
        """A text file, whose lines are asked about. Raises BadPicture, TelegramError, OSError."""
        [file] = draft.pictures
        raw = await self._fetch(draft, file)
        content = await asyncio.to_thread(read_list, raw)
        preferences = await preferences_of(self._store, draft.user_id)
        heard = await asyncio.to_thread(self._bulking.read_list, draft.text, content, preferences)

        async def ask(tx: Transaction) -> None:
            if await tx.run("draft_end", draft_id=draft.draft_id):
                await self._bulking.ask_list(await self._talk(tx, draft), heard)

        await self._store.write(ask)

    async def _pictures_of(self, reading: Reading, draft: Draft) -> tuple[Picture, ...]:
        return await all_pictures(
            reading, draft.place.chat_id, draft.pictures, draft.media_group_id
        )

    async def _is_settled(
        self, tx: Transaction, draft: Draft, pictures: tuple[Picture, ...]
    ) -> bool:
        """Whether nothing is to be fetched: what is wrong already is answered."""
        if await self._pictures_of(tx, draft) != pictures:
            return True  # as in `_make`
        talk = await self._talk(tx, draft)
        parsed = await self._read(tx, draft, len(pictures) + (draft.parent_id is not None))
        is_hopeless = isinstance(parsed, Complaint)
        if isinstance(parsed, Complaint):
            await self._reader.complain(talk, parsed)
        elif isinstance(parsed, ImageCommand | VideoCommand):
            is_hopeless = not await self._making.is_affordable(talk, parsed)
        if is_hopeless:
            await tx.run("draft_end", draft_id=draft.draft_id)
        return is_hopeless

    async def _read(self, tx: Transaction, draft: Draft, pictures: int) -> Parsed:
        preferences = await preferences_of(tx, draft.user_id)
        is_reply = draft.parent_id is not None
        return self._reader.read(
            draft.text, is_reply=is_reply, pictures=[pictures], preferences=preferences
        )

    async def _bring(self, draft: Draft, picture: Picture) -> Reference:
        """One picture on our disk.

        Raises BadPicture, TelegramError, OSError.
        """
        raw = await self._fetch(draft, picture)
        kept = await asyncio.to_thread(media.keep_reference, raw, raw.parent)
        probe = await asyncio.to_thread(media.probe_image, kept)
        return Reference(str(kept.relative_to(self._data_dir)), probe.width, probe.height)

    async def _fetch(self, draft: Draft, picture: Picture) -> Path:
        """As it came, on our disk. Raises BadPicture, TelegramError, OSError."""
        folder = self._data_dir / FOLDER
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        raw = folder / f"draft-{draft.draft_id}-{picture.message_id}.raw"
        await self._files.fetch(picture.file_id, raw)
        return raw

    async def _later(self, draft: Draft, error: Exception) -> None:
        """Once more after a while, or not at all any more."""
        if draft.attempts + 1 >= MOST_ATTEMPTS:
            await self._store.write(lambda tx: self._refuse(tx, draft, Flaw.NOT_FETCHED))
            return
        wait_s = min(LONGEST_RETRY_S, RETRY_S * 2**draft.attempts)
        if isinstance(error, RetryAfter):
            after = error.retry_after
            wait_s = max(wait_s, after if isinstance(after, int) else after.total_seconds())
        due_at = self._clock() + int(wait_s * 1000)
        await self._store.write(
            lambda tx: tx.run("draft_again", draft_id=draft.draft_id, due_at=due_at)
        )

    async def _refuse(self, tx: Transaction, draft: Draft, flaw: Flaw) -> None:
        if await tx.run("draft_end", draft_id=draft.draft_id):
            talk = await self._talk(tx, draft)
            is_list = Brought(draft.pictures).has_list
            await talk.say(line(f"textfile.{flaw}" if is_list else f"picture.{flaw}"))

    async def _make(
        self,
        tx: Transaction,
        draft: Draft,
        pictures: tuple[Picture, ...],
        references: list[Reference],
    ) -> None:
        """The draft becomes a job, or an answer that says why not.

        Raises Dearer when the button that told the tile said less.
        """
        if await self._pictures_of(tx, draft) != pictures:
            return  # more of the album came meanwhile: it is gathered again
        if not await tx.run("draft_end", draft_id=draft.draft_id):
            return
        talk = dataclasses.replace(await self._talk(tx, draft), press=_pressed(draft))
        parent = await book.find_job(tx, draft.parent_id) if draft.parent_id else None
        if parent is not None:  # own pictures first, then the result's
            tiles = await tiles_of(tx, parent.job_id)
            references = [*references, reference_to(tiles[draft.tile or 0])]
        parsed = await self._read(tx, draft, len(references))
        match parsed:
            case ImageCommand() | VideoCommand():
                command = complete(
                    parsed, references, self._reader.market, parent=parent, tile=draft.tile
                )
                is_made = await self._referring.make_complete(talk, command, parent)
                if is_made and draft.media_group_id is not None and len(pictures) == 1:
                    await talk.say(line("album.one_came"))
            case UpscaleCommand():
                [one] = references
                await self._enlarging.enlarge(
                    talk, parsed, one.path, width=one.width, height=one.height
                )
            case Complaint():
                await self._reader.complain(talk, parsed)
            case _:  # what was written down was one of these; a new version may read it otherwise
                await talk.say(line("error.unexpected"))

    async def _ask_price(self, tx: Transaction, draft: Draft, dearer: Dearer) -> None:
        """It waits again, for a yes to what it costs now."""
        pressed = _pressed(draft)
        assert pressed is not None  # else any price was agreed to
        if await tx.run("draft_wait", draft_id=draft.draft_id):
            await ask_price(await self._talk(tx, draft), pressed, dearer)

    async def _talk(self, tx: Transaction, draft: Draft) -> Talk:
        return await reopen_talk(
            tx,
            draft.user_id,
            draft.place,
            default_language=self._default_language,
            now=self._clock(),
        )


def _pressed(draft: Draft) -> Press | None:
    """The button that told the tile; None: it was known from the words."""
    if draft.said_vnd is None:
        return None
    return Press(Act.CHOOSE, draft.parent_id, draft.tile, str(draft.draft_id), draft.said_vnd)


def _check_known(pictures: Sequence[Picture]) -> None:
    """What Telegram tells of them is enough for. Raises BadPicture."""
    for picture in pictures:
        if picture.flaw is not None:
            raise BadPicture(picture.flaw)
