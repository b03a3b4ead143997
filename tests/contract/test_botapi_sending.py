"""The real python-telegram-bot sends to the sandbox and reads its answers."""

import pytest
import telegram
from samples import picture
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    ReplyParameters,
)
from telegram.error import BadRequest, NetworkError

from bot.sandbox.world import World

BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("Cancel", callback_data="cancel:1")]])


async def test_get_me_is_the_worlds_bot(bot: telegram.Bot, world: World) -> None:
    me = await bot.get_me()
    assert (world.bot["id"], "easel_bot", False) == (
        me.id,
        me.username,
        me.can_read_all_group_messages,
    )


async def test_a_text_arrives_with_its_html_read_and_its_buttons(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    sent = await bot.send_message(
        lan, "😀 <b>Xin chào</b> &lt;Lan&gt;", parse_mode="HTML", reply_markup=BUTTONS
    )
    kept = world.message(lan, sent.message_id)
    assert "😀 Xin chào <Lan>" == sent.text == kept["text"]
    assert kept["entities"] == [{"type": "bold", "offset": 3, "length": 8}]
    assert sent.reply_markup == BUTTONS
    assert telegram.Message.de_json(kept, bot) == sent


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<foo>x</foo>", 'Unsupported start tag "foo" at byte offset 0'),
        ("ảnh <b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        (
            "<b><i>x</b></i>",
            'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
        ),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
    ],
)
async def test_html_telegram_cannot_read_is_refused_in_its_words(
    bot: telegram.Bot, lan: int, text: str, reason: str
) -> None:
    with pytest.raises(BadRequest) as refused:
        await bot.send_message(lan, text, parse_mode="HTML")
    assert f"Can't parse entities: {reason}".lower() == str(refused.value).lower()


async def test_length_is_counted_in_utf16_after_entities(bot: telegram.Bot, lan: int) -> None:
    await bot.send_message(lan, f"<b>{'😀' * 2048}</b>", parse_mode="HTML")
    with pytest.raises(BadRequest, match=r"(?i)message is too long"):
        await bot.send_message(lan, "😀" * 2048 + ".")
    with pytest.raises(BadRequest, match=r"(?i)message caption is too long"):
        await bot.send_photo(lan, picture(10, 10), caption="x" * 1025)
    with pytest.raises(BadRequest, match=r"(?i)message text is empty"):
        await bot.send_message(lan, "  \n ")


