"""Which pictures a message brings, as Telegram tells of them."""

from typing import Any

import pytest
from telegram import Message

from bot.chat.pictures import TELEGRAM_MAX_BYTES, brought_by, picture_in
from bot.errors import Flaw

AN = {"id": 7, "is_bot": False, "first_name": "An"}
CHAT = {"id": 7, "type": "private", "first_name": "An"}


def file(name: str, **more: Any) -> dict[str, Any]:
    return {"file_id": name, "file_unique_id": f"unique-{name}", **more}


def photo(name: str = "photo") -> dict[str, Any]:
    sizes = [(f"{name}-small", 90), (name, 1280)]
    return {"photo": [file(each, width=side, height=side) for each, side in sizes]}


def message(message_id: int = 1, **content: Any) -> Message:
    body = {"message_id": message_id, "date": 1, "chat": CHAT, "from": AN, **content}
    found = Message.de_json(body, None)
    assert found is not None
    return found


def test_a_photo_is_taken_in_its_largest_size() -> None:
    picture = picture_in(message(**photo()))
    assert picture is not None
    assert ("photo", "photo", None) == (picture.file_id, picture.kind, picture.flaw)


def test_words_alone_bring_no_picture() -> None:
    assert picture_in(message(text="/img mèo")) is None


@pytest.mark.parametrize(
    ("flaw", "content"),
    [
        (None, {"document": file("a", mime_type="image/png", file_size=9)}),
        (None, {"document": file("a")}),
        (Flaw.TOO_LARGE, {"document": file("a", file_size=TELEGRAM_MAX_BYTES + 1)}),
        (Flaw.VIDEO, {"document": file("a", mime_type="video/mp4")}),
        (Flaw.NO_PICTURE, {"document": file("a", mime_type="application/pdf")}),
        (Flaw.NO_PICTURE, {"document": file("a", mime_type="text/csv", file_name="a.csv")}),
        (Flaw.NO_PICTURE, {"document": file("a", file_name="READ.MD")}),
        (
            Flaw.NO_PICTURE,
            {"document": file("a", mime_type="application/octet-stream", file_name="a.pdf")},
        ),
        (None, {"document": file("a", mime_type="application/octet-stream", file_name="a.png")}),
        (None, {"document": file("a", mime_type="application/octet-stream", file_name="IMG_1")}),
        (Flaw.VIDEO, {"video": file("a", width=9, height=9, duration=1)}),
        (
            Flaw.STICKER,
            {
                "sticker": file(
                    "a", width=9, height=9, is_animated=False, is_video=False, type="regular"
                )
            },
        ),
        (
            Flaw.ANIMATED,
            {
                "animation": file("a", width=9, height=9, duration=1),
                "document": file("a", mime_type="image/gif"),
            },
        ),
    ],
)
def test_what_cannot_be_a_picture_is_known_before_it_is_fetched(
    flaw: Flaw | None, content: dict[str, Any]
) -> None:
    picture = picture_in(message(**content))
    assert picture is not None
    assert flaw == picture.flaw


def test_ones_own_picture_goes_before_the_one_replied_to() -> None:
    brought = brought_by(message(2, **photo("own")), message(1, **photo("other")))
    assert ["own"] == [picture.file_id for picture in brought.pictures]


def test_a_reply_to_an_album_brings_the_album() -> None:
    item = message(1, media_group_id="9", **photo("other"))
    brought = brought_by(message(2, text="/img"), item)
    assert ("9", ["other"]) == (
        brought.media_group_id,
        [picture.file_id for picture in brought.pictures],
    )


def test_a_picture_replied_to_in_another_chat_is_brought_too() -> None:
    origin = {"type": "user", "date": 1, "sender_user": AN}
    asked = message(2, text="/img", external_reply={"origin": origin, **photo("far")})
    brought = brought_by(asked, asked.external_reply)
    assert ["far"] == [picture.file_id for picture in brought.pictures]
