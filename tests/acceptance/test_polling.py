"""How often the providers are asked: in batches, and with nothing waiting in memory per job."""

from pathlib import Path

import pytest
from story import Story, living_bot, served_town, settings_for
from telling import until

from bot.sandbox.apiframe import ApiframeSandbox
from bot.sandbox.weather import Call

JOBS = 40


@pytest.fixture
async def busy_plans(tmp_path: Path) -> Path:
    """A plan under which one person may have many jobs running at once."""
    plans = tmp_path / "plans.toml"
    plans.write_text(
        "[prices]\nimage = 100\n[shop]\ncontact = '@shop'\n"
        "[plans.free]\nfree_images_per_day = 1000\nthreads = 100\n"
    )
    return plans


async def all_asked_after(apiframe: ApiframeSandbox) -> list[Call]:
    """The calls from now until every task was asked after."""
    before = len(apiframe.calls)

    def asked() -> set[str]:
        bodies = [call.body or {} for call in apiframe.calls[before:]]
        return {
            task_id
            for body in bodies
            for task_id in body.get("task_ids", [body.get("task_id", "")])
        }

    await until(lambda: asked() >= apiframe.tasks.keys())
    return apiframe.calls[before:]


async def test_forty_pictures_being_made_are_asked_after_by_two_calls_a_round(
    tmp_path: Path, busy_plans: Path
) -> None:
    async with served_town(tmp_path / "town") as town:
        town.apiframe.never_finish()
        environ = settings_for(
            town,
            tmp_path / "data",
            APIFRAME_THREADS="100",
            BOT_PLANS_FILE=str(busy_plans),
            BOT_POLL_SECONDS="1",
        )
        async with living_bot(environ):
            an = Story(town, tmp_path / "data").person("An")
            for number in range(JOBS):
                an.say(f"/img wave {number}")
            await until(lambda: len(town.apiframe.tasks) == JOBS)
            await all_asked_after(town.apiframe)  # what was ordered apart comes together
            calls = await all_asked_after(town.apiframe)
    assert {"/fetch-many"} == {call.path.removeprefix("/apiframe") for call in calls}
    assert max(len(call.body["task_ids"]) for call in calls) <= 20
    together = sum(len(call.body["task_ids"]) for call in calls) / len(calls)
    assert together > 10


async def test_one_picture_asked_after_every_few_milliseconds_is_never_forgotten(
    tmp_path: Path,
) -> None:
    # What falls due between two looks of the runner once waited for somebody else's update.
    async with served_town(tmp_path / "town", speed=15) as town:
        environ = settings_for(town, tmp_path / "data", BOT_POLL_SECONDS="0.002")
        async with living_bot(environ):
            an = Story(town, tmp_path / "data").person("An")
            town.flow.never_finish()
            asked = an.say("/img waves --with flow")
            await until(lambda: len(town.flow.calls) > 20)
            town.flow.finish_now(next(iter(town.flow.tasks)))
            assert (await an.result_of(asked))["photo"]
