"""aiogram, an independent reader of the Bot API, knows every field the sandbox writes."""

import io

import pytest
import telegram
from aiogram.types import Update
from botapi_client import TOKEN, http_client, real_bot
from oracle import check_call, unknown_fields
from PIL import Image
from samples import clip, picture
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, ReplyParameters
from telegram.error import BadRequest

from bot.sandbox import bystanders
from bot.sandbox.limits import Limits
from bot.sandbox.migrating import migrate_group
from bot.sandbox.world import World


def gif() -> bytes:
    buffer = io.BytesIO()
    Image.new("P", (8, 8)).save(buffer, "GIF")
    return buffer.getvalue()


async def everything_people_do(world: World) -> None:
    lan, minh = (world.add_user(name, username=name.lower())["id"] for name in ("Lan", "Minh"))
    sent = world.send_text(lan, lan, "/img a")
    world.send_files(lan, lan, [("a.png", picture(9, 9)), ("a.mp4", clip())], caption="/video a")
    world.send_files(lan, lan, [("a.gif", gif())])
    world.send_files(lan, lan, [("a.png", picture(9, 9))], as_document=True)
    world.edit_text(lan, lan, sent["message_id"], "/img b")
    forum = world.add_group("Forum", [lan, minh], admins=[minh], is_forum=True)["id"]
    topic = world.add_topic(forum, "Pictures")
    world.send_text(minh, forum, "/img a", thread_id=topic, as_chat=True)
    world.forward(minh, lan, sent["message_id"], forum)
    world.press(lan, lan, sent["message_id"], "v:1", forged=True)
    world.press(lan, lan, 999, "v:1", forged=True)
    world.block_bot(lan)
    world.add_bot(minh, forum, status="administrator")
    world.restrict_bot(minh, forum, "can_send_photos")
    world.add_bot(minh, forum, status="administrator")
    migrate_group(world, world.add_group("Shop", [lan], chat_id=-4001)["id"])


async def test_every_update_is_read_by_two_libraries(world: World, bot: telegram.Bot) -> None:
    await everything_people_do(world)
    updates = world.updates.pending
    assert {"message", "edited_message", "callback_query", "my_chat_member"} == {
        key for update in updates for key in update if key != "update_id"
    }
    for update in updates:
        assert list(unknown_fields(Update.model_validate(update))) == []
        assert telegram.Update.de_json(update, bot).update_id == update["update_id"]


async def test_whoever_writes_beside_people_is_read_by_two_libraries(
    world: World, bot: telegram.Bot
) -> None:
    lan = world.add_user("Lan")["id"]
    group = world.add_group("Shop", [lan], admins=[world.bot["id"]])["id"]
    channel = bystanders.add_channel(world, "News")
    posted = bystanders.post(world, channel["id"], "/img a")
    bystanders.edit_post(world, channel["id"], posted["message_id"], "/img b")
    bystanders.pass_on(world, posted, group)
    bystanders.say_as_channel(world, channel, group, "/img a")
    bystanders.say_as_bot(world, group, "/img a")
    bystanders.say_via_bot(world, lan, group, "/img a")
    world.add_bot(lan, channel["id"])
    kinds = [key for update in world.updates.pending for key in update if key != "update_id"]
    assert ["channel_post", "edited_channel_post", *["message"] * 4, "my_chat_member"] == kinds
    for update in world.updates.pending:
        assert list(unknown_fields(Update.model_validate(update))) == []
        assert telegram.Update.de_json(update, bot).update_id == update["update_id"]


async def test_a_video_someone_sends_is_measured(world: World, lan: int) -> None:
    (sent,) = world.send_files(lan, lan, [("a.mp4", clip())])
    video = sent["video"]
    assert (
        video["width"],
        video["height"],
        video["duration"],
        video["mime_type"],
    ) == (64, 48, 2, "video/mp4")


async def test_aiogram_can_be_the_check_of_every_call() -> None:
    world = World(token=TOKEN, limits=Limits.off(), check_call=check_call)
    lan = world.add_user("Lan")["id"]
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="x")]])
    async with real_bot(world) as bot:
        sent = await bot.send_message(lan, "<b>a</b>", parse_mode="HTML", reply_markup=keyboard)
        one, two, three = (InputMediaPhoto(picture(9, 9), caption="a") for _ in range(3))
        await bot.edit_message_media(one, lan, sent.message_id, reply_markup=keyboard)
        await bot.send_media_group(
            lan, [two, three], reply_parameters=ReplyParameters(sent.message_id)
        )
        await bot.send_video(lan, clip(), width=64, height=48, thumbnail=picture(64, 48))
        await bot.set_my_commands([("img", "a picture")], telegram.BotCommandScopeDefault())
    assert world.violations == []
    assert all(call.ok for call in world.calls)


async def test_what_a_button_cannot_be_is_refused(world: World, lan: int) -> None:
    async def refusal(**button: str) -> str:
        fields = {"chat_id": lan, "text": "a", "reply_markup": {"inline_keyboard": [[button]]}}
        async with http_client(world) as client:
            answer = await client.post(f"/bot{TOKEN}/sendMessage", json=fields)
        return str(answer.json()["description"])

    assert "must be non-empty" in await refusal(text="", callback_data="x")
    assert "text buttons are unallowed" in await refusal(text="x")
    both = await refusal(text="x", callback_data="x", url="https://a.test")
    assert "more than one action" in both
    assert "Wrong HTTP URL" in await refusal(text="x", url="file:///etc/passwd")
    assert world.messages(lan) == []


async def test_given_entities_are_kept_and_other_markup_is_not_modelled(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    bold = telegram.MessageEntity("bold", 0, 4)
    sent = await bot.send_message(lan, "bold move", entities=[bold])
    assert (bold,) == sent.entities
    with pytest.raises(BadRequest, match="outside of the text"):
        await bot.send_message(lan, "bo", entities=[bold])
    with pytest.raises(BadRequest, match="not modelled"):
        await bot.send_message(lan, "*a*", parse_mode="MarkdownV2")
    assert len(world.violations) == 1


async def test_urls_and_wrong_file_ids_are_refused(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    with pytest.raises(BadRequest, match="not modelled"):
        await bot.send_photo(lan, "https://a.test/a.png")
    with pytest.raises(BadRequest, match=r"(?i)wrong file identifier"):
        await bot.send_photo(lan, "AgACx")
    with pytest.raises(BadRequest, match=r"(?i)file must be non-empty"):
        await bot.send_document(lan, b"")
    with pytest.raises(BadRequest, match=r"(?i)image_process_failed"):
        await bot.send_photo(lan, picture(400, 400)[:200])
    assert world.messages(lan) == []
