"""Killed with -9 around an album: its pictures and its buttons are two sends, and both stand once."""

from choosing import choose
from orders import IMAGINE, check_book, is_answered, kill_before_arrival
from process import Host
from story import Message, Person, labels
from telling import answers


def replies(person: Person, asked: Message) -> list[Message]:
    return [message for message in person.from_bot() if answers(message, asked)]


def keyboards(person: Person, asked: Message) -> list[Message]:
    first = replies(person, asked)[0]
    return [message for message in replies(person, first) if labels(message)]


async def check_stands_once(host: Host, person: Person, asked: Message) -> None:
    """Four pictures, one message of buttons, nothing else, one charge."""
    await host.is_quiet()
    assert ["done"] == host.states()
    shown = replies(person, asked)
    assert 4 == len(shown)
    assert 1 == len({message["media_group_id"] for message in shown})
    assert 1 == len(keyboards(person, asked))
    assert 4 == host.free_used()
    await check_book(host)


async def test_killed_between_the_pictures_and_the_buttons_both_stand_once(host: Host) -> None:
    an, world = host.story.person("An"), host.story.world
    await host.start()
    await choose(an, "form=album")
    pictures = world.hold_next("sendMediaGroup")
    asked = an.say(IMAGINE.text)
    await pictures.arrived()
    saying = world.hold_next("sendMessage")
    pictures.release()
    await saying.arrived()
    await kill_before_arrival(host, saying, "sendMessage")
    await host.start()
    await check_stands_once(host, an, asked)


async def test_killed_while_the_pictures_leave_they_are_sent_and_the_buttons_follow(
    host: Host,
) -> None:
    an, world = host.story.person("An"), host.story.world
    await host.start()
    await choose(an, "form=album")
    pictures = world.hold_next("sendMediaGroup")
    asked = an.say(IMAGINE.text)
    await is_answered(host, an, asked)
    await pictures.arrived()
    await kill_before_arrival(host, pictures, "sendMediaGroup")
    await host.start()
    await check_stands_once(host, an, asked)
