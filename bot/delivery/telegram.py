"""The one way to Telegram: every call, its pace, and what its failure means.

Knows nothing of jobs. Time-outs are raised above the library's five seconds, which reported
uploads lost that had arrived (docs/telegram.md); nothing here repeats a call by itself.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import html
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

import structlog
from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    ReplyParameters,
)
from telegram.constants import ChatAction
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.delivery.limiter import Limiter
from bot.delivery.presentation import Keyboard
from bot.delivery.uploads import Picture, input_media, opened, whole_seconds
from bot.errors import EaselError
from bot.model import ChatId, MessageId, Place, Urgency
from bot.telemetry import Metrics

P = ParamSpec("P")
T = TypeVar("T")

READ_S = 30.0
UNREACHED_S = 5.0
"""Until the next try at a Telegram that cannot be reached."""
MEDIA_WRITE_S = 300.0
CALLBACK_ANSWER_MAX = 200
"""Characters Telegram takes in the answer to a press."""

log = structlog.get_logger(__name__)


class SendError(EaselError):
    """A call to Telegram did not do what was wanted."""


class SendLater(SendError):
    """Try again after ``after_s``; it may have arrived all the same, when its answer was lost."""

    def __init__(self, why: str, after_s: float) -> None:
        super().__init__(why)
        self.after_s = after_s


class NotSent(SendLater):
    """It did not arrive, for sure: to be tried again for as long as it takes."""


class FloodWait(NotSent):
    """Too much at once: nothing to this chat before ``after_s``."""


class SendRefused(SendError):
    """Telegram will never take this as it stands."""


class ReplyGone(SendRefused):
    """What was to be replied to is deleted; in a topic Telegram insists on it."""


class WordsUnreadable(SendRefused):
    """The text is no HTML to Telegram."""


class MessageGone(SendRefused):
    """The message to edit is not there any more, or cannot be edited."""


class ChatGone(SendError):
    """Blocked, kicked, deleted: nothing can be said there."""


class ChatMoved(SendError):
    """The group became a supergroup with another id."""

    def __init__(self, new_chat_id: ChatId) -> None:
        super().__init__(str(new_chat_id))
        self.new_chat_id = new_chat_id


class NotModified(SendError):
    """The message reads like this already: success."""


_GONE = (
    "chat not found",
    "user is deactivated",
    "not enough rights to send text messages",
    "have no rights to send a message",
    "kicked",
)
_MESSAGE_GONE = (
    "message to edit not found",
    "message can't be edited",
    "there is no text in the message to edit",
    "message_id_invalid",
)
_REPLY_GONE = ("message to be replied not found", "replied message not found")
_MEDIA_RIGHTS = "not enough rights to send"
_NEVER_LEFT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout"})
"""What the client under Telegram's library raises before anything has left."""


def meaning_of(error: TelegramError) -> SendError:
    """What to do about ``error``, by its exact class: BadRequest and TimedOut are NetworkErrors."""
    text = str(error)
    lower = text.lower()
    match error:
        case RetryAfter():
            after = error.retry_after
            seconds = after.total_seconds() if hasattr(after, "total_seconds") else float(after)
            return FloodWait("flood wait", seconds)
        case ChatMigrated():
            return ChatMoved(ChatId(error.new_chat_id))
        case Forbidden() if _MEDIA_RIGHTS in lower and "text messages" not in lower:
            return SendRefused(text)  # a group may take words and no pictures
        case Forbidden():
            return ChatGone(text)
        case BadRequest():
            return _meaning_of_refusal(text)
        case NetworkError() if "too large" in lower or "413" in lower:
            return SendRefused(text)
        case _ if type(error.__cause__).__name__ in _NEVER_LEFT:
            return NotSent(text, UNREACHED_S)
        case _:
            return SendLater(text, 2.0)


def _meaning_of_refusal(text: str) -> SendError:
    lower = text.lower()
    if "message is not modified" in lower:
        return NotModified(text)
    if any(words in lower for words in _MESSAGE_GONE):
        return MessageGone(text)
    if any(words in lower for words in _REPLY_GONE):
        return ReplyGone(text)
    if "can't parse entities" in lower:
        return WordsUnreadable(text)
    if any(words in lower for words in _GONE):
        return ChatGone(text)
    return SendRefused(text)


