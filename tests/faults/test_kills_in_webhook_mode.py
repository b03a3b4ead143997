"""Killed with -9 while Telegram is calling: every update is handled, and handled once."""

from orders import IMAGINE, check_book, check_done_once, replies_to, results_for
from posted import webhook_settings
from process import Host, until
from serving import free_port
from story import Message, Person

PEOPLE = 4
KILLS = 3


async def test_an_update_on_its_way_when_it_is_killed_is_handled_once(host: Host) -> None:
    an = host.story.person("An")
    mode = webhook_settings(free_port())
    await host.start(**mode)
    host.freeze()  # it takes the call and does nothing more
    asked = an.say(IMAGINE.text)
    await host.restart(**mode)
    await check_done_once(host, an, asked, IMAGINE)
    assert 1 == len(replies_to(an, asked))


async def test_a_flood_of_updates_between_kills_loses_and_doubles_none(host: Host) -> None:
    people = [host.story.person(f"Person {number}") for number in range(PEOPLE)]
    mode = {**webhook_settings(free_port()), "APIFRAME_THREADS": "20"}
    await host.start(**mode)
    asked: list[tuple[Person, Message]] = []
    for number in range(KILLS):
        asked += [
            (person, person.say(f"/img wish {number} of {person.user_id}")) for person in people
        ]
        await until(lambda: len(host.states()) > len(asked) - PEOPLE, "one of them to be read")  # noqa: B023
        await host.restart(**mode)
    await until(lambda: len(host.states()) == len(asked), "all to be read")
    await until(lambda: not host.story.world.updates.pending, "Telegram to be rid of all")
    for person, message in asked:
        await person.sees(lambda m, at=message: is_about(m, at["message_id"]))  # type: ignore[misc]
    host.change("UPDATE job SET deadline_at = 0, due_at = 0 WHERE state = 'unknown'")
    await host.is_quiet()
    prompts = [prompt for (prompt,) in host.rows("SELECT request ->> 'prompt' FROM job")]
    assert sorted(m["text"].removeprefix("/img ") for _, m in asked) == sorted(prompts)
    states = host.states()
    assert states.count("done") == sum(len(results_for(person, m)) for person, m in asked)
    await check_book(host)


def is_about(message: dict[str, object], asked_id: int) -> bool:
    replied = message.get("reply_to_message")
    return isinstance(replied, dict) and replied.get("message_id") == asked_id
