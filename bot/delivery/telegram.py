"""The one way to Telegram: every call and its pace.

Knows nothing of jobs. Time-outs are raised above the library's five seconds, which reported
uploads lost that had arrived (docs/telegram.md); nothing here repeats a call that may
have arrived.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

import structlog
from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardMarkup,
    Message,
    StarTransaction,
)
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.delivery.bills import START_WORD, SUBSCRIPTION_S, Bill, billed, pay_button
from bot.delivery.limiter import Limiter
from bot.delivery.meaning import (
    FloodWait,
    NotModified,
    ReplyGone,
    WordsUnreadable,
    meaning_of,
)
from bot.delivery.presentation import Keyboard
from bot.delivery.shaping import bare_words, markup_of, where
from bot.delivery.uploads import Picture, input_media, opened, whole_seconds
from bot.model import ChatId, MessageId, Place, Urgency, UserId
from bot.telemetry import Metrics

P = ParamSpec("P")
T = TypeVar("T")

READ_S = 30.0
MEDIA_WRITE_S = 300.0
CALLBACK_ANSWER_MAX = 200
"""Characters Telegram takes in the answer to a press."""

log = structlog.get_logger(__name__)


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


class TelegramSender:
    """Every call that leaves for Telegram passes here, so that one limiter sees them all."""

    def __init__(self, bot: Bot, limiter: Limiter, metrics: Metrics) -> None:
        self._bot = bot
        self._limiter = limiter
        self._calls = metrics.telegram_calls

    def take_turn(self, chat_id: ChatId, *, urgency: Urgency, cost: int) -> float:
        """0.0: the next send to this chat is counted and may go; else seconds to wait."""
        return self._limiter.take(chat_id, urgency=urgency, cost=cost)

    def end_turn(self, chat_id: ChatId, *, cost: int, sent: int) -> None:
        """The turn is over; ``sent``: how many of its messages arrived, or may have."""
        self._limiter.end(chat_id, cost=cost, sent=sent)

    def remember(self, chat_id: ChatId, *, cost: int, ago_s: float) -> None:
        """A process before this one sent there."""
        self._limiter.record(chat_id, cost=cost, ago_s=ago_s)

    @_in_any_words
    @_replying_or_not
    async def text(self, place: Place, html: str, keyboard: Keyboard) -> Message:
        """A new message. Raises SendError."""
        return await self._words(place, html, markup_of(keyboard))

    @_in_any_words
    @_replying_or_not
    async def question(self, place: Place, html: str) -> Message:
        """A new message that the app of who is answered opens a reply to. Raises SendError."""
        return await self._words(place, html, ForceReply(selective=True))

    async def _words(
        self, place: Place, html: str, markup: InlineKeyboardMarkup | ForceReply | None
    ) -> Message:
        return await self._call(
            place.chat_id,
            lambda: self._bot.send_message(
                place.chat_id,
                html,
                parse_mode="HTML",
                reply_markup=markup,
                disable_web_page_preview=True,
                **where(place),
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
                    reply_markup=markup_of(keyboard),
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
            "reply_markup": markup_of(keyboard),
            "read_timeout": READ_S,
            "write_timeout": MEDIA_WRITE_S,
            **where(place),
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
                        reply_markup=markup_of(keyboard),
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
                    **where(place),
                ),
            )

    @_replying_or_not
    async def invoice(self, place: Place, bill: Bill) -> Message:
        """A new message with Telegram's button to pay. Raises SendError."""
        return await self._call(
            place.chat_id,
            lambda: self._bot.send_invoice(
                place.chat_id,
                **billed(bill),
                start_parameter=START_WORD,
                reply_markup=pay_button(bill),
                **where(place),
            ),
        )

    async def subscription_link(self, chat_id: ChatId, bill: Bill) -> str:
        """The address that opens a subscription; no message, and no turn. Raises SendError."""
        return await self._call(
            chat_id,
            lambda: self._bot.create_invoice_link(
                **billed(bill), subscription_period=SUBSCRIPTION_S
            ),
        )

    async def react(self, chat_id: ChatId, message_id: MessageId, emoji: str) -> None:
        """Put a reaction on somebody's message: no message, and no turn. Raises SendError."""
        await self._call(
            chat_id, lambda: self._bot.set_message_reaction(chat_id, message_id, emoji)
        )

    async def give_back(self, user_id: UserId, charge_id: str) -> None:
        """A payment in Stars, to who paid it; safe to repeat. Raises SendError."""
        await self._call(ChatId(user_id), lambda: self._bot.refund_star_payment(user_id, charge_id))

    async def stop_renewing(self, user_id: UserId, charge_id: str) -> None:
        """A subscription, by its first charge; safe to repeat. Raises SendError."""
        await self._call(
            ChatId(user_id),
            lambda: self._bot.edit_user_star_subscription(user_id, charge_id, is_canceled=True),
        )

    async def star_transactions(self, offset: int, limit: int) -> Sequence[StarTransaction]:
        """What the bot was paid and gave back, the oldest first. Raises SendError."""
        listed = await self._call(
            ChatId(0), lambda: self._bot.get_star_transactions(offset=offset, limit=limit)
        )
        return listed.transactions

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
