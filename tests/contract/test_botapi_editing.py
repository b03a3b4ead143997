"""The real python-telegram-bot edits, deletes and answers buttons in the sandbox."""

import pytest
import telegram
from samples import picture
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto
from telegram.error import BadRequest

from bot.sandbox.world import World

BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("V1", callback_data="v:1")]])


async def test_a_status_text_becomes_the_picture(bot: telegram.Bot, world: World, lan: int) -> None:
    status = await bot.send_message(lan, "40 %", reply_markup=BUTTONS)
    photo = InputMediaPhoto(picture(64, 64), caption="<b>done</b>", parse_mode="HTML")
    edited = await bot.edit_message_media(photo, lan, status.message_id, reply_markup=BUTTONS)
    assert isinstance(edited, telegram.Message)
    assert (status.message_id, None, "done") == (edited.message_id, edited.text, edited.caption)
    assert [(size.width, size.height) for size in edited.photo] == [(64, 64)]
    assert len(world.messages(lan)) == 1


async def test_an_edit_that_changes_nothing_is_refused(bot: telegram.Bot, lan: int) -> None:
    text = await bot.send_message(lan, "40 %", reply_markup=BUTTONS)
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await bot.edit_message_text("40 %", lan, text.message_id, reply_markup=BUTTONS)
    photo = await bot.send_photo(lan, picture(64, 64), caption="a")
    same = InputMediaPhoto(photo.photo[0].file_id, caption="a")
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await bot.edit_message_media(same, lan, photo.message_id)


async def test_an_edit_without_a_keyboard_takes_it_away(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    sent = await bot.send_message(lan, "40 %", reply_markup=BUTTONS)
    await bot.edit_message_text("50 %", lan, sent.message_id)
    assert "reply_markup" not in world.message(lan, sent.message_id)
    await bot.edit_message_reply_markup(lan, sent.message_id, reply_markup=BUTTONS)
    kept = world.message(lan, sent.message_id)
    assert ("50 %", BUTTONS.to_dict()) == (kept["text"], kept["reply_markup"])


async def test_a_caption_changes_and_the_picture_stays(bot: telegram.Bot, lan: int) -> None:
    sent = await bot.send_photo(lan, picture(64, 64), caption="a")
    edited = await bot.edit_message_caption(lan, sent.message_id, caption="b")
    assert isinstance(edited, telegram.Message)
    assert ("b", sent.photo) == (edited.caption, edited.photo)
    with pytest.raises(BadRequest, match=r"(?i)there is no text in the message to edit"):
        await bot.edit_message_text("c", lan, sent.message_id)


async def test_what_is_gone_or_somebody_elses_cannot_be_edited(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    sent = await bot.send_message(lan, "40 %")
    world.delete_message(lan, sent.message_id)
    with pytest.raises(BadRequest, match=r"(?i)message to edit not found"):
        await bot.edit_message_text("50 %", lan, sent.message_id)
    with pytest.raises(BadRequest, match=r"(?i)message to delete not found"):
        await bot.delete_message(lan, sent.message_id)
    theirs = world.send_text(lan, lan, "mine")["message_id"]
    with pytest.raises(BadRequest, match=r"(?i)message can't be edited"):
        await bot.edit_message_text("yours", lan, theirs)


async def test_a_bot_deletes_its_own_and_in_a_group_nobody_elses(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    group = world.add_group("Shop", [lan])["id"]
    theirs = world.send_text(lan, group, "hello")["message_id"]
    own = await bot.send_message(group, "hello")
    assert await bot.delete_message(group, own.message_id)
    with pytest.raises(BadRequest, match=r"(?i)message can't be deleted"):
        await bot.delete_message(group, theirs)
    assert [theirs] == [message["message_id"] for message in world.messages(group)]


async def test_a_press_is_answered_once_and_in_time(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    sent = await bot.send_message(lan, "pick", reply_markup=BUTTONS)
    press = world.press(lan, lan, sent.message_id, "v:1")
    seen = world.subscribe()
    await bot.answer_callback_query(press, "on it", show_alert=True)
    seen.close()
    (answer,) = [event async for event in seen]
    assert (lan, "on it", True, press) == (
        answer["user_id"],
        answer["text"],
        answer["show_alert"],
        answer["callback_query_id"],
    )
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await bot.answer_callback_query(press)


async def test_a_callback_answer_has_200_characters(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    sent = await bot.send_message(lan, "pick", reply_markup=BUTTONS)
    press = world.press(lan, lan, sent.message_id, "v:1")
    with pytest.raises(BadRequest, match=r"(?i)message_too_long"):
        await bot.answer_callback_query(press, "x" * 201)
    assert await bot.answer_callback_query(press, "x" * 200)
