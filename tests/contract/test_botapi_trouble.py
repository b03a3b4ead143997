"""What goes wrong at Telegram comes out of the real library as the errors the bot will meet."""

import asyncio
from datetime import timedelta

import httpx
import pytest
import telegram
from botapi_client import TOKEN, http_client, real_bot
from clock import Clock
from samples import picture
from telegram import InputMediaPhoto
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from bot.sandbox.limits import Limits
from bot.sandbox.migrating import migrate_group
from bot.sandbox.refusal import Json
from bot.sandbox.world import World


@pytest.fixture(autouse=True)
def _retry_after_is_a_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the library warns whenever it makes a RetryAfter, and warnings are errors here."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


def seconds_to_wait(refused: pytest.ExceptionInfo[RetryAfter]) -> float:
    wait = refused.value.retry_after
    assert isinstance(wait, timedelta)
    return wait.total_seconds()


async def test_a_fourth_message_at_once_must_wait_a_second() -> None:
    clock = Clock(1_800_000_000.0)
    world = World(token=TOKEN, clock=clock)
    lan = world.add_user("Lan")["id"]
    async with real_bot(world) as bot:
        for text in "abc":
            await bot.send_message(lan, text)
        with pytest.raises(RetryAfter) as refused:
            await bot.send_message(lan, "d")
        assert seconds_to_wait(refused) == 1
        clock.now += 1
        await bot.send_message(lan, "d")
    assert list("abcd") == [message["text"] for message in world.messages(lan)]


async def test_a_group_takes_twenty_a_minute_and_edits_count() -> None:
    clock = Clock(1_800_000_000.0)
    world = World(token=TOKEN, clock=clock)
    group = world.add_group("Shop", [world.add_user("Lan")["id"]])["id"]
    async with real_bot(world) as bot:
        sent = await bot.send_message(group, "0")
        for number in range(1, 20):
            clock.now += 1
            await bot.edit_message_text(str(number), group, sent.message_id)
        clock.now += 1
        with pytest.raises(RetryAfter) as refused:
            await bot.edit_message_text("20", group, sent.message_id)
    assert seconds_to_wait(refused) == 40


async def test_an_album_costs_its_length_and_actions_nothing() -> None:
    world = World(token=TOKEN, clock=Clock())
    lan = world.add_user("Lan")["id"]
    async with real_bot(world) as bot:
        for _ in range(10):
            await bot.send_chat_action(lan, "typing")
        await bot.send_media_group(lan, [InputMediaPhoto(picture(9, 9)) for _ in range(7)])
        with pytest.raises(RetryAfter) as refused:
            await bot.send_message(lan, "and")
    assert seconds_to_wait(refused) == 5


async def test_thirty_a_second_go_out_over_all_chats() -> None:
    world = World(token=TOKEN, clock=Clock())
    people = [world.add_user(f"Person {number}")["id"] for number in range(31)]
    async with real_bot(world) as bot:
        for person in people[:30]:
            await bot.send_message(person, "hello")
        with pytest.raises(RetryAfter):
            await bot.send_message(people[30], "hello")


