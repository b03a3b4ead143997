"""What an update means: messages are read and routed to the doing that answers, presses to `presses`.

Knows no prices. Everything happens in the update's own transaction.
"""

from __future__ import annotations

import dataclasses
from typing import assert_never

from telegram import (
    CallbackQuery,
    Chat,
    MaybeInaccessibleMessage,
    Message,
    SuccessfulPayment,
    Update,
)

from bot.chat.access import Access, Doorkeeper, Refusal
from bot.chat.addressed import is_for_us
from bot.chat.deriving import Target
from bot.chat.doings import make_doings
from bot.chat.drafts import note_album_item
from bot.chat.hinting import hint_line, is_answered, line_for_wordless
from bot.chat.making import Making
from bot.chat.membership import Membership
from bot.chat.owners import pressed_as
from bot.chat.parsed import (
    AgainCommand,
    Complaint,
    ImageCommand,
    NotForUs,
    PanCommand,
    Parsed,
    PickCommand,
    PlainCommand,
    UpscaleCommand,
    VaryCommand,
    VideoCommand,
    ZoomCommand,
)
from bot.chat.payments import hear_refund
from bot.chat.pictures import Brought, brought_by, picture_in
from bot.chat.plain import Plain
from bot.chat.presses import Presses
from bot.chat.questions import Question, Questions, is_missed, is_wordless
from bot.chat.reading import Reader
from bot.chat.referring import possible_counts
from bot.chat.replied import buttons_of, replied_to, target_of
from bot.chat.talk import (
    Speaker,
    Talk,
    author_of,
    line,
    open_talk,
    speaker_from,
    speaker_of,
    topic_of,
)
from bot.chat.turning_away import TurningAway
from bot.i18n import I18n
from bot.jobs.accept import Desk
from bot.jobs.buttons import read_press
from bot.jobs.preferences import preferences_of
from bot.model import ChatId, Clock, MessageId, Say
from bot.store.port import Transaction


@dataclasses.dataclass(frozen=True, slots=True)
class PressAnswer:
    """To be said at once: the press's spinner waits for it."""

    query_id: str
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Self:
    """The bot and its operators."""

    bot_id: int
    username: str
    admin_ids: frozenset[int]
    access: Access
    default_language: str


