"""The real library, and bare HTTP on loopback, fetch updates and files from the sandbox."""

import asyncio
import json

import httpx
import pytest
import telegram
from botapi_client import TOKEN, http_client, on_loopback
from samples import picture
from telegram.error import BadRequest, Conflict

from bot.sandbox.refusal import Json
from bot.sandbox.world import World

pytestmark = pytest.mark.filterwarnings("ignore:.*do_api_request.*")


async def updates(bot: telegram.Bot, **parameters: object) -> list[Json]:
    found = await bot.do_api_request("getUpdates", api_kwargs=parameters)
    assert isinstance(found, list)
    return found


async def test_an_update_comes_again_until_a_later_offset_confirms_it(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    for text in ("one", "two", "three"):
        world.send_text(lan, lan, text)
    first = await updates(bot, limit=2)
    assert first == (await updates(bot))[:2]
    rest = await updates(bot, offset=first[-1]["update_id"] + 1)
    assert [update["message"]["text"] for update in rest] == ["three"]
    assert rest == await updates(bot)
    assert await updates(bot, offset=rest[0]["update_id"] + 1) == []


async def test_a_long_poll_returns_when_somebody_writes(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    polling = asyncio.create_task(updates(bot, timeout=50))
    await world.wait_for(lambda world: any(call.ok is None for call in world.calls))
    sent = world.send_text(lan, lan, "/start")
    (update,) = await polling
    assert sent == update["message"]
    read = telegram.Update.de_json(update, bot)
    assert read.effective_user is not None
    assert lan == read.effective_user.id


async def test_a_second_poller_ends_the_first_with_a_conflict(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    older = asyncio.create_task(updates(bot, timeout=50))
    await world.wait_for(lambda world: any(call.ok is None for call in world.calls))
    newer = asyncio.create_task(updates(bot, timeout=50))
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await older
    world.send_text(lan, lan, "hello")
    assert len(await newer) == 1


async def test_polling_conflicts_with_a_webhook_until_it_is_deleted(
    bot: telegram.Bot, world: World
) -> None:
    await bot.set_webhook("https://bot.test/telegram", secret_token="s")
    assert (await bot.get_webhook_info()).url == "https://bot.test/telegram"
    with pytest.raises(Conflict, match="webhook is active"):
        await updates(bot)
    await bot.delete_webhook()
    assert await updates(bot) == []


async def test_allowed_updates_holds_for_what_happens_from_then_on(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    await updates(bot, allowed_updates=["callback_query"])
    world.send_text(lan, lan, "not asked for")
    assert await updates(bot) == []
    await updates(bot, allowed_updates=[])
    world.send_text(lan, lan, "asked for")
    assert len(await updates(bot)) == 1


async def test_a_photo_someone_sent_is_fetched_byte_for_byte(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    photo = world.send_files(lan, lan, [("cat.png", picture(400, 300))])[0]["photo"][-1]
    file = await bot.get_file(photo["file_id"])
    assert world.file_bytes(photo["file_id"]) == bytes(await file.download_as_bytearray())
    assert photo["file_size"] == file.file_size


async def test_a_file_over_20_mb_cannot_be_fetched(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    big = bytes(20 * 1024 * 1024 + 1)
    document = world.send_files(lan, lan, [("a.bin", big)])[0]["document"]
    with pytest.raises(BadRequest, match=r"(?i)file is too big"):
        await bot.get_file(document["file_id"])


async def test_commands_and_names_are_kept_per_scope_and_language(bot: telegram.Bot) -> None:
    scope = telegram.BotCommandScopeAllGroupChats()
    await bot.set_my_commands([("img", "Tạo ảnh")], scope=scope, language_code="vi")
    assert (await bot.get_my_commands(scope, "vi"))[0].description == "Tạo ảnh"
    assert await bot.get_my_commands(language_code="vi") == ()
    await bot.delete_my_commands(scope, "vi")
    assert await bot.get_my_commands(scope, "vi") == ()
    await bot.set_my_description("Pictures")
    await bot.set_my_short_description("Ảnh", language_code="vi")
    assert (await bot.get_my_description("vi")).description == "Pictures"
    assert (await bot.get_my_short_description("vi")).short_description == "Ảnh"
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([("Img", "upper case")])


async def test_a_group_tells_who_is_who(bot: telegram.Bot, world: World, lan: int) -> None:
    minh = world.add_user("Minh")["id"]
    group = world.add_group("Shop", [lan, minh], admins=[minh])["id"]
    admins = await bot.get_chat_administrators(group)
    assert [(minh, "creator")] == [(admin.user.id, admin.status) for admin in admins]
    me = await bot.get_chat_member(group, bot.id)
    assert (me.status, await bot.get_chat_member_count(group)) == ("member", 3)
    assert (
        (await bot.get_chat(group)).title,
        (await bot.get_chat(group)).type,
    ) == ("Shop", "supergroup")
    world.add_bot(minh, group, status="administrator")
    promoted = await bot.get_chat_member(group, bot.id)
    assert isinstance(promoted, telegram.ChatMemberAdministrator)
    assert promoted.can_delete_messages


async def test_over_a_socket_a_large_upload_goes_to_disk_and_comes_back(
    world: World, lan: int
) -> None:
    data = bytes(range(256)) * 8192
    async with on_loopback(world) as origin, httpx.AsyncClient(base_url=origin) as client:
        sent = await client.post(
            f"/bot{TOKEN}/sendDocument",
            data={"chat_id": str(lan)},
            files={"document": ("a.bin", data)},
        )
        file_id = sent.json()["result"]["document"]["file_id"]
        found = (await client.get(f"/bot{TOKEN}/getFile", params={"file_id": file_id})).json()
        got = await client.get(f"/file/bot{TOKEN}/{found['result']['file_path']}")
    assert data == got.content == world.file_path(file_id).read_bytes()


async def test_over_a_socket_a_lost_answer_breaks_the_connection(world: World, lan: int) -> None:
    world.lose_answer_of_next("sendMessage")
    async with on_loopback(world) as origin, httpx.AsyncClient(base_url=origin) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.post(f"/bot{TOKEN}/sendMessage", json={"chat_id": lan, "text": "a"})
    assert len(world.messages(lan)) == 1


async def test_over_a_socket_a_poller_that_hangs_up_is_forgotten(world: World, lan: int) -> None:
    async with on_loopback(world) as origin, httpx.AsyncClient(base_url=origin) as client:
        url = f"/bot{TOKEN}/getUpdates"
        polling = asyncio.create_task(client.post(url, data={"timeout": "50"}))
        await world.wait_for(lambda world: any(call.ok is None for call in world.calls))
        polling.cancel()
        await world.wait_for(lambda world: world.calls[0].ok is False)
        world.send_text(lan, lan, "hello")
        answer = await client.post(url, data={"timeout": "50"})
    assert answer.json()["result"][0]["message"]["text"] == "hello"


async def test_attached_files_are_found_by_their_part(world: World, lan: int) -> None:
    media = [{"type": "photo", "media": "attach://a"}, {"type": "photo", "media": "attach://b"}]
    fields = {"chat_id": str(lan), "media": json.dumps(media)}
    async with http_client(world) as client:
        files = {"a": ("a.png", picture(9, 9)), "b": ("b.png", picture(7, 7))}
        sent = await client.post(f"/bot{TOKEN}/sendMediaGroup", data=fields, files=files)
        missing = await client.post(f"/bot{TOKEN}/sendMediaGroup", data=fields)
    assert [message["photo"][0]["width"] for message in sent.json()["result"]] == [9, 7]
    assert missing.json()["description"] == "Bad Request: there is no a in the request"
    assert media == world.calls[0].parameters["media"]


async def test_over_a_socket_a_held_call_of_a_client_that_died_still_takes_effect(
    world: World, lan: int
) -> None:
    held = world.hold_next("sendMessage")
    async with on_loopback(world) as origin:
        async with httpx.AsyncClient(base_url=origin) as client:
            url = f"/bot{TOKEN}/sendMessage"
            sending = asyncio.create_task(client.post(url, json={"chat_id": lan, "text": "a"}))
            await held.arrived()
            sending.cancel()
        assert world.messages(lan) == []
        held.release()
        await world.wait_for(lambda world: world.messages(lan))
