"""What a watchman sees from outside: alive, ready or why not, and the counts."""

import asyncio
import contextlib
from pathlib import Path

import httpx
from beside import handled
from story import Story, free_port, living_bot, served_town, settings_for

from bot import app
from bot.settings import load

PATIENCE_S = 120


async def ask(port: int, path: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(f"http://127.0.0.1:{port}{path}")


async def until_ready(port: int, *, ready: bool) -> httpx.Response:
    """As a watchman does: asked again and again, also before the door is open."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with contextlib.suppress(httpx.ConnectError):
                if (answer := await ask(port, "/readyz")).is_success is ready:
                    return answer
            await asyncio.sleep(0.01)


async def test_a_running_bot_is_alive_ready_and_counts_its_jobs(tmp_path: Path) -> None:
    port = free_port()
    async with served_town(tmp_path / "town") as town:
        environ = settings_for(town, tmp_path / "data", BOT_WEB_LISTEN=f"127.0.0.1:{port}")
        async with living_bot(environ):
            story = Story(town, tmp_path / "data")
            an = story.person("An")
            # Nobody writes for now: a quiet bot is ready as well.
            assert {"ready": True} == (await until_ready(port, ready=True)).json()
            assert (200, "ok\n") == ((alive := await ask(port, "/healthz")).status_code, alive.text)
            await an.result_of(an.say("/img mèo"))
            await an.answer_to(an.say("/jobs"))
            await handled(story)  # that the picture is there was written down
            metrics = (await ask(port, "/metrics")).text
            assert 'easel_jobs{state="done"} 1.0' in metrics.splitlines()
            assert 'easel_jobs{state="queued"} 0.0' in metrics.splitlines()
            assert 404 == (await ask(port, "/nothing")).status_code


async def test_while_telegram_does_not_answer_the_bot_is_alive_but_not_ready(
    tmp_path: Path,
) -> None:
    port = free_port()
    async with served_town(tmp_path / "town") as town:
        held = town.world.hold_next("getUpdates")
        environ = settings_for(town, tmp_path / "data", BOT_WEB_LISTEN=f"127.0.0.1:{port}")
        async with living_bot(environ):
            await held.arrived()
            answer = await ask(port, "/readyz")
            assert 503 == answer.status_code
            assert {"updates": "Telegram has not answered yet"} == answer.json()["wrong"]
            assert 200 == (await ask(port, "/healthz")).status_code
            held.release()
            await until_ready(port, ready=True)


async def test_a_bot_that_has_not_begun_or_has_stopped_says_so(tmp_path: Path) -> None:
    port = free_port()
    async with served_town(tmp_path / "town") as town:
        environ = settings_for(town, tmp_path / "data", BOT_WEB_LISTEN=f"127.0.0.1:{port}")
        async with app.start(load(environ, None)) as easel:
            before = await until_ready(port, ready=False)
            assert "not started" == before.json()["wrong"]["parts"]
            running = asyncio.create_task(easel.run())
            await until_ready(port, ready=True)
            running.cancel()
            await asyncio.wait({running})
            after = await ask(port, "/readyz")
            assert 503 == after.status_code
            assert "ended" in after.json()["wrong"]["parts"]
