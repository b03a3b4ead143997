"""Killed with -9 while a group becomes a supergroup: everything is in one chat or in the other, each
result comes once, and the book adds up."""

import contextlib
import sqlite3
from collections.abc import Iterator

from orders import IMAGINE, check_book, is_under_way
from process import Host, until
from story import PATIENCE_S, Message, Person, is_media

from bot.app import DATABASE_NAME
from bot.sandbox.migrating import migrate_group
from bot.sandbox.weather import Held

BASIC = -4001


@contextlib.contextmanager
def nothing_is_written(host: Host) -> Iterator[None]:
    """Somebody else holds the database: whatever the bot has begun to write stays undone."""
    path = host.story.data_dir / DATABASE_NAME
    with contextlib.closing(
        sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def a_group(host: Host, *people: Person) -> int:
    ids = [person.user_id for person in people]
    return int(host.story.world.add_group("Painters", ids, admins=ids[:1], chat_id=BASIC)["id"])


async def asked_in_a_group(host: Host) -> tuple[Person, int]:
    """Who asked, and where; the provider is at work and will be for long."""
    an = host.story.person("An", "en")
    group = a_group(host, an)
    await host.start()
    host.story.town.pace.speed = 0.01
    an.say("/img@easel_bot a cat", chat=group)
    await is_under_way(host, IMAGINE)
    return an, group


async def at_the_door(host: Host) -> tuple[Person, int, Held]:
    """Who asked, and where, and the result, held on its way into the chat."""
    an = host.story.person("An", "en")
    group = a_group(host, an)
    await host.start()
    sending = host.story.world.hold_next("editMessageMedia")
    an.say("/img@easel_bot a cat", chat=group)
    await sending.arrived()
    return an, group, sending


def results(person: Person, *chats: int) -> list[Message]:
    return [m for chat in chats for m in person.from_bot(chat) if is_media(m)]


async def is_moved(host: Host) -> None:
    await until(lambda: host.rows("SELECT 1 FROM chat WHERE moved_to IS NOT NULL"), "the move")


async def check_came_once(host: Host, an: Person, old: int, new: int) -> None:
    await an.sees(is_media, chat=new)
    await host.is_quiet()
    assert ["done"] == host.states()
    assert 1 == len(results(an, old, new))
    assert [(new,)] == host.rows("SELECT chat_id FROM job")
    await check_book(host)


async def test_killed_between_the_two_service_messages(host: Host) -> None:
    world = host.story.world
    an, group = await asked_in_a_group(host)
    new = migrate_group(world, group, told=("to",))
    await is_moved(host)
    await host.kill()
    world.deliver("message", world.chats.rooms[new], world.message(new, 1))
    host.story.town.pace.speed = 60.0
    await host.start()
    await check_came_once(host, an, group, new)


async def test_killed_while_the_service_messages_move_it(host: Host) -> None:
    world = host.story.world
    an, group = await asked_in_a_group(host)
    with nothing_is_written(host):
        new = migrate_group(world, group, told=("from", "to"))
        await until(lambda: world.updates.pending, "the move to be told")
        await host.kill()
    assert [] == host.rows("SELECT 1 FROM chat WHERE moved_to IS NOT NULL")
    host.story.town.pace.speed = 60.0
    await host.start()
    await check_came_once(host, an, group, new)


async def test_killed_while_the_error_to_a_result_moves_it(host: Host) -> None:
    world = host.story.world
    an, group, sending = await at_the_door(host)
    with nothing_is_written(host):
        new = migrate_group(world, group, told=())
        sending.release()
        await world.wait_for(lambda w: any(c.error_code == 400 for c in w.calls))
        await host.kill()
    assert [(group,)] == host.rows("SELECT chat_id FROM job")
    await host.start()
    await check_came_once(host, an, group, new)


async def test_killed_right_after_the_move_before_the_result_is_sent(host: Host) -> None:
    an, group, sending = await at_the_door(host)
    new = migrate_group(host.story.world, group)
    await is_moved(host)
    await host.kill()
    sending.release()
    await host.start()
    await check_came_once(host, an, group, new)
