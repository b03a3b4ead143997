"""Drafts become jobs: once each, with all the pictures that came, whatever breaks on the way."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import samples
from shop import Shop
from story import PATIENCE_S
from telegram.error import NetworkError

from bot.chat.bulking import Bulking
from bot.chat.drafts import LONGEST_MS, MOST_WAITING, QUIET_MS, note_album_item
from bot.chat.gathering import MOST_ATTEMPTS, Gathering
from bot.chat.making import Making
from bot.chat.parsed import ImageCommand, VideoCommand
from bot.chat.pictures import Brought, Picture
from bot.chat.reading import Reader
from bot.chat.referring import Referring
from bot.chat.talk import Speaker, Talk
from bot.jobs.offers import Market
from bot.model import ChatId, Job, MessageId, Operation, Place, Say, UserId
from bot.providers.flow import Flow
from bot.store.port import Topic, Transaction
from bot.store.records import read_job

AN = UserId(7)
BINH = UserId(8)
ALBUM = "album"
_FLOW = Flow(key="k", base_url="https://flow.example/api", offers_hd=True).capabilities
MARKET = Market({"flow": _FLOW}, dict.fromkeys(_FLOW.operations, "flow"))


@dataclass
class Telegram:
    """Hands files over when it may, and remembers what it was asked for."""

    failures: int = 0
    asked: list[str] = field(default_factory=list)
    is_open: asyncio.Event = field(default_factory=asyncio.Event)
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)
    shown: int = 0

    async def fetch(self, file_id: str, dest: Path) -> None:
        self.asked.append(file_id)
        self.was_asked.set()
        await self.is_open.wait()
        if self.failures:
            self.failures -= 1
            raise NetworkError("lost")
        dest.write_bytes(samples.picture(20 + len(file_id), 20))  # its content is its own

    async def show_busy(self, place: Place) -> None:
        assert place.chat_id in {ChatId(AN), ChatId(BINH)}
        self.shown += 1


@dataclass
class Desk:
    """A shop with somebody who gathers pictures; started and stopped like the bot."""

    shop: Shop
    telegram: Telegram
    folder: Path

    def gathering(self) -> Gathering:
        reader = Reader("easel_bot", MARKET, {"flow": "Flow AI"})
        making = Making(self.shop.desk, MARKET, "easel_bot")
        return Gathering(
            self.shop.store,
            self.telegram,
            reader,
            making,
            Bulking(self.shop.desk, reader, making),
            self.telegram,
            data_dir=self.folder,
            default_language="en",
            clock=self.shop.now,
        )

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        running = asyncio.create_task(self.gathering().run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def ask(
        self,
        text: str = "/img in oil",
        *,
        album: str | None = None,
        user: UserId = AN,
        picture: Picture | None = None,
    ) -> None:
        """Somebody sends a command with one picture; of an album, the first of it."""
        making = Making(self.shop.desk, MARKET, "easel_bot")
        reader = Reader("easel_bot", MARKET, {"flow": "Flow AI"})
        referring = Referring(making, MARKET)

        async def work(tx: Transaction) -> None:
            await tx.run(
                "user_seen", user_id=user, first_name="An", username=None, language_code="en", now=0
            )
            await tx.run("chat_seen", chat_id=user, kind="private", title="An", now=0)
            place = Place(ChatId(user), None, MessageId(1))
            talk = Talk(tx, Speaker(user, "An", "en"), place, True, "en", self.shop.now())
            brought = Brought((picture or a_picture(1),), album)
            command = reader.read(text, is_reply=False, pictures=(2, 1) if album else (1,))
            assert isinstance(command, ImageCommand | VideoCommand)
            await referring.make(talk, command, text=text, brought=brought, target=None)

        await self.shop.store.write(work)

    async def item(self, number: int) -> None:
        """One more item of the album arrives."""
        await self.shop.store.write(
            lambda tx: note_album_item(tx, AN, ALBUM, a_picture(number), now=self.shop.now())
        )

    async def later(self, milliseconds: int) -> None:
        """Time passes, and whoever waits for it notices."""
        self.shop.now.at += milliseconds

        async def ring(tx: Transaction) -> None:
            tx.wake(Topic.DRAFTS)

        await self.shop.store.write(ring)

    async def drafts(self) -> list[int]:
        """When those that wait are due."""
        sql = "SELECT due_at FROM draft WHERE due_at IS NOT NULL ORDER BY due_at"
        return [row["due_at"] for row in await self.shop.store._reader.execute_fetchall(sql)]

    async def jobs(self) -> list[Job]:
        return [read_job(row) for row in await self.shop.store.all("jobs_open")]

    async def references(self) -> list[int]:
        """How many pictures each job is made from."""
        return [len(job.request.references) for job in await self.jobs()]

    async def said(self) -> list[str]:
        """The keys of what was answered."""
        rows = await self.shop.store.all("outbox_of_chat", chat_id=AN)
        lines = [json.loads(row["payload"])["lines"] for row in rows if row["say"] == Say.TEXT]
        return [first["key"] for first, *_ in lines]

    async def until_drafts(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while len(await self.drafts()) != count:
                await asyncio.sleep(0.01)

    async def until_asked(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self.telegram.was_asked.wait()
        self.telegram.was_asked.clear()


def a_picture(number: int) -> Picture:
    return Picture(number, "file" + "x" * number, "photo", 100)


@pytest.fixture
def desk(shop: Shop, tmp_path: Path) -> Desk:
    return Desk(shop, Telegram(), tmp_path)


async def test_a_draft_becomes_one_job_with_its_picture_on_our_disk(desk: Desk) -> None:
    desk.telegram.is_open.set()
    await desk.ask()
    async with desk.at_work():
        await desk.until_drafts(0)
    [job] = await desk.jobs()
    assert Operation.REFERENCE_IMAGE is job.request.operation
    [path] = job.request.references
    assert (desk.folder / path).is_file()
    assert [path.removeprefix("references/")] == [
        each.name for each in (desk.folder / "references").iterdir()
    ]
    assert desk.telegram.shown


async def test_stopped_in_the_middle_of_a_download_the_next_start_makes_the_one_job(
    desk: Desk,
) -> None:
    await desk.ask()
    async with desk.at_work():
        await desk.until_asked()
    assert [] == await desk.references()
    desk.telegram.is_open.set()
    async with desk.at_work():
        await desk.until_drafts(0)
    assert [1] == await desk.references()


async def test_an_album_is_waited_for_until_it_is_quiet(desk: Desk) -> None:
    desk.telegram.is_open.set()
    await desk.ask(album=ALBUM)
    async with desk.at_work():
        for number in (2, 3):
            await desk.later(QUIET_MS - 1)
            await desk.item(number)
        assert [desk.shop.now() + QUIET_MS] == await desk.drafts()
        await desk.later(QUIET_MS)
        await desk.until_drafts(0)
    assert [3] == await desk.references()


async def test_an_album_that_never_ends_is_not_waited_for_for_ever(desk: Desk) -> None:
    begun_at = desk.shop.now()
    await desk.ask(album=ALBUM)
    for number in range(2, 10):
        await desk.later(QUIET_MS - 1)
        await desk.item(number)
    assert [begun_at + LONGEST_MS] == await desk.drafts()


async def test_an_item_that_comes_while_others_are_fetched_is_part_of_the_job(desk: Desk) -> None:
    await desk.ask(album=ALBUM)
    async with desk.at_work():
        await desk.later(QUIET_MS)
        await desk.until_asked()
        await desk.item(2)
        desk.telegram.is_open.set()
        await desk.later(QUIET_MS)
        await desk.until_drafts(0)
    assert [2] == await desk.references()


async def test_a_picture_that_cannot_be_fetched_is_tried_a_few_times_and_then_given_up(
    desk: Desk,
) -> None:
    desk.telegram.is_open.set()
    desk.telegram.failures = MOST_ATTEMPTS
    await desk.ask()
    async with desk.at_work():
        for attempt in range(MOST_ATTEMPTS - 1):
            await desk.until_asked()
            async with asyncio.timeout(PATIENCE_S):
                while (await desk.drafts())[0] <= desk.shop.now():
                    await asyncio.sleep(0.01)
            assert attempt + 1 == len(desk.telegram.asked)
            await desk.later((await desk.drafts())[0] - desk.shop.now())
        await desk.until_drafts(0)
    assert [] == await desk.references()
    assert ["picture.not_fetched"] == await desk.said()


async def test_a_command_that_reads_wrong_with_the_pictures_that_came_is_answered(
    desk: Desk,
) -> None:
    desk.telegram.is_open.set()
    await desk.ask("/video waving --voice charon", album=ALBUM)
    for number in range(2, 8):
        await desk.item(number)
    async with desk.at_work():
        await desk.later(LONGEST_MS)
        await desk.until_drafts(0)
    assert [] == await desk.references()
    assert ["complaint.too_many_pictures"] == await desk.said()
    assert [] == desk.telegram.asked


async def test_one_persons_many_pictures_do_not_keep_anothers_waiting(desk: Desk) -> None:
    for number in range(1, 9):
        await desk.ask(picture=a_picture(number))
    await desk.later(1)
    his = Picture(1, "his", "photo", 100)
    await desk.ask(user=BINH, picture=his)
    async with desk.at_work(), asyncio.timeout(PATIENCE_S):
        while len(desk.telegram.asked) < 2:
            await asyncio.sleep(0.01)
        assert sorted([a_picture(1).file_id, "his"]) == sorted(desk.telegram.asked)
        desk.telegram.is_open.set()
        await desk.until_drafts(0)
    assert 9 == len(await desk.jobs())


async def test_a_flood_of_pictures_is_answered_from_the_first_that_is_too_many(
    desk: Desk,
) -> None:
    for number in range(MOST_WAITING + 2):
        await desk.ask(picture=a_picture(number + 1))
    await desk.ask(user=BINH)
    assert MOST_WAITING + 1 == len(await desk.drafts())
    assert ["draft.too_many", "draft.too_many"] == await desk.said()


async def test_what_could_never_be_paid_is_refused_before_its_picture_is_fetched(
    desk: Desk,
) -> None:
    while await desk.shop.free_left(AN):
        await desk.shop.order(AN)
    desk.telegram.is_open.set()
    await desk.ask()
    async with desk.at_work():
        await desk.until_drafts(0)
    assert "quota.asked_none_free_image" == (await desk.said())[0]
    assert [] == desk.telegram.asked
