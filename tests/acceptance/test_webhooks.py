"""A provider calls back: what its calls do, and what nobody's call can do."""

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from story import Person, Story, free_port, living_bot, served_town, settings_for
from telling import until

from bot.app import DATABASE_NAME

SECRET = "a secret between two"  # of a test
RARELY = "1000"
"""Seconds: without a webhook nobody would look again while a test runs."""


@dataclass
class Called:
    """A bot that may be called back, and somebody who calls."""

    story: Story
    origin: str
    secret: str = SECRET

    @property
    def an(self) -> Person:
        return self.story.person("An")

    async def call(self, reference: str, body: Any, *, secret: str | None = None) -> int:
        """The HTTP status of a call; a body of bytes goes as it is."""
        headers = {"x-webhook-secret": self.secret if secret is None else secret}
        form: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        async with httpx.AsyncClient(trust_env=False) as client:
            url = f"{self.origin}/webhooks/apiframe/{reference}"
            return (await client.post(url, headers=headers, **form)).status_code

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        path = self.story.data_dir / DATABASE_NAME
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return database.execute(question).fetchall()

    async def running(self) -> tuple[str, str]:
        """Reference and task of the one job, once it runs."""

        def look() -> tuple[str, str] | None:
            rows = self.rows("SELECT reference, task_id FROM job WHERE state = 'running'")
            return (str(rows[0][0]), str(rows[0][1])) if rows else None

        return await until(look)


@contextlib.asynccontextmanager
async def called(folder: Path, **more: str) -> AsyncIterator[Called]:
    port = free_port()
    async with served_town(folder / "town") as town:
        environ = settings_for(
            town,
            folder / "data",
            BOT_WEB_LISTEN=f"127.0.0.1:{port}",
            BOT_PUBLIC_URL=f"http://127.0.0.1:{port}",
            **{"APIFRAME_WEBHOOK_SECRET": SECRET, "BOT_POLL_SECONDS": RARELY, **more},
        )
        async with living_bot(environ):
            yield Called(Story(town, folder / "data"), f"http://127.0.0.1:{port}")


async def test_a_call_wakes_the_read_and_the_result_is_what_the_read_says(tmp_path: Path) -> None:
    async with called(tmp_path) as bot:
        town, an = bot.story.town, bot.an
        town.apiframe.never_finish()
        asked = an.say("/img sóng biển")
        reference, task = await bot.running()
        submit = next(c for c in town.apiframe.calls if c.path.endswith("/imagine"))
        assert f"{bot.origin}/webhooks/apiframe/{reference}" == submit.body["webhook_url"]
        assert SECRET == submit.body["webhook_secret"]
        # A lie: it is not finished, and these pictures are nobody's.
        lie = {"task_id": task, "status": "finished", "image_urls": ["http://169.254.1.1/x.png"]}
        assert 200 == await bot.call(reference, lie)
        await until(lambda: any("/fetch" in c.path for c in town.apiframe.calls))
        assert [("running",)] == bot.rows("SELECT state FROM job")
        town.apiframe.finish_now(task)
        assert 200 == await bot.call(reference, {"task_id": task, "status": "processing"})
        assert await an.result_of(asked)
        assert 200 == await bot.call(reference, {"task_id": task, "status": "failed"})
        await until(lambda: bot.rows("SELECT 1 FROM job WHERE state = 'done'"))
        assert [(4,)] == bot.rows("SELECT charged_free FROM job")


async def test_strangers_and_nonsense_are_turned_away_and_harm_nothing(tmp_path: Path) -> None:
    async with called(tmp_path) as bot:
        bot.story.town.apiframe.never_finish()
        bot.an.say("/img sóng biển")
        reference, task = await bot.running()
        body = {"task_id": task, "status": "finished"}
        assert 401 == await bot.call(reference, body, secret="")
        assert 401 == await bot.call(reference, body, secret=SECRET + "x")
        assert 404 == await bot.call("ab" * 16, body)
        assert 401 == await bot.call("ab" * 16, body, secret="guess")
        assert 413 == await bot.call(reference, b" " * 64 * 1024 + b"{}")
        for nonsense in (b"", b"{", b"[]", b"7", b"\xff\xfe", b"[" * 60_000, b'"\\ud800"'):
            assert 200 == await bot.call(reference, nonsense)
        for value in (b'"\\ud800"', b"null", b"[1]", b"1" * 5_000, b'"' + b"x" * 9_000 + b'"'):
            assert 200 == await bot.call(reference, b'{"task_id": ' + value + b"}")
        assert [("running", task)] == bot.rows("SELECT state, task_id FROM job")
        async with httpx.AsyncClient(trust_env=False) as client:
            url = f"{bot.origin}/webhooks/flow/{reference}"
            assert 404 == (await client.post(url, headers={"x-webhook-secret": SECRET})).status_code
            assert 405 == (await client.get(url.replace("flow", "apiframe"))).status_code


async def test_a_lost_answer_is_made_good_by_the_webhook_with_no_second_submit(
    tmp_path: Path,
) -> None:
    async with called(tmp_path) as bot:
        town, an = bot.story.town, bot.an
        town.apiframe.lose_answer_of_next("/imagine")
        asked = an.say("/img sóng biển")
        await until(lambda: bot.rows("SELECT 1 FROM job WHERE state = 'unknown'"))
        ((reference,),) = bot.rows("SELECT reference FROM job")
        (task,) = town.apiframe.tasks
        town.apiframe.finish_now(task)
        for _ in range(3):  # webhooks come more than once
            assert 200 == await bot.call(reference, {"task_id": task, "status": "finished"})
        assert await an.result_of(asked)
        submits = [c for c in town.apiframe.calls if c.path.endswith("/imagine")]
        assert 1 == len(submits)
        assert [(4, 0)] == bot.rows("SELECT charged_free, held_free FROM job")


async def test_a_webhook_before_the_answer_is_no_trouble(tmp_path: Path) -> None:
    async with called(tmp_path) as bot:
        town, an = bot.story.town, bot.an
        held = town.apiframe.hold_next("/imagine", when="after")
        asked = an.say("/img sóng biển")
        await held.arrived()
        ((reference,),) = bot.rows("SELECT reference FROM job")
        (task,) = town.apiframe.tasks
        town.apiframe.finish_now(task)
        assert 200 == await bot.call(reference, {"task_id": task, "status": "finished"})
        assert [("submitting", task)] == bot.rows("SELECT state, task_id FROM job")
        held.release()
        assert await an.result_of(asked)


async def test_a_secret_nobody_chose_is_made_once_and_outlives_restarts(tmp_path: Path) -> None:
    told: list[str] = []
    async with served_town(tmp_path / "town") as town:
        town.apiframe.never_finish()
        submits = town.apiframe.calls
        public = {"BOT_WEB_LISTEN": f"127.0.0.1:{free_port()}", "BOT_PUBLIC_URL": "https://b.test"}
        story = Story(town, tmp_path / "data")
        for name in ("An", "Bình"):
            async with living_bot(settings_for(town, story.data_dir, **public)):
                # Words of one's own: a twin of a submit that was cut off would wait for it.
                story.person(name).say(f"/img {name} bên sóng biển")
                await until(lambda: len(town.apiframe.tasks) > len(told))  # noqa: B023
                told = [call.body["webhook_secret"] for call in submits if "prompt" in call.body]
    assert len(told[0]) > 20
    assert told[0] == told[1]
