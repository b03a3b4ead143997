"""What people do in the sandbox's chats, and what of it the bot gets to see."""

import asyncio

import pytest
from samples import picture

from bot.sandbox.limits import Limits, Pace
from bot.sandbox.migrating import migrate_group
from bot.sandbox.refusal import Json, Refusal
from bot.sandbox.world import World


@pytest.fixture
def world() -> World:
    return World(token="4200000001:made-up")


@pytest.fixture
def lan(world: World) -> int:
    return int(world.add_user("Lan", username="lan")["id"])


def seen(world: World) -> list[Json]:
    """The bodies of all updates the bot has not confirmed."""
    return [body for update in world.updates.pending for body in list(update.values())[1:]]


def say(world: World, chat_id: int, text: str) -> Json:
    """The bot says something."""
    return world.chats.post(world.chats.rooms[chat_id], {"from": world.bot}, {"text": text})


def test_a_private_message_reaches_the_bot_with_its_command_marked(world: World, lan: int) -> None:
    sent = world.send_text(lan, lan, "😀 /img@easel_bot một con mèo")
    assert [sent] == seen(world)
    assert sent["entities"] == [{"type": "bot_command", "offset": 3, "length": 14}]
    assert {"id": lan, "type": "private", "first_name": "Lan", "username": "lan"} == sent["chat"]


def test_in_a_group_the_bot_sees_commands_replies_and_nothing_else(world: World, lan: int) -> None:
    group = world.add_group("Shop", [lan])["id"]
    result = say(world, group, "here you are")
    for text in ("hello", "/img@other_bot a", "look: /img a"):
        world.send_text(lan, group, text)
    meant = [world.send_text(lan, group, text) for text in ("/img@Easel_Bot a", "/quota")]
    reply = world.send_text(lan, group, "2", reply_to=result["message_id"])
    assert [*meant, reply] == seen(world)
    assert result == reply["reply_to_message"]


@pytest.mark.parametrize("is_admin", [True, False])
def test_an_admin_bot_or_one_without_privacy_mode_sees_everything(is_admin: bool) -> None:  # noqa: FBT001  # a case of the table
    world = World(token="42:x", privacy_mode=is_admin)
    lan = world.add_user("Lan")["id"]
    admins = [world.bot["id"], lan] if is_admin else []
    group = world.add_group("Shop", [lan], admins=admins)["id"]
    sent = world.send_text(lan, group, "hello")
    assert [sent] == seen(world)
    assert world.bot["can_read_all_group_messages"] is not is_admin
    assert world.chats.rooms[group].members[world.bot["id"]] != "creator"


def test_an_album_is_separate_messages_with_one_caption(world: World, lan: int) -> None:
    files = [("a.png", picture(20, 10)), ("b.png", picture(160, 400)), ("c.png", picture(20, 10))]
    sent = world.send_files(lan, lan, files, caption="/img as a painting")
    assert sent == seen(world)
    assert [message.get("caption") for message in sent] == ["/img as a painting", None, None]
    assert len({message["media_group_id"] for message in sent}) == 1
    assert [(size["width"], size["height"]) for size in sent[1]["photo"]] == [
        (36, 90),
        (128, 320),
        (160, 400),
    ]


def test_in_a_group_the_siblings_of_a_captioned_photo_never_arrive(world: World, lan: int) -> None:
    group = world.add_group("Shop", [lan])["id"]
    files = [("a.png", picture(20, 10)), ("b.png", picture(20, 10))]
    first, _ = world.send_files(lan, group, files, caption="/img@easel_bot brighter")
    assert [first] == seen(world)


def test_a_picture_sent_as_a_file_keeps_its_bytes_and_name(world: World, lan: int) -> None:
    data = picture(20, 10)
    (sent,) = world.send_files(lan, lan, [("cat.png", data)], as_document=True)
    document = sent["document"]
    assert ("cat.png", "image/png", len(data)) == (
        document["file_name"],
        document["mime_type"],
        document["file_size"],
    )
    assert data == world.file_bytes(document["file_id"])


def test_an_anonymous_admin_is_the_group(world: World, lan: int) -> None:
    group = world.add_group("Shop", [lan], admins=[lan])
    sent = world.send_text(lan, group["id"], "/img a", as_chat=True)
    assert (1087968824, group) == (sent["from"]["id"], sent["sender_chat"])


def test_a_forwarded_message_says_whose_it_was(world: World, lan: int) -> None:
    result = say(world, lan, "a picture")
    minh = world.add_user("Minh")["id"]
    sent = world.forward(minh, lan, result["message_id"], minh)
    assert (sent["text"], sent["from"]["first_name"]) == ("a picture", "Minh")
    assert world.bot["id"] == sent["forward_origin"]["sender_user"]["id"]


