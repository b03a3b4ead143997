"""Killed with -9 between the private chat and the group: the result comes once, the stub in the end."""

from choosing import choose
from orders import IMAGINE, check_book, kill_before_arrival
from process import Host
from story import Message, Person, is_media, words
from telling import press

A_CAT = IMAGINE.text.replace("/imagine", "/imagine@easel_bot").replace("/img", "/img@easel_bot")
STUB = "🔒 An: ảnh đã gửi riêng."


def pictures(person: Person, chat: int | None = None) -> list[Message]:
    return [message for message in person.from_bot(chat) if is_media(message)]


async def check_is_private_once(host: Host, an: Person, group: int) -> None:
    """One picture in the private chat, one stub and no picture in the group, one charge."""
    await host.is_quiet()
    assert ["done"] == host.states()
    assert 1 == len(pictures(an))
    assert [] == pictures(an, group)
    assert [STUB] == [words(message) for message in an.from_bot(group)]
    assert 4 == host.free_used()
    await check_book(host)


async def test_killed_after_the_private_chat_has_it_the_stub_still_comes(host: Host) -> None:
    an, world = host.story.person("An"), host.story.world
    group = host.story.group("Nhóm vẽ", an)
    await host.start()
    await choose(an, "private=on")
    picture = world.hold_next("sendPhoto")
    an.say(A_CAT, chat=group)
    await picture.arrived()
    stub = world.hold_next("editMessageText")
    picture.release()
    await stub.arrived()
    await kill_before_arrival(host, stub, "editMessageText")
    await host.start()
    await check_is_private_once(host, an, group)


async def test_killed_while_a_shown_result_leaves_the_group_it_is_gone_in_the_end(
    host: Host,
) -> None:
    an, world = host.story.person("An"), host.story.world
    group = host.story.group("Nhóm vẽ", an)
    await host.start()
    await an.answer_to(an.say("/quota"))
    shown = await an.result_of(an.say(A_CAT, chat=group), chat=group)
    await host.is_quiet()  # that it is there was written down
    saying = world.hold_next("sendMessage")
    await press(an, shown, "🔒")
    await saying.arrived()  # the picture is in the private chat and gone from the group
    await kill_before_arrival(host, saying, "sendMessage")
    await host.start()
    await check_is_private_once(host, an, group)


async def test_killed_before_anything_arrives_the_private_chat_gets_it_once(host: Host) -> None:
    an, world = host.story.person("An"), host.story.world
    group = host.story.group("Nhóm vẽ", an)
    await host.start()
    await choose(an, "private=on")
    picture = world.hold_next("sendPhoto")
    an.say(A_CAT, chat=group)
    await picture.arrived()
    await kill_before_arrival(host, picture, "sendPhoto")
    await host.start()
    await check_is_private_once(host, an, group)