def _in_any_words(send: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Words Telegram cannot read as HTML go once more without any markup."""

    @functools.wraps(send)
    async def sent(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await send(*args, **kwargs)
        except WordsUnreadable as error:
            log.error("words_unreadable", error=str(error))  # noqa: TRY400  # it is put right
        bare = (bare_words(each) if isinstance(each, str) else each for each in args)
        return await send(*bare, **kwargs)  # type: ignore[arg-type]  # the same types

    return sent


def _replying_or_not(
    send: Callable[Concatenate[TelegramSender, Place, P], Awaitable[T]],
) -> Callable[Concatenate[TelegramSender, Place, P], Awaitable[T]]:
    """Where the message to reply to is gone, without a reply."""

    @functools.wraps(send)
    async def sent(self: TelegramSender, place: Place, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with contextlib.suppress(ReplyGone):
            return await send(self, place, *args, **kwargs)
        return await send(self, dataclasses.replace(place, reply_to=None), *args, **kwargs)

    return sent


def bare_words(text: str) -> str:
    """HTML of ours without its markup, as HTML that nobody can fail to read."""
    return html.escape(html.unescape(re.sub(r"</?[a-zA-Z][^<>]*>", "", text)), quote=False)


class TelegramSender:
    """Every call that leaves for Telegram passes here, so that one limiter sees them all."""

    def __init__(self, bot: Bot, limiter: Limiter, metrics: Metrics) -> None:
        self._bot = bot
        self._limiter = limiter
        self._calls = metrics.telegram_calls

    def take_turn(self, chat_id: ChatId, *, urgency: Urgency, cost: int) -> float:
        """0.0: the next send to this chat is counted and may go; else seconds to wait."""
        return self._limiter.take(chat_id, urgency=urgency, cost=cost)

    @_in_any_words
    @_replying_or_not
    async def text(self, place: Place, html: str, keyboard: Keyboard) -> Message:
        """A new message. Raises SendError."""
        return await self._call(
            place.chat_id,
            lambda: self._bot.send_message(
                place.chat_id,
                html,
                parse_mode="HTML",
                reply_markup=_markup(keyboard),
                disable_web_page_preview=True,
                **_where(place),
            ),
        )

    @_in_any_words
    @_replying_or_not
    async def question(self, place: Place, html: str) -> Message:
        """A new message that the app of who is answered opens a reply to. Raises SendError."""
        return await self._call(
            place.chat_id,
            lambda: self._bot.send_message(
                place.chat_id,
                html,
                parse_mode="HTML",
                reply_markup=ForceReply(selective=True),
                disable_web_page_preview=True,
                **_where(place),
            ),
        )

    @_in_any_words
    async def edit_text(
        self, chat_id: ChatId, message_id: MessageId, html: str, keyboard: Keyboard
    ) -> None:
        """Bring a message up to date. Raises SendError, MessageGone among them."""
        with contextlib.suppress(NotModified):
            await self._call(
                chat_id,
                lambda: self._bot.edit_message_text(
                    html,
                    chat_id=chat_id,
                    message_id=message_id,
                    parse_mode="HTML",
                    reply_markup=_markup(keyboard),
                    disable_web_page_preview=True,
                ),
            )

    @_in_any_words
    @_replying_or_not
    async def media(
        self, place: Place, picture: Picture, caption: str, keyboard: Keyboard
    ) -> Message:
        """A new message with one photo, video or document. Raises SendError."""
        common: dict[str, Any] = {
            "caption": caption or None,
            "parse_mode": "HTML",
            "reply_markup": _markup(keyboard),
            "read_timeout": READ_S,
            "write_timeout": MEDIA_WRITE_S,
            **_where(place),
        }
        async with opened(picture) as (file, thumbnail):
            match picture.kind:
                case "photo":
                    return await self._call(
                        place.chat_id,
                        lambda: self._bot.send_photo(place.chat_id, file, **common),
                    )
                case "video":
                    return await self._call(
                        place.chat_id,
                        lambda: self._bot.send_video(
                            place.chat_id,
                            file,
                            width=picture.width,
                            height=picture.height,
                            duration=whole_seconds(picture),
                            thumbnail=thumbnail,
                            supports_streaming=True,
                            **common,
                        ),
                    )
                case _:
                    return await self._call(
                        place.chat_id,
                        lambda: self._bot.send_document(
                            place.chat_id, file, thumbnail=thumbnail, **common
                        ),
                    )

    @_in_any_words
    async def edit_into(
        self,
        chat_id: ChatId,
        message_id: MessageId,
        picture: Picture,
        caption: str,
        keyboard: Keyboard,
    ) -> Message | None:
        """Turn a message into media; safe to repeat. None when it is that already.

        Raises SendError, MessageGone among them.
        """
        async with opened(picture) as (file, thumbnail):
            media = input_media(picture, file, thumbnail, caption)
            try:
                message = await self._call(
                    chat_id,
                    lambda: self._bot.edit_message_media(
                        media,
                        chat_id=chat_id,
                        message_id=message_id,
                        reply_markup=_markup(keyboard),
                        read_timeout=READ_S,
                        write_timeout=MEDIA_WRITE_S,
                    ),
                )
            except NotModified:
                return None
        return message if isinstance(message, Message) else None

    async def delete(self, chat_id: ChatId, message_id: MessageId) -> None:
        """Take a message of ours away. Raises SendError, also where it is too old for that."""
        await self._call(chat_id, lambda: self._bot.delete_message(chat_id, message_id))

    @_replying_or_not
    async def album(
        self, place: Place, pictures: Sequence[tuple[Picture, str]]
    ) -> Sequence[Message]:
        """Two to ten with their captions as one album, which carries no buttons. Raises SendError.

        Documents stand with documents only; photos and videos may be mixed.
        """
        async with contextlib.AsyncExitStack() as stack:
            media = []
            for picture, caption in pictures:
                file, thumbnail = await stack.enter_async_context(opened(picture))
                media.append(input_media(picture, file, thumbnail, caption))
            return await self._call(
                place.chat_id,
                lambda: self._bot.send_media_group(
                    place.chat_id,
                    media,
                    read_timeout=READ_S,
                    write_timeout=MEDIA_WRITE_S,
                    **_where(place),
                ),
            )

    async def answer_press(self, query_id: str, text: str) -> None:
        """The spinner on the button ends; ``text`` floats by. Too late is no harm."""
        try:
            await self._bot.answer_callback_query(query_id, text=text[:CALLBACK_ANSWER_MAX] or None)
        except TelegramError as error:
            log.info("press_not_answered", error=str(error))

    async def show_busy(self, place: Place) -> None:
        """Show "typing…" for five seconds: something is being done that says nothing yet.

        It is no message, so it takes nobody's turn, and is left out where turns are short.
        """
        if self._limiter.wait_s(place.chat_id, urgency=Urgency.PROGRESS) > 0:
            return
        try:
            await self._bot.send_chat_action(
                place.chat_id, ChatAction.TYPING, message_thread_id=place.thread_id
            )
        except TelegramError as error:
            log.info("busy_not_shown", error=str(error))

    async def _call(self, chat_id: ChatId, call: Callable[[], Awaitable[T]]) -> T:
        try:
            answer = await call()
        except TelegramError as error:
            meaning = meaning_of(error)
            self._calls.labels(type(meaning).__name__).inc()
            if isinstance(meaning, FloodWait):
                self._limiter.pause(chat_id, meaning.after_s)
            raise meaning from error
        self._calls.labels("done").inc()
        return answer


def _where(place: Place) -> dict[str, Any]:
    reply = None
    if place.reply_to is not None:
        reply = ReplyParameters(place.reply_to, allow_sending_without_reply=True)
    return {"message_thread_id": place.thread_id, "reply_parameters": reply}


def _markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    if not keyboard:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(button.label, url=button.url)
                if button.url
                else InlineKeyboardButton(button.label, callback_data=button.data)
                for button in row
            ]
            for row in keyboard
        ]
    )