class Handlers:
    """Made once. ``handle`` answers one update."""

    def __init__(
        self,
        me: Self,
        desk: Desk,
        reader: Reader,
        making: Making,
        i18n: I18n,
        *,
        clock: Clock,
    ) -> None:
        self._me = me
        self._clock = clock
        self._desk = desk
        self._i18n = i18n
        self._reader = reader
        self._making = making
        self.door = Doorkeeper(me.access, me.admin_ids, desk.plans.contact)
        doings = make_doings(desk, reader, making, i18n, self.door)
        self._referring = doings.referring
        self._deriving = doings.deriving
        self._bulking = doings.bulking
        self._paying = doings.paying
        self._vouching = doings.vouching
        self._questions = Questions(me.bot_id, me.username, i18n)
        self._plain = Plain(doings, me.admin_ids)
        self._presses = Presses(doings, i18n, me.admin_ids)
        self._membership = Membership(self.door, doings.welcome, me.username, me.default_language)
        self._turning_away = TurningAway(i18n, me.username, self.door)

    async def handle(self, tx: Transaction, update: Update) -> PressAnswer | None:
        if update.message is not None and update.message.successful_payment is not None:
            await self._paid(tx, update.message, update.message.successful_payment)
        elif update.message is not None and update.message.refunded_payment is not None:
            await hear_refund(tx, self._desk.plans, update.message, now=self._clock())
        elif update.message is not None:
            await self._message(tx, update.message)
        elif update.callback_query is not None:
            return await self._press(tx, update.callback_query)
        elif update.my_chat_member is not None:
            await self._membership.changed(tx, update.my_chat_member, now=self._clock())
        return None  # edited messages, channel posts: they start nothing

    # --- messages ---------------------------------------------------------------------------

    async def _message(self, tx: Transaction, message: Message) -> None:
        speaker = speaker_of(message)
        if speaker is not None:
            await self._note_album(tx, speaker, message)
        text = message.text or message.caption
        if speaker is None or message.via_bot is not None:
            return
        question = await self._questions.replied(tx, speaker, message)
        bot_id = self._me.bot_id
        target = await target_of(tx, speaker, message, question=question, bot_id=bot_id)
        if not text:
            await self._wordless(tx, speaker, message, question, target)
            return
        # What is replied to is a picture of theirs, or a result of ours, never both.
        brought = brought_by(message, None if target else replied_to(message))
        if question is not None:
            text = question.answered(text)
            brought = brought if brought.pictures else question.brought
        text, several = self._bulking.read(text, brought, target)
        counts = await possible_counts(tx, ChatId(message.chat.id), brought, target)
        parsed = self._reader.read(
            text,
            is_reply=target is not None,
            pictures=counts,
            preferences=await preferences_of(tx, speaker.user_id),
        )
        is_operators = speaker.user_id in self._me.admin_ids and isinstance(parsed, PlainCommand)
        if not is_operators and not is_for_us(parsed, text, message.chat.type):
            return
        talk = await self._open(tx, speaker, message)
        talk = dataclasses.replace(talk, replied=author_of(message))
        refusal = await self._refusal(talk)
        if refusal is not None and not await self._is_invited(talk, refusal, parsed):
            await self.door.turn_away(talk, refusal)
            return
        if await self._turning_away.command(talk, parsed, message, target):
            return
        if question is not None and is_missed(question, text, parsed):
            await _ask_again(talk, question, target)
        elif not await self._bulking.take(talk, text, several, brought):
            await self._answer(talk, parsed, target, text, brought)

    async def _paid(self, tx: Transaction, message: Message, payment: SuccessfulPayment) -> None:
        """Also of who may do nothing else here any more."""
        speaker = speaker_of(message)
        if speaker is None:
            raise ValueError("nobody has paid")  # kept, and the operator is told
        await self._paying.paid(await self._open(tx, speaker, message), payment)

    async def _wordless(
        self,
        tx: Transaction,
        speaker: Speaker,
        message: Message,
        question: Question | None,
        target: Target | None,
    ) -> None:
        """A picture alone: half an answer to a question of ours, or not yet a wish."""
        if question is not None and is_wordless(question, message):
            await self._ask_words(tx, speaker, message, question, target)
        elif message.chat.type == "private" and picture_in(message) is not None:
            await self._say_what_to_do(tx, speaker, message)

    async def _is_refused(self, talk: Talk) -> bool:
        """Whether the speaker may not; they are told once."""
        refusal = await self._refusal(talk)
        if refusal is not None:
            await self.door.turn_away(talk, refusal)
        return refusal is not None

    async def _is_invited(self, talk: Talk, refusal: Refusal, parsed: Parsed) -> bool:
        """Whether a stranger brings a voucher; it does not let in whom the operator has banned."""
        return refusal.is_of_stranger and await self._vouching.invites(talk, parsed)

    async def _say_what_to_do(self, tx: Transaction, speaker: Speaker, message: Message) -> None:
        brought = brought_by(message, None)
        if not await is_answered(tx, ChatId(message.chat.id), brought):
            return
        talk = await self._open(tx, speaker, message)
        if not await self._is_refused(talk):
            await talk.say(line_for_wordless(brought))

    async def _ask_words(
        self,
        tx: Transaction,
        speaker: Speaker,
        message: Message,
        question: Question,
        target: Target | None,
    ) -> None:
        """The answer was a picture alone: it is kept, and words are asked for."""
        talk = await self._open(tx, speaker, message)
        if await self._is_refused(talk):
            return
        brought = brought_by(message, None)
        if (flaw := next((each.flaw for each in brought.pictures), None)) is not None:
            await talk.say(line(f"picture.{flaw}"))
            return
        await talk.ask(
            line("ask.words_too"),
            then=question.line,
            about=target.job.job_id if target else None,
            tile=target.tile if target else None,
            brought=brought,
        )

    async def _note_album(self, tx: Transaction, speaker: Speaker, message: Message) -> None:
        """Items of albums come before their command or after; only of who may give one."""
        album, item = message.media_group_id, picture_in(message)
        if album is None or item is None:
            return
        chat_id = ChatId(message.chat.id)
        if await self.door.refusal(tx, speaker.user_id, chat_id) is None:
            await note_album_item(tx, chat_id, album, item, now=self._clock())

    async def _answer(
        self, talk: Talk, parsed: Parsed, target: Target | None, text: str, brought: Brought
    ) -> None:
        match parsed:
            case ImageCommand() | VideoCommand():
                await self._referring.make(talk, parsed, text=text, brought=brought, target=target)
            case UpscaleCommand() if target is None and brought.pictures:
                await self._referring.enlarge(talk, parsed, text=text, brought=brought)
            case VaryCommand() | UpscaleCommand() | PanCommand() | ZoomCommand():
                await self._deriving.command(talk, target, parsed)
            case AgainCommand() if target is not None:
                await self._making.again(talk, target.job)
            case AgainCommand():
                pass  # it is read only in reply to something of ours
            case PickCommand():
                await self._pick(talk, target, parsed.tile)
            case PlainCommand():
                await self._plain.answer(talk, parsed, target)
            case Complaint():
                await self._complain(talk, parsed, brought)
            case NotForUs():
                await talk.say(await hint_line(talk, text, brought, target))
            case _:
                assert_never(parsed)

    async def _complain(self, talk: Talk, complaint: Complaint, brought: Brought) -> None:
        if talk.rules.is_quiet and complaint.is_of_command and complaint.corrected is None:
            return
        if brought.flaw is not None and not complaint.is_of_command:
            await talk.say(line(f"picture.{brought.flaw}"))  # no line would mend that
        else:
            await self._reader.complain(talk, complaint)

    async def _pick(self, talk: Talk, target: Target | None, tile: int) -> None:
        if target is None:
            return
        rows = await talk.tx.all("assets_of_job", job_id=target.job.job_id)
        tiles = {row["tile"] for row in rows if row["tile"] > 0}
        if not tiles:
            await talk.say(line("derive.not_ready", code=target.job.job_id))
        elif tile not in tiles:
            await talk.say(line("derive.no_such_tile", tile=tile, count=len(tiles)))
        else:
            await talk.show(Say.PICK, target.job.job_id, tile)

    # --- presses ----------------------------------------------------------------------------

    async def _press(self, tx: Transaction, query: CallbackQuery) -> PressAnswer | None:
        message = query.message
        press = read_press(query.data or "")
        if message is None or press is None or query.from_user.is_bot or _is_channel(message.chat):
            return PressAnswer(query.id, "")
        talk = await self._open(tx, speaker_from(query.from_user), message)
        if (refusal := await self._refusal(talk)) is not None:
            tongue = self._i18n.tongue(talk.language)
            return PressAnswer(query.id, self.door.toast(tongue, refusal))
        if (turned := await self._turning_away.press(talk, press, message)) is not None:
            return PressAnswer(query.id, turned)
        pressed = dataclasses.replace(
            await pressed_as(talk, press),
            press=press,
            pressed_id=MessageId(message.message_id),
            is_shown=query.data in buttons_of(message),
        )
        return PressAnswer(query.id, await self._presses.answer(pressed, press))

    # --- both -------------------------------------------------------------------------------

    async def _open(
        self,
        tx: Transaction,
        speaker: Speaker,
        message: MaybeInaccessibleMessage,
    ) -> Talk:
        return await open_talk(
            tx,
            speaker,
            message.chat,
            # An old message comes as a stub that has lost its topic.
            thread_id=topic_of(message) if isinstance(message, Message) else None,
            reply_to=message.message_id,
            default_language=self._me.default_language,
            now=self._clock(),
        )

    async def _refusal(self, talk: Talk) -> Refusal | None:
        return await self.door.refusal(talk.tx, talk.speaker.user_id, talk.place.chat_id)


async def _ask_again(talk: Talk, question: Question, target: Target | None) -> None:
    await talk.ask(
        line("zoom.custom_again"),
        then=question.line,
        about=target.job.job_id if target else None,
        tile=target.tile if target else None,
    )


def _is_channel(chat: Chat) -> bool:
    """Nobody talks with the bot there, and it is no group."""
    return chat.type == Chat.CHANNEL