def test_an_edit_is_an_update_of_its_own_and_leaves_the_first_as_it_was(
    world: World, lan: int
) -> None:
    sent = world.send_text(lan, lan, "/img a")
    edited = world.edit_text(lan, lan, sent["message_id"], "/img b")
    assert [sent["text"], edited["text"]] == ["/img a", "/img b"]
    assert [list(update)[1] for update in world.updates.pending] == ["message", "edited_message"]
    assert edited == world.message(lan, sent["message_id"])


def test_only_buttons_that_are_there_can_be_pressed_unless_forged(world: World, lan: int) -> None:
    message = say(world, lan, "pick")
    with pytest.raises(ValueError, match="no button"):
        world.press(lan, lan, message["message_id"], "v:1")
    world.delete_message(lan, message["message_id"])
    press = world.press(lan, lan, message["message_id"], "v:1", forged=True)
    (query,) = seen(world)
    assert (press, "v:1", 0) == (query["id"], query["data"], query["message"]["date"])


def test_a_message_in_a_topic_answers_the_topic_when_it_answers_nothing(
    world: World, lan: int
) -> None:
    forum = world.add_group("Forum", [lan], is_forum=True)["id"]
    topic = world.add_topic(forum, "Pictures")
    sent = world.send_text(lan, forum, "/img a", thread_id=topic)
    general = world.send_text(lan, forum, "/img b")
    assert (topic, True) == (sent["message_thread_id"], sent["is_topic_message"])
    assert topic == sent["reply_to_message"]["message_id"]
    assert "message_thread_id" not in general


def test_a_reply_shows_one_level_only(world: World, lan: int) -> None:
    first = world.send_text(lan, lan, "one")
    second = world.send_text(lan, lan, "two", reply_to=first["message_id"])
    third = world.send_text(lan, lan, "three", reply_to=second["message_id"])
    assert third["reply_to_message"]["text"] == "two"
    assert "reply_to_message" not in third["reply_to_message"]


def test_a_stranger_or_someone_who_blocked_the_bot_cannot_write(world: World, lan: int) -> None:
    group = world.add_group("Shop", [])["id"]
    with pytest.raises(ValueError, match="is not in chat"):
        world.send_text(lan, group, "hello")
    world.block_bot(lan)
    with pytest.raises(ValueError, match="unblock"):
        world.send_text(lan, lan, "hello")


def test_a_migrated_group_goes_on_with_its_people_elsewhere(world: World, lan: int) -> None:
    old = world.add_group("Shop", [lan], admins=[lan], chat_id=-4001)["id"]
    new = migrate_group(world, old)
    assert [lan, new] == [chat["id"] for chat in world.chats_of(lan)]
    assert (world.chat(new)["title"], world.chat(new)["type"]) == ("Shop", "supergroup")
    with pytest.raises(ValueError, match=str(new)):
        world.send_text(lan, old, "hello")
    world.send_text(lan, new, "/img a")
    assert seen(world)[-1]["text"] == "/img a"


def test_update_ids_rise_by_one(world: World, lan: int) -> None:
    for text in "abc":
        world.send_text(lan, lan, text)
    ids = [update["update_id"] for update in world.updates.pending]
    assert [ids[0], ids[0] + 1, ids[0] + 2] == ids


async def test_waiting_ends_when_the_world_has_changed(world: World, lan: int) -> None:
    waiting = asyncio.create_task(
        world.wait_for(lambda world: [m for m in world.messages(lan) if m["text"] == "done"])
    )
    for text in ("40 %", "done"):
        say(world, lan, text)
    assert [message["text"] for message in await waiting] == ["done"]


async def test_waiting_in_vain_tells_what_was_said(world: World, lan: int) -> None:
    say(world, lan, "an unexpected answer")
    with pytest.raises(TimeoutError, match="an unexpected answer"):
        await world.wait_for(lambda world: None, timeout_s=0.01)


async def test_a_subscription_tells_of_everything_in_order(world: World, lan: int) -> None:
    subscription = world.subscribe()
    sent = world.send_text(lan, lan, "/img a")
    edited = world.edit_text(lan, lan, sent["message_id"], "/img b")
    world.delete_message(lan, sent["message_id"])
    subscription.close()
    world.send_text(lan, lan, "unheard")
    assert [
        {"type": "message", "chat_id": lan, "message": sent},
        {"type": "edited", "chat_id": lan, "message": edited},
        {"type": "deleted", "chat_id": lan, "message_id": sent["message_id"]},
    ] == [event async for event in subscription]


def seconds_to_wait(pace: Pace, chat_id: int) -> float:
    """0 = sent."""
    try:
        pace.spend(chat_id, 1)
    except Refusal as refused:
        return float((refused.parameters or {})["retry_after"])
    return 0


def test_who_obeys_the_wait_gets_twenty_messages_a_minute_into_a_group() -> None:
    now = 0.0
    pace = Pace(Limits(), lambda: now)
    for _ in range(200):
        while wait_s := seconds_to_wait(pace, -1):
            now += wait_s
    # Ten minutes' worth, the last of them begun.
    assert 9 * 60 <= now < 10 * 60
