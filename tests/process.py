"""The bot as its operator runs it: a process of its own, which may be killed at any instant.

It is told addresses and keys and nothing else; the sandbox it lives in is the test's.
"""

import asyncio
import contextlib
import os
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from beside import is_taken_in
from story import PATIENCE_S, Person, Story, settings_for

import bot
from bot.app import DATABASE_NAME

SOURCE = Path(bot.__file__).parents[1]
LOOK_S = 0.01
"""How often to look where nobody tells."""
_UNFINISHED = """
SELECT 1 FROM inbox WHERE state = 'new'
UNION ALL SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending')
UNION ALL SELECT 1 FROM job WHERE state NOT IN ('done', 'failed', 'cancelled', 'needs_review')
"""
"""In one look: what goes from one table to the next between two is seen by neither."""


async def until(look: Callable[[], Any], what: str) -> None:
    """Look again and again until it is so. Raises TimeoutError naming ``what``."""
    deadline = time.monotonic() + PATIENCE_S
    while not look():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {PATIENCE_S} s in vain for {what}")
        await asyncio.sleep(LOOK_S)


@dataclass(frozen=True)
class Ended:
    """A command that ran to its end."""

    code: int
    out: str
    err: str


@dataclass
class Host:
    """A machine on which one bot is installed, with its data folder and its operator."""

    story: Story
    operator: Person
    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None
    starts: int = 0

    async def start(self, **more: str) -> None:
        """`bot run`, until it asks Telegram for updates or to be called. Raises AssertionError when
        it ends.
        """
        self.starts += 1
        calls_before = len(self.story.world.calls)
        process = self.process = await self._spawn("run", more, f"run-{self.starts}")

        def is_asking() -> bool:
            calls = self.story.world.calls[calls_before:]
            return any(call.method in {"getUpdates", "setWebhook"} for call in calls)

        await until(lambda: is_asking() or process.returncode is not None, "the bot to start")
        assert process.returncode is None, f"exit {process.returncode}"

    async def kill(self) -> None:
        """`kill -9`: it gets to do nothing more."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()
        self.process = None

    async def restart(self, **more: str) -> None:
        await self.kill()
        await self.start(**more)

    def freeze(self) -> None:
        """It is stopped where it is, and reads nothing that arrives."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def ask_to_stop(self) -> None:
        """SIGTERM, as the system sends it at a shutdown."""
        assert self.process is not None
        self.process.terminate()

    async def ended(self) -> int:
        """Its exit code, once it has ended by itself."""
        assert self.process is not None
        async with asyncio.timeout(PATIENCE_S):
            code = await self.process.wait()
        self.process = None
        return code

    async def command(self, words: str, **more: str) -> Ended:
        """Another `bot ...` on the same machine, to its end."""
        name = words.replace(" ", "")
        process = await self._spawn(words, more, name)
        try:
            async with asyncio.timeout(PATIENCE_S):
                code = await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        out, err = (self.folder / f"{name}.{stream}" for stream in ("out", "err"))
        return Ended(code, out.read_text(), err.read_text())

    async def _spawn(
        self, words: str, more: dict[str, str], name: str
    ) -> asyncio.subprocess.Process:
        # Files, not pipes: nobody reads while a test waits, and a full pipe would stop the bot.
        with (
            (self.folder / f"{name}.out").open("wb") as out,
            (self.folder / f"{name}.err").open("wb") as err,
        ):
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", *words.split()),
                cwd=self.folder,
                env={**self.environ, **more},
                stdout=out,
                stderr=err,
            )

    def log(self) -> str:
        """What every start said, for whoever has to find out why a test failed."""
        return "\n".join(
            f"--- {path.name}\n{path.read_text()[-4000:]}"
            for path in sorted(self.folder.glob("run-*"))
        )

    # --- its database, seen from beside ------------------------------------------------------

    def rows(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True)) as db:
            return db.execute(question, values).fetchall()

    def change(self, statement: str, *values: Any) -> None:
        """What no chat can do: put the database into the state a kill at that point leaves."""
        with contextlib.closing(sqlite3.connect(self._database, timeout=PATIENCE_S)) as db, db:
            db.execute(statement, values)

    @property
    def _database(self) -> Path:
        return self.story.data_dir / DATABASE_NAME

    def states(self) -> list[str]:
        """The states of all jobs, oldest first."""
        return [state for (state,) in self.rows("SELECT state FROM job ORDER BY accepted_at")]

    def free_used(self) -> int:
        """Outputs taken from everybody's free allowance."""
        ((used,),) = self.rows("SELECT COALESCE(SUM(delta), 0) FROM allowance_use")
        return int(used)

    async def is_quiet(self) -> None:
        """The running bot was told everything, every job has ended, everything to say was said."""
        await until(
            lambda: is_taken_in(self.story) and not self.rows(_UNFINISHED),
            "the bot to have done everything",
        )


@contextlib.asynccontextmanager
async def installed(story: Story, folder: Path) -> AsyncIterator[Host]:
    """A machine with the bot on it, not yet started; whatever still runs in the end is killed."""
    folder.mkdir()
    operator = story.person("Operator", "en")
    environ = {
        **settings_for(story.town, story.data_dir, BOT_ADMIN_IDS=str(operator.user_id)),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(SOURCE),
        "PYTHONIOENCODING": "utf-8",
    }
    host = Host(story, operator, folder, environ)
    try:
        yield host
    except BaseException as error:
        error.add_note(host.log())
        with contextlib.suppress(sqlite3.Error):
            error.add_note(str(host.rows("SELECT user_id, state, provider, holds_lane FROM job")))
        raise
    finally:
        if host.process is not None and host.process.returncode is None:
            await host.kill()
