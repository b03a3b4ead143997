"""Easel's programs as a person starts them: real processes, read line by line, stopped politely."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
START_S = 120.0


@dataclass
class Program:
    """One that runs; ``lines`` is what it has printed so far."""

    process: asyncio.subprocess.Process
    lines: list[str] = field(default_factory=list)

    async def line_with(self, words: str) -> str:
        """The next line it prints with these words in it."""
        assert self.process.stdout is not None
        async with asyncio.timeout(START_S):
            while line := (await self.process.stdout.readline()).decode():
                self.lines.append(line.rstrip("\n"))
                if words in line:
                    return self.lines[-1]
        raise AssertionError(f"It ended without saying {words!r}:\n" + "\n".join(self.lines))

    async def stop(self) -> None:
        """Ctrl-C; it has to end well and without a complaint."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.stdout is not None
        rest = (await self.process.stdout.read()).decode()
        self.lines += rest.splitlines()
        assert 0 == await self.process.wait(), "\n".join(self.lines)
        assert [] == [line for line in self.lines if "Traceback" in line]


@contextlib.asynccontextmanager
async def started(
    *arguments: str, home: Path, environ: Mapping[str, str] | None = None
) -> AsyncIterator[Program]:
    """`python ARGUMENTS` in an empty folder, told nothing but ``environ``."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=home,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "TMPDIR": str(home),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            **(environ or {}),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    program = Program(process)
    try:
        yield program
        await program.stop()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
