"""Channels, other bots, anonymous admins and edits: who is heard in a group, and as whom."""

import sqlite3
from contextlib import closing

from bringing import ORANGE, PHOTO, TEAL, as_file, picture, send
from story import Message, Person, Story, is_media, words
from telling import next_result, press

from bot.sandbox import bystanders

DRAW = "/img@easel_bot"


async def settled(person: Person, chat: int) -> list[Message]:
    """What the bot has said in a chat by the time it has handled everything sent before; its thanks
    for being made an admin are left out.
    """
    closing_one = await person.answer_to(person.say("/help@easel_bot", chat=chat), chat=chat)
    said = [m for m in person.from_bot(chat) if m["message_id"] != closing_one["message_id"]]
    return [m for m in said if "quản trị viên rồi" not in words(m)]


def as_group(story: Story, person: Person, chat: int, text: str, to: Message | None) -> Message:
    reply_to = to["message_id"] if to else None
    return story.world.send_text(person.user_id, chat, text, reply_to=reply_to, as_chat=True)


async def test_channels_and_other_bots_are_not_heard(story: Story) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)
    story.world.add_bot(an.user_id, group, status="administrator")  # it reads everything now
    channel = bystanders.add_channel(story.world, "Tin tức")
    posted = bystanders.post(story.world, channel["id"], f"{DRAW} mèo")
    bystanders.edit_post(story.world, channel["id"], posted["message_id"], f"{DRAW} mèo")
    bystanders.pass_on(story.world, posted, group)
    bystanders.say_as_channel(story.world, channel, group, f"{DRAW} mèo")
    bystanders.say_as_bot(story.world, group, f"{DRAW} mèo")
    bystanders.say_via_bot(story.world, an.user_id, group, f"{DRAW} mèo")
    assert [] == await settled(an, group)
    assert not story.town.apiframe.calls


async def test_what_a_channel_posts_does_nothing_even_where_it_is_asked_for(
    story: Story,
) -> None:
    an = story.person("An")
    channel = bystanders.add_channel(story.world, "Tin tức")
    posted = bystanders.post(story.world, channel["id"], f"{DRAW} mèo")
    for kind in ("channel_post", "edited_channel_post"):  # as an older webhook would bring them
        story.world.updates.put({kind: posted})
    await an.answer_to(an.say("/help"))
    assert not story.town.apiframe.calls
    assert [posted] == story.world.messages(channel["id"])


async def test_brought_into_a_channel_the_bot_greets_nobody_and_sees_no_group(
    story: Story,
) -> None:
    an = story.person("An")
    channel = bystanders.add_channel(story.world, "Tin tức", has_bot=False)
    story.world.add_bot(an.user_id, channel["id"], status="administrator")
    story.world.remove_bot(an.user_id, channel["id"])
    await an.answer_to(an.say("/help"))
    assert [] == story.world.messages(channel["id"])
    with closing(sqlite3.connect(story.data_dir / "bot.db")) as database:
        chats = database.execute("SELECT chat_id FROM chat").fetchall()
    assert [(an.user_id,)] == chats


async def test_an_edited_command_and_an_edited_caption_start_nothing(story: Story) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)
    story.world.add_bot(an.user_id, group, status="administrator")
    typo = an.say("mèo", chat=group)
    [photo] = send(an, PHOTO, caption="mèo", chat=group)
    for message in (typo, photo):
        story.world.edit_text(an.user_id, group, message["message_id"], f"{DRAW} mèo")
    assert [] == await settled(an, group)
    assert not story.town.apiframe.calls


async def test_a_bare_img_is_drawn_in_a_group(story: Story) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)
    assert is_media(await an.result_of(an.say("/img mèo", chat=group), chat=group))


async def test_of_an_album_in_a_group_the_captioned_picture_is_used_and_that_is_said(
    story: Story,
) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)
    album = [as_file(picture(colour)) for colour in (ORANGE, TEAL)]
    first, second = send(an, *album, caption=f"{DRAW} tranh sơn dầu", chat=group)
    assert first["media_group_id"] == second["media_group_id"]
    assert "chỉ nhận được 1 ảnh" in words(
        await an.sees(lambda m: "chỉ nhận được" in words(m), chat=group)
    )
    assert is_media(await an.result_of(first, chat=group))


async def test_an_anonymous_admin_says_which_picture_and_the_group_pays(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    group = story.group("Nhóm vẽ", an, binh)
    grid = await binh.result_of(binh.say(f"{DRAW} mèo", chat=group), chat=group)
    asked = as_group(story, an, group, f"{DRAW} tranh sơn dầu", grid)
    question = await an.answer_to(asked, chat=group)
    assert "không dành cho bạn" in await press(binh, question, "2")
    assert "Đã nhận" in await press(an, question, "2")
    assert is_media(await an.result_of(asked, chat=group))
    assert "còn 40/40" in words(await an.answer_to(an.say("/quota")))
    left = as_group(story, an, group, "/quota@easel_bot", None)
    assert "còn 39/40" in words(await an.answer_to(left, chat=group))


async def test_an_anonymous_admin_agrees_to_several_requests(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    group = story.group("Nhóm vẽ", an, binh)
    asked = as_group(story, an, group, f"{DRAW} mèo\n/img thuyền", None)
    question = await an.answer_to(asked, chat=group)
    first = question["reply_markup"]["inline_keyboard"][0][0]["text"]
    assert "quản trị viên" in await press(binh, question, first)
    assert "Đã nhận" in await press(an, question, first)
    await an.sees(is_media, chat=group)
    left = as_group(story, an, group, "/quota@easel_bot", None)
    assert "còn 32/40" in words(await an.answer_to(left, chat=group))


async def test_an_anonymous_admin_presses_under_the_groups_own_result(story: Story) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)
    asked = as_group(story, an, group, f"{DRAW} mèo", None)
    grid = await an.result_of(asked, chat=group)
    await press(an, grid, "V2")
    assert is_media(await next_result(an, grid, after=grid, chat=group))
    left = as_group(story, an, group, "/quota@easel_bot", None)
    assert "còn 32/40" in words(await an.answer_to(left, chat=group))
