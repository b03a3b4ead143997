"""A group becomes a supergroup at Telegram: what stays in the old chat, and what the new one knows."""

import pytest
import telegram
from samples import picture
from telegram.error import ChatMigrated

from bot.sandbox.migrating import migrate_group
from bot.sandbox.world import World

BASIC = -4001


async def test_nothing_is_said_edited_or_deleted_in_the_old_chat(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    group = world.add_group("Shop", [lan], chat_id=BASIC)["id"]
    sent = await bot.send_message(group, "hello")
    supergroup = migrate_group(world, group)
    for call in (
        lambda: bot.send_message(group, "again"),
        lambda: bot.edit_message_text("other", group, sent.message_id),
        lambda: bot.delete_message(group, sent.message_id),
        lambda: bot.get_chat_administrators(group),
    ):
        with pytest.raises(ChatMigrated) as refused:
            await call()
        assert supergroup == refused.value.new_chat_id
    assert "hello" == world.message(group, sent.message_id)["text"]


async def test_the_new_chat_counts_its_messages_from_one(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    group = world.add_group("Shop", [lan], chat_id=BASIC)["id"]
    for text in "abc":
        await bot.send_message(group, text)
    supergroup = migrate_group(world, group)
    assert [1] == [message["message_id"] for message in world.messages(supergroup)]
    assert 2 == (await bot.send_message(supergroup, "d")).message_id


@pytest.mark.parametrize("told", [("to", "from"), ("from", "to"), ("to",), ("from", "from"), ()])
async def test_the_move_is_told_as_the_test_says(
    world: World, lan: int, told: tuple[str, ...]
) -> None:
    group = world.add_group("Shop", [lan], chat_id=BASIC)["id"]
    migrate_group(world, group, told=told)
    heard = [update["message"] for update in world.updates.pending]
    fields = ["to" if "migrate_to_chat_id" in message else "from" for message in heard]
    assert list(told) == fields


async def test_a_reply_to_the_old_chat_tells_the_author_and_the_words_and_no_number(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    group = world.add_group("Shop", [lan], chat_id=BASIC)["id"]
    photo = await bot.send_photo(group, picture(9, 9), caption="a cat · K7QD4X")
    supergroup = migrate_group(world, group)
    raw = world.send_text(
        lan, supergroup, "/upscale 2", reply_to=photo.message_id, reply_chat=group
    )
    message = telegram.Message.de_json(raw, bot)
    assert message.reply_to_message is None
    assert message.external_reply is not None
    assert (None, None) == (message.external_reply.chat, message.external_reply.message_id)
    assert message.external_reply.photo
    assert isinstance(message.external_reply.origin, telegram.MessageOriginUser)
    assert bot.id == message.external_reply.origin.sender_user.id
    assert message.quote is not None
    assert "a cat · K7QD4X" == message.quote.text


async def test_a_button_in_the_old_chat_can_be_pressed_and_answered(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    group = world.add_group("Shop", [lan], chat_id=BASIC)["id"]
    button = telegram.InlineKeyboardButton("Go", callback_data="go")
    markup = telegram.InlineKeyboardMarkup([[button]])
    sent = await bot.send_message(group, "Shall I?", reply_markup=markup)
    migrate_group(world, group, told=())
    press_id = world.press(lan, group, sent.message_id, "go")
    assert group == world.updates.pending[-1]["callback_query"]["message"]["chat"]["id"]
    assert await bot.answer_callback_query(press_id, "Got it!")


async def test_only_a_basic_group_migrates_and_only_once(world: World, lan: int) -> None:
    with pytest.raises(ValueError, match="no basic group"):
        migrate_group(world, world.add_group("Shop", [lan])["id"])
    group = world.add_group("Shop", [lan], chat_id=BASIC)["id"]
    migrate_group(world, group)
    with pytest.raises(ValueError, match="no basic group"):
        migrate_group(world, group)
