"""What an admin takes from the bot it cannot send any more, in Telegram's words."""

import aiogram.types
import pytest
import telegram
from oracle import unknown_fields
from samples import picture
from telegram import InputMediaPhoto, Update
from telegram.error import BadRequest

from bot.sandbox.members import RIGHTS
from bot.sandbox.world import World

NO_PHOTOS = "Not enough rights to send photos to the chat"
NO_WORDS = "Not enough rights to send text messages to the chat"


@pytest.fixture
def group(world: World, lan: int) -> int:
    return int(world.add_group("Shop", [lan], admins=[lan])["id"])


async def test_what_was_taken_is_told_by_the_update_and_by_asking(
    world: World, bot: telegram.Bot, lan: int, group: int
) -> None:
    world.restrict_bot(lan, group, "can_send_photos")
    change = Update.de_json(world.updates.pending[-1], bot).my_chat_member
    assert change is not None
    assert "member" == change.old_chat_member.status
    for member in (change.new_chat_member, await bot.get_chat_member(group, bot.id)):
        assert isinstance(member, telegram.ChatMemberRestricted)
        assert (True, False, True) == (
            member.is_member,
            member.can_send_photos,
            member.can_send_messages,
        )
    told = aiogram.types.ChatMemberRestricted.model_validate(
        world.updates.pending[-1]["my_chat_member"]["new_chat_member"]
    )
    assert [] == list(unknown_fields(told))
    assert set(RIGHTS) < set(type(told).model_fields)


async def test_words_go_where_photos_may_not_be_sent(
    world: World, bot: telegram.Bot, lan: int, group: int
) -> None:
    world.restrict_bot(lan, group, "can_send_photos")
    words = await bot.send_message(group, "soon")
    with pytest.raises(BadRequest, match=NO_PHOTOS):
        await bot.send_photo(group, picture(9, 9))
    with pytest.raises(BadRequest, match=NO_PHOTOS):
        await bot.send_media_group(group, [InputMediaPhoto(picture(9, 9)) for _ in range(2)])
    with pytest.raises(BadRequest, match=NO_PHOTOS):
        await words.edit_media(InputMediaPhoto(picture(9, 9)))
    await words.edit_text("here is where it is")
    await bot.send_document(group, picture(9, 9), filename="picture.png")


@pytest.mark.parametrize(
    ("right", "send", "refusal"),
    [
        ("can_send_videos", "send_video", "Not enough rights to send videos to the chat"),
        ("can_send_documents", "send_document", "Not enough rights to send documents to the chat"),
        (
            "can_send_other_messages",
            "send_animation",
            "Not enough rights to send animations to the chat",
        ),
    ],
)
async def test_each_kind_has_a_right_of_its_own(
    world: World,
    bot: telegram.Bot,
    lan: int,
    group: int,
    right: str,
    send: str,
    refusal: str,
) -> None:
    world.restrict_bot(lan, group, right)
    with pytest.raises(BadRequest, match=refusal):
        await getattr(bot, send)(group, picture(9, 9))


async def test_without_the_right_to_words_nothing_is_said_or_changed(
    world: World, bot: telegram.Bot, lan: int, group: int
) -> None:
    words = await bot.send_message(group, "soon")
    world.restrict_bot(lan, group, *RIGHTS)
    with pytest.raises(BadRequest, match=NO_WORDS):
        await bot.send_message(group, "hello")
    with pytest.raises(BadRequest, match=NO_WORDS):
        await words.edit_text("hello")


async def test_rights_given_back_hold_at_once(
    world: World, bot: telegram.Bot, lan: int, group: int
) -> None:
    world.restrict_bot(lan, group, *RIGHTS)
    world.add_bot(lan, group)
    await bot.send_photo(group, picture(9, 9))
    assert isinstance(await bot.get_chat_member(group, bot.id), telegram.ChatMemberMember)
    assert ["restricted", "member"] == [
        update["my_chat_member"]["new_chat_member"]["status"] for update in world.updates.pending
    ]


async def test_what_a_group_forbids_to_all_holds_for_the_bot_too_unless_it_is_admin(
    world: World, bot: telegram.Bot, lan: int, group: int
) -> None:
    world.forbid(group, "can_send_photos")
    permissions = (await bot.get_chat(group)).permissions
    assert permissions is not None
    assert (False, True) == (permissions.can_send_photos, permissions.can_send_videos)
    with pytest.raises(BadRequest, match=NO_PHOTOS):
        await bot.send_photo(group, picture(9, 9))
    world.add_bot(lan, group, status="administrator")
    await bot.send_photo(group, picture(9, 9))
