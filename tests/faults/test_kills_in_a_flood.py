"""Many requests of many people while the bot is killed again and again, wherever it happens to be."""

import random

import pytest
from orders import check_book, end_the_search, results_for
from process import Host, until

from bot.sandbox.tasks import Task

PEOPLE = 5
REQUESTS_EACH = 4
KILLS = 6
FINAL = {"done", "failed", "needs_review"}


def prompt_of(task: Task) -> str:
    return str(task.body.get("prompt") or task.body["prompts"][0])


def calls_so_far(host: Host) -> int:
    town = host.story.town
    return len(town.world.calls) + len(town.apiframe.calls) + len(town.flow.calls)


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_request_of_a_flood_ends_well_or_is_explained(host: Host, seed: int) -> None:
    chance = random.Random(seed)
    town = host.story.town
    people = [host.story.person(f"Person {number}") for number in range(PEOPLE)]
    # A submit lost at Midjourney keeps its lane until its deadline; here that must not end the day.
    await host.start(APIFRAME_THREADS="20")
    asked = {
        f"wish {number} of {person.user_id}": (
            person,
            person.say(
                f"/img wish {number} of {person.user_id}" + chance.choice(["", "", " --with flow"])
            ),
        )
        for number in range(REQUESTS_EACH)
        for person in people
    }
    for _ in range(KILLS):
        await something_happens(host, chance.randrange(5, 40), len(asked))
        await host.restart(APIFRAME_THREADS="20")
    await finish(host, len(asked))

    tasks = [prompt_of(task) for book in (town.apiframe, town.flow) for task in book.tasks.values()]
    assert sorted(set(tasks)) == sorted(tasks)
    jobs = host.rows("SELECT request ->> 'prompt', state, job_id FROM job")
    assert sorted(asked) == sorted(prompt for prompt, _, _ in jobs)
    for prompt, state, code in jobs:
        person, message = asked[prompt]
        results = results_for(person, message)
        assert (1 if state == "done" else 0) == len(results), (prompt, state)
        if state != "done":
            await person.sees(lambda m, code=code: code in str(m) and "không bị tính phí" in str(m))  # type: ignore[misc]
    charged = host.rows("SELECT SUM(charged_free), SUM(held_free), SUM(held_vnd) FROM job")
    assert [(host.free_used(), 0, 0)] == charged
    await check_book(host)


async def something_happens(host: Host, calls: int, requests: int) -> None:
    """So many calls of the bot, wherever that leaves it; or the end of everything."""
    mark = calls_so_far(host) + calls
    await until(
        lambda: calls_so_far(host) >= mark or has_ended(host, requests), "something to happen"
    )


def has_ended(host: Host, requests: int) -> bool:
    return len(states := host.states()) == requests and FINAL.issuperset(states)


async def finish(host: Host, requests: int) -> None:
    """Until every request has ended; one that never reached Flow is not searched for minutes."""
    await until(
        lambda: len(states := host.states()) == requests and {*FINAL, "unknown"}.issuperset(states),
        f"the requests to end: {host.states()}",
    )
    end_the_search(host)
    await host.is_quiet()
