"""How often a provider is asked, and how late its word "done" is heard: Easel beside a fixed poll.

Three arms run at the same time, each in a process of its own with a sandbox of its own: a plain
loop that asks for every job each 3 s, Easel by polling alone, and Easel called by webhooks. The
sandbox itself counts the reads, and notes how long after a task's end one first told of it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import multiprocessing
import statistics
from collections.abc import Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor

import httpx

from bench.lines import as_time, columns, verdict
from bench.town import free_address, living_bot, open_town, until
from bot.sandbox.service import ProviderSandbox
from bot.sandbox.town import FLOW_KEY, Town

TITLE = "Polling: pictures of 30 ± 8 s, in real time"
FIXED_S = 3.0
MOST_CALLS = 0.35
MOST_LAG = 1.0
MOST_WEBHOOK_LAG_S = 0.05
PATIENCE_S = 150.0


@dataclasses.dataclass(frozen=True)
class Load:
    """How many jobs there are, how far apart they are ordered, and how fast the sandbox works."""

    jobs: int = 90
    apart_s: float = 1.0
    speed: float = 1.0


@dataclasses.dataclass(frozen=True)
class Heard:
    """What an arm came to: reads per job, and the median of seconds from end to known."""

    reads: float
    lag_s: float
    ends: int
    """How many ends were told of."""


Arm = Callable[[Load], Coroutine[None, None, Heard]]


def measure() -> list[str]:
    """The lines to print."""
    arms = (fixed_poll, easel_polling, easel_webhooks)
    # Processes of their own: an arm must not wait for another's work.
    with ProcessPoolExecutor(len(arms), multiprocessing.get_context("spawn")) as pool:
        futures = [pool.submit(_run, arm, Load()) for arm in arms]
        fixed, polling, webhooks = (future.result() for future in futures)
    return report(fixed, polling, webhooks)


def report(fixed: Heard, polling: Heard, webhooks: Heard) -> list[str]:
    """The figures beside each other, and the ratios beside what they may be."""
    table = columns(
        [
            ("", "reads per job", "median lag"),
            *(
                (name, f"{heard.reads:.1f}", as_time(heard.lag_s))
                for name, heard in (
                    (f"a fixed poll of {FIXED_S:g} s", fixed),
                    ("Easel", polling),
                    ("Easel with webhooks", webhooks),
                )
            ),
        ]
    )
    return [
        *table,
        "",
        "Easel to the fixed poll, reads: " + verdict(polling.reads / fixed.reads, MOST_CALLS),
        "Easel to the fixed poll, lag: " + verdict(polling.lag_s / fixed.lag_s, MOST_LAG),
        "Lag with webhooks, in seconds: " + verdict(webhooks.lag_s, MOST_WEBHOOK_LAG_S),
    ]


async def fixed_poll(load: Load) -> Heard:
    """Every job asked for each 3 s, from its submit until it is done."""
    async with (
        open_town(lanes=load.jobs, speed=load.speed) as town,
        httpx.AsyncClient(
            base_url=town.settings()["FLOW_URL"], headers={"X-API-Key": FLOW_KEY}, trust_env=False
        ) as client,
        asyncio.timeout(PATIENCE_S),
        asyncio.TaskGroup() as group,
    ):
        for number in range(load.jobs):
            group.create_task(_follow(client, f"a lake, view {number}", FIXED_S / load.speed))
            await asyncio.sleep(load.apart_s / load.speed)
    return _heard(town.flow, _is_flow_read)


async def _follow(client: httpx.AsyncClient, prompt: str, every_s: float) -> None:
    answer = await client.post("/text-to-image", json={"prompts": [prompt]})
    job_id, is_done = answer.json()["job_id"], False
    while not is_done:
        await asyncio.sleep(every_s)
        is_done = (await client.get(f"/jobs/{job_id}")).json()["status"] == "completed"


async def easel_polling(load: Load) -> Heard:
    """People order in the chat; the bot is told no address of its own."""
    async with open_town(lanes=load.jobs, speed=load.speed) as town:
        settings = {**town.settings(), "FLOW_THREADS": str(load.jobs)}
        await _order(town, town.flow, _at_pace(settings, load), load)
    return _heard(town.flow, _is_flow_read)


async def easel_webhooks(load: Load) -> Heard:
    """The same with the provider that calls back."""
    async with open_town(lanes=load.jobs, speed=load.speed) as town:
        called = town.settings_with_webhooks(free_address())
        settings = {**called, "APIFRAME_THREADS": str(load.jobs)}
        await _order(town, town.apiframe, _at_pace(settings, load), load)
    return _heard(town.apiframe, _is_apiframe_read)


def _at_pace(settings: dict[str, str], load: Load) -> dict[str, str]:
    return {**settings, "BOT_POLL_SECONDS": str(FIXED_S / load.speed)}


async def _order(
    town: Town, provider: ProviderSandbox, settings: dict[str, str], load: Load
) -> None:
    """One picture for each of many people, until the bot knows of every end."""
    name = "flow" if provider is town.flow else "apiframe"
    async with living_bot(settings):
        for number in range(load.jobs):
            person = town.world.add_user(f"Person {number}", language_code="en")["id"]
            town.world.send_text(person, person, f"/img a lake, view {number} --with {name}")
            await asyncio.sleep(load.apart_s / load.speed)

        def is_over() -> bool:
            told = [task for task in provider.tasks.values() if task.told_after_s is not None]
            return len(told) == load.jobs

        await until(is_over, patience_s=PATIENCE_S)


def _heard(provider: ProviderSandbox, is_read: Callable[[str, str], bool]) -> Heard:
    reads = sum(is_read(call.method, call.path) for call in provider.calls)
    told = [task.told_after_s for task in provider.tasks.values()]
    lags = [lag_s for lag_s in told if lag_s is not None]
    return Heard(reads / len(told), statistics.median(lags), len(lags))


def _is_flow_read(method: str, path: str) -> bool:
    return method == "GET" and path.rsplit("/", 1)[0].endswith("/jobs")


def _is_apiframe_read(_method: str, path: str) -> bool:
    return path.endswith(("/fetch", "/fetch-many"))


def _run(arm: Arm, load: Load) -> Heard:
    return asyncio.run(arm(load))
