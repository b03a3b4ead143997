"""What a failed call to Telegram means, told by the real library's errors; words without markup."""

import httpx
import pytest
import telegram
from hypothesis import given
from hypothesis import strategies as st
from serving import closed_origin
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from bot.delivery.meaning import (
    ChatGone,
    ChatMoved,
    FloodWait,
    MediaForbidden,
    MessageGone,
    NotModified,
    NotSent,
    ReplyGone,
    SendError,
    SendLater,
    SendRefused,
    WordsUnreadable,
    meaning_of,
)
from bot.delivery.shaping import bare_words
from bot.sandbox.entities import parse_html

_MEANINGS: list[tuple[TelegramError, type[SendError]]] = [
    (BadRequest("Message is not modified: the same"), NotModified),
    (BadRequest("Message to edit not found"), MessageGone),
    (BadRequest("Message can't be edited"), MessageGone),
    (BadRequest("Message to be replied not found"), ReplyGone),
    (BadRequest("Can't parse entities: unsupported start tag"), WordsUnreadable),
    (BadRequest("Chat not found"), ChatGone),
    (BadRequest("Not enough rights to send photos to the chat"), MediaForbidden),
    (BadRequest("CHAT_SEND_PHOTOS_FORBIDDEN"), MediaForbidden),
    (Forbidden("Forbidden: CHAT_SEND_MEDIA_FORBIDDEN"), MediaForbidden),
    (BadRequest("CHAT_WRITE_FORBIDDEN"), ChatGone),
    (BadRequest("Not enough rights to send text messages to the chat"), ChatGone),
    (Forbidden("Forbidden: bot was blocked by the user"), ChatGone),
    (Forbidden("Forbidden: the group chat was deleted"), ChatGone),
    (Forbidden("Forbidden: not enough rights to send videos to the chat"), MediaForbidden),
    (ChatMigrated(-100), ChatMoved),
    (NetworkError("Request Entity Too Large (413)"), SendRefused),
    (NetworkError("Bad Gateway (502)"), SendLater),
    (TimedOut(), SendLater),
]


@pytest.mark.parametrize(("error", "meaning"), _MEANINGS)
def test_each_failure_means_one_thing(error: TelegramError, meaning: type[SendError]) -> None:
    assert meaning is type(meaning_of(error))


def test_a_flood_wait_is_as_long_as_telegram_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    wait = meaning_of(RetryAfter(7))
    assert isinstance(wait, FloodWait)
    assert 7 == wait.after_s


async def test_what_never_left_is_no_attempt() -> None:
    request = HTTPXRequest(httpx_kwargs={"trust_env": False})
    bot = telegram.Bot("1:x", base_url=f"{closed_origin()}/bot", request=request)
    with pytest.raises(NetworkError) as failed:
        await bot.get_me()
    await request.shutdown()
    assert isinstance(failed.value.__cause__, httpx.ConnectError)
    assert NotSent is type(meaning_of(failed.value))


@given(st.text(alphabet="ab <>&\"'é🐈"))
def test_any_words_without_their_markup_are_read_and_read_the_same(said: str) -> None:
    escaped = said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    plain, entities = parse_html(bare_words(f"<b>{escaped}</b> <code>{escaped}</code>"))
    assert (f"{said} {said}", []) == (plain, entities)