async def test_a_photo_is_reencoded_into_sizes_of_the_same_ratio(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    sent = await bot.send_photo(lan, picture(2000, 1000), caption="<i>a</i>", parse_mode="HTML")
    assert [(size.width, size.height) for size in sent.photo] == [
        (90, 45),
        (320, 160),
        (800, 400),
        (1280, 640),
    ]
    assert world.file_bytes(sent.photo[-1].file_id).startswith(b"\xff\xd8\xff")
    assert sent.caption == "a"


async def test_a_photo_that_is_none_or_too_long_is_refused(bot: telegram.Bot, lan: int) -> None:
    with pytest.raises(BadRequest, match=r"(?i)image_process_failed"):
        await bot.send_photo(lan, b"no picture at all")
    with pytest.raises(BadRequest, match=r"(?i)photo_invalid_dimensions"):
        await bot.send_photo(lan, picture(2100, 100))
    with pytest.raises(BadRequest, match=r"(?i)photo_invalid_dimensions"):
        await bot.send_photo(lan, picture(9000, 1001))
    with pytest.raises(BadRequest, match=r"(?i)too big for a photo"):
        await bot.send_photo(lan, bytes(10 * 1024 * 1024 + 1))


async def test_a_document_over_50_mb_is_a_plain_network_error(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    with pytest.raises(NetworkError) as refused:
        await bot.send_document(lan, bytes(50 * 1024 * 1024 + 1), filename="big.bin")
    assert NetworkError is type(refused.value)
    assert world.messages(lan) == []


async def test_a_file_id_shows_the_same_file_again(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    first = await bot.send_document(lan, b"original bytes", filename="a.png")
    assert first.document is not None
    again = await bot.send_document(lan, first.document.file_id)
    assert first.document == again.document
    assert world.file_bytes(first.document.file_id) == b"original bytes"
    with pytest.raises(BadRequest, match=r"(?i)type of file mismatch"):
        await bot.send_photo(lan, first.document.file_id)


async def test_a_video_keeps_what_is_said_of_it(bot: telegram.Bot, lan: int) -> None:
    sent = await bot.send_video(
        lan,
        b"\0\0\0\x18ftypmp42",
        width=1920,
        height=1080,
        duration=8,
        supports_streaming=True,
        thumbnail=picture(320, 180, "JPEG"),
    )
    assert sent.video is not None
    assert sent.video.thumbnail is not None
    assert (
        sent.video.width,
        sent.video.height,
        int(sent.video._duration.total_seconds()),
    ) == (1920, 1080, 8)
    assert (sent.video.thumbnail.width, sent.video.thumbnail.height) == (320, 180)


async def test_an_album_shares_a_group_and_appears_whole(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    album: list[InputMediaPhoto | InputMediaVideo] = [
        InputMediaPhoto(picture(20, 10), caption="one"),
        InputMediaVideo(b"clip", width=3),
    ]
    sent = await bot.send_media_group(lan, album)
    assert [message.caption for message in sent] == ["one", None]
    assert len({message.media_group_id for message in sent}) == 1
    assert [message.message_id for message in sent] == [
        message["message_id"] for message in world.messages(lan)
    ]


async def test_an_album_that_cannot_be_leaves_nothing_behind(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    photo = InputMediaPhoto(picture(20, 10))
    with pytest.raises(BadRequest, match="2-10"):
        await bot.send_media_group(lan, [photo])
    with pytest.raises(BadRequest, match="mixed"):
        await bot.send_media_group(lan, [photo, InputMediaDocument(b"x")])
    with pytest.raises(BadRequest, match=r"(?i)image_process_failed"):
        await bot.send_media_group(lan, [photo, InputMediaPhoto(b"broken")])
    assert world.messages(lan) == []


async def test_callback_data_has_64_bytes(bot: telegram.Bot, lan: int) -> None:
    def keyboard(data: str) -> InlineKeyboardMarkup:
        return InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data=data)]])

    await bot.send_message(lan, "fits", reply_markup=keyboard("ă" * 32))
    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        await bot.send_message(lan, "does not", reply_markup=keyboard("ă" * 32 + "x"))


async def test_a_reply_carries_the_message_it_answers(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    asked = world.send_text(lan, lan, "/img a cat")
    sent = await bot.send_message(
        lan, "on it", reply_parameters=ReplyParameters(asked["message_id"])
    )
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "/img a cat"


async def test_a_reply_to_a_deleted_message_is_refused_unless_allowed(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    asked = world.send_text(lan, lan, "/img a cat")["message_id"]
    world.delete_message(lan, asked)
    with pytest.raises(BadRequest, match=r"(?i)message to be replied not found"):
        await bot.send_message(lan, "on it", reply_parameters=ReplyParameters(asked))
    lenient = ReplyParameters(asked, allow_sending_without_reply=True)
    sent = await bot.send_message(lan, "on it", reply_parameters=lenient)
    assert sent.reply_to_message is None


async def test_topics_are_sent_to_and_plain_reply_threads_are_not(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    forum = world.add_group("Forum", [lan], is_forum=True)["id"]
    topic = world.add_topic(forum, "Pictures")
    sent = await bot.send_message(forum, "here", message_thread_id=topic)
    assert (topic, True) == (sent.message_thread_id, sent.is_topic_message)
    group = world.add_group("Plain", [lan])["id"]
    first = world.send_text(lan, group, "/img@easel_bot a cat")["message_id"]
    reply = world.send_text(lan, group, "more", reply_to=first)
    assert first == reply["message_thread_id"]
    for chat_id, thread_id in [(forum, 999), (group, first)]:
        with pytest.raises(BadRequest, match=r"(?i)message thread not found"):
            await bot.send_message(chat_id, "x", message_thread_id=thread_id)


async def test_a_chat_action_is_seen_by_who_watches(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    seen = world.subscribe()
    await bot.send_chat_action(lan, "upload_photo")
    seen.close()
    expected = {"type": "action", "chat_id": lan, "action": "upload_photo", "thread_id": None}
    assert [expected] == [event async for event in seen]