async def test_who_blocked_the_bot_is_forbidden_until_unblocked(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    world.block_bot(lan)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(lan, "hello")
    world.unblock_bot(lan)
    await bot.send_message(lan, "hello again")
    statuses = [
        update["my_chat_member"]["new_chat_member"]["status"] for update in world.updates.pending
    ]
    assert statuses == ["kicked", "member"]


async def test_a_group_that_migrated_says_where_to(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    group = world.add_group("Shop", [lan], chat_id=-4001)["id"]
    supergroup = migrate_group(world, group)
    with pytest.raises(ChatMigrated) as refused:
        await bot.send_message(group, "hello")
    assert supergroup == refused.value.new_chat_id
    await bot.send_message(supergroup, "hello")
    seen = [update["message"] for update in world.updates.pending]
    assert supergroup == seen[0]["migrate_to_chat_id"]
    assert group == seen[1]["migrate_from_chat_id"]


async def test_thrown_out_of_a_group_or_never_in_a_chat(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    group = world.add_group("Shop", [lan])["id"]
    world.remove_bot(lan, group)
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.send_message(group, "hello")
    world.add_bot(lan, group)
    assert await bot.leave_chat(group)
    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await bot.send_message(group, "hello")
    with pytest.raises(BadRequest, match=r"(?i)chat not found"):
        await bot.send_message("@nowhere", "hello")


async def test_ordered_failures_come_in_order_and_take_no_effect(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    wait = {"retry_after": 7}
    world.fail_next("sendMessage", status=429, description="Too Many Requests", parameters=wait)
    world.fail_next("sendMessage", status=502, description="Bad Gateway")
    with pytest.raises(RetryAfter):
        await bot.send_message(lan, "hello")
    with pytest.raises(NetworkError):
        await bot.send_message(lan, "hello")
    await bot.send_message(lan, "hello")
    assert len(world.messages(lan)) == 1
    assert [call.error_code for call in world.calls if call.method == "sendMessage"] == [
        429,
        502,
        None,
    ]


async def test_a_lost_answer_is_a_time_out_after_the_message_went_out(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    world.lose_answer_of_next("sendMessage")
    with pytest.raises(TimedOut):
        await bot.send_message(lan, "hello")
    assert [message["text"] for message in world.messages(lan)] == ["hello"]


async def test_a_held_call_takes_effect_when_released(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    held = world.hold_next("sendMessage")
    sending = asyncio.create_task(bot.send_message(lan, "hello"))
    await held.arrived()
    assert world.messages(lan) == []
    assert world.calls[-1].ok is None
    held.release()
    await sending
    assert len(world.messages(lan)) == 1
    assert world.calls[-1].ok


async def test_a_wrong_token_opens_nothing(world: World, lan: int) -> None:
    stranger = telegram.Bot("1:wrong", request=None)
    assert stranger.token == "1:wrong"
    async with http_client(world) as client:
        answer = await client.get("/bot1:wrong/getMe")
        assert answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}
        photo = world.send_files(lan, lan, [("a.png", picture(9, 9))])[0]["photo"][0]
        place = world.files.get(photo["file_id"])["file_path"]
        assert (await client.get(f"/file/bot1:wrong/{place}")).status_code == 404
        assert (await client.get(f"/file/bot{TOKEN}/../../etc/passwd")).status_code == 404


async def test_what_is_not_modelled_is_refused_and_written_down(world: World, lan: int) -> None:
    async with http_client(world) as client:
        unknown = await client.post(f"/bot{TOKEN}/sendDice", json={"chat_id": lan})
        misspelt = await client.post(
            f"/bot{TOKEN}/sendMessage", json={"chat_id": lan, "text": "a", "reply_to": 1}
        )
    assert (
        unknown.status_code,
        unknown.json()["description"],
    ) == (404, "Not Found: method sendDice is not modelled by the sandbox")
    assert misspelt.status_code == 400
    assert [entry.partition(":")[0] for entry in world.violations] == ["sendDice", "sendMessage"]
    assert [call.error_code for call in world.calls] == [404, 400]
    assert world.messages(lan) == []


async def test_an_injected_check_sees_decoded_parameters_and_can_refuse() -> None:
    seen: list[tuple[str, Json]] = []

    def check(method: str, parameters: Json) -> None:
        seen.append((method, parameters))
        if parameters.get("caption") == "bad":
            raise ValueError("no such caption")

    world = World(token=TOKEN, limits=Limits.off(), check_call=check)
    lan = world.add_user("Lan")["id"]
    async with real_bot(world) as bot:
        await bot.send_photo(lan, picture(9, 9), caption="good", disable_notification=True)
        with pytest.raises(BadRequest, match="no such caption"):
            await bot.send_photo(lan, picture(9, 9), caption="bad")
    expected = {
        "chat_id": lan,
        "photo": "attach://photo",
        "caption": "good",
        "disable_notification": True,
    }
    assert ("sendPhoto", expected) == seen[1]
    assert len(world.violations) == 1


@pytest.mark.parametrize("body", ["json", "data", "params"])
async def test_every_way_of_sending_parameters_reads_the_same(
    world: World, lan: int, body: str
) -> None:
    async with http_client(world) as client:
        url = f"/bot{TOKEN}/sendmessage"
        fields = {"chat_id": str(lan), "text": "1"}
        request = client.build_request(
            "GET" if body == "params" else "POST",
            url,
            json=fields if body == "json" else None,
            data=fields if body == "data" else None,
            params=fields if body == "params" else None,
        )
        answer: httpx.Response = await client.send(request)
    assert answer.json()["result"]["text"] == "1"
    assert {"chat_id": lan, "text": "1"} == world.calls[-1].parameters


async def test_in_a_topic_what_is_replied_to_has_to_be_there(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    forum = world.add_group("Shop", [lan], is_forum=True)["id"]
    topic = world.add_topic(forum, "Cats")
    reply = telegram.ReplyParameters(999, allow_sending_without_reply=True)
    await bot.send_message(forum, "in the open", reply_parameters=reply)
    with pytest.raises(BadRequest, match=r"(?i)message to be replied not found"):
        await bot.send_message(forum, "in a topic", reply_parameters=reply, message_thread_id=topic)
