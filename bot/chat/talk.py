"""One update's conversation: who speaks, where, in which language, and what is answered.

Knows nothing of commands. Everything said goes into the outbox in the update's transaction.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any

from telegram import Chat, Message, MessageOriginUser, User

from bot.chat.pictures import Brought
from bot.chat.returning import see_chat
from bot.i18n import Named
from bot.jobs.buttons import Press
from bot.jobs.migration import home_of, place_now
from bot.jobs.people import language_for
from bot.jobs.rules import GroupRules, is_group_admin, rules_of
from bot.jobs.saying import rare_key, say
from bot.model import ChatId, JobId, MessageId, Millis, Place, Say, Urgency, UserId
from bot.store.port import Transaction

Line = dict[str, Any]
"""A sentence by key: `{"key": …, "values": {…}}`, with `"n"` for a counted one."""


def line(key: str, /, **values: Any) -> Line:
    return {"key": key, "values": values}


def counted(key: str, n: int, /, **values: Any) -> Line:
    return {"key": key, "n": n, "values": values}


def shortened(words: str, most: int) -> str:
    """What somebody wrote, in at most so many characters."""
    return words if len(words) <= most else words[: most - 1] + "…"


def apart(sentence: Line) -> Line:
    """With an empty line before it."""
    return {**sentence, "is_apart": True}


@dataclasses.dataclass(frozen=True, slots=True)
class Label:
    """A button under an answer: the catalogue key of its words, and its meaning."""

    key: str
    press: Press
    word: Named = ""
    """Fills `{word}` in the label: a code, a number, a plan."""
    is_chosen: bool = False
    """It is how things stand already: the label is ticked."""
    is_priced: bool = False
    """What the press is said to cost stands behind the words, where it costs something."""
    amount_vnd: int | None = None
    """Fills `{amount}` in the label: money, as the reader writes it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Link:
    """A button that opens an address."""

    key: str
    url: str


@dataclasses.dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks: a person, or a chat acting as itself (an anonymous admin)."""

    user_id: UserId
    first_name: str
    language_code: str | None
    username: str | None = None


def speaker_of(message: Message) -> Speaker | None:
    """None: a bot, a channel, or nobody we could answer."""
    sender_chat = message.sender_chat
    if sender_chat is not None:
        if sender_chat.id != message.chat.id:
            return None  # a channel's post passed on into the group
        return Speaker(UserId(sender_chat.id), sender_chat.title or "", None)
    if message.from_user is None or message.from_user.is_bot:
        return None
    return speaker_from(message.from_user)


def author_of(message: Message) -> Speaker | None:
    """The person whose message is replied to; None: nobody's, a bot's or a chat's."""
    replied, afar = message.reply_to_message, message.external_reply
    if afar is not None:  # the plain field then names the message that opened the topic
        user = afar.origin.sender_user if isinstance(afar.origin, MessageOriginUser) else None
    elif replied is None or replied.forum_topic_created is not None:
        return None  # in a topic, what replies to nobody "replies" to its opening
    else:
        user = None if replied.sender_chat is not None else replied.from_user
    return None if user is None or user.is_bot else speaker_from(user)


def speaker_from(user: User) -> Speaker:
    return Speaker(UserId(user.id), user.first_name, user.language_code, user.username)


@dataclasses.dataclass(frozen=True, slots=True)
class Talk:
    """What a handler needs to answer."""

    tx: Transaction
    speaker: Speaker
    place: Place
    """Where the answer goes: the chat, its topic, in reply to what was said or pressed."""
    is_private: bool
    language: str
    now: Millis
    rules: GroupRules = dataclasses.field(default_factory=GroupRules)
    """The group's; the defaults in a private chat."""
    is_group_admin: bool = False
    """The speaker is an admin of the group, as far as Telegram has been asked."""
    replied: Speaker | None = None
    """Who wrote the message that is replied to, where that is a person."""
    is_forum: bool = False
    """The group has topics."""
    press: Press | None = None
    """The button that was pressed; None: words were said."""
    pressed_id: MessageId | None = None
    """The message it stands under."""
    is_shown: bool = False
    """The message shows that button as it stands now: nobody made it up."""

    def is_own(self, owner_id: UserId) -> bool:
        """Whether it is the speaker's; what an anonymous admin asked for is any admin's."""
        is_of_group = owner_id == UserId(self.place.chat_id) and self.is_group_admin
        return is_of_group or owner_id == self.speaker.user_id

    @property
    def page_id(self) -> MessageId | None:
        """The message whose button was pressed, where it may be turned into a page.

        Somebody's made up press turns nobody's; nor is one of before its group moved, which nobody
        can change any more.
        """
        return self.pressed_id if self.is_shown and (self.pressed_id or 0) > 0 else None

    def in_language(self, language: str) -> Talk:
        return dataclasses.replace(self, language=language)

    async def say(
        self,
        *lines: Line,
        buttons: Sequence[Sequence[Label | Link]] = (),
        about: JobId | None = None,
    ) -> None:
        """Answer with these sentences, one under the other.

        ``about``: the result it speaks of, so that a reply to the answer or a press on it acts
        on that.
        """
        await self._put({"lines": list(lines), "buttons": written(buttons)}, about)

    async def say_rarely(
        self,
        name: str,
        *lines: Line,
        pause_ms: Millis,
        buttons: Sequence[Sequence[Label | Link]] = (),
    ) -> None:
        """Like ``say``; silence when ``name`` was said less than ``pause_ms`` ago."""
        key = await rare_key(self.tx, name, pause_ms=pause_ms, now=self.now)
        if key is not None:
            await self._put({"lines": list(lines), "buttons": written(buttons)}, None, key=key)

    async def turn(self, *lines: Line, buttons: Sequence[Sequence[Label | Link]] = ()) -> None:
        """Like ``say``, in place of the message whose button was pressed: a page is turned."""
        await self._put(self._in_place(lines, buttons), None)

    async def welcome(self, *lines: Line, buttons: Sequence[Sequence[Label | Link]]) -> None:
        """Like ``turn``, under the picture that shows what can be made."""
        await self._put(self._in_place(lines, buttons), None, what=Say.WELCOME)

    def _in_place(
        self, lines: Sequence[Line], buttons: Sequence[Sequence[Label | Link]]
    ) -> dict[str, Any]:
        return {"lines": list(lines), "buttons": written(buttons), "edits": self.page_id}

    async def ask(
        self,
        *lines: Line,
        then: str,
        about: JobId | None = None,
        tile: int | None = None,
        brought: Brought | None = None,
    ) -> None:
        """Ask for words: the reply, put into the gap `{}` of ``then``, is read as a command.

        ``about``, ``tile``: what that command acts on; ``brought``: pictures that go with it, for
        which words are asked once.
        """
        question: dict[str, Any] = {
            "user_id": self.speaker.user_id,
            "first_name": self.speaker.first_name,
            "line": then,
        }
        key = None
        if brought is not None:
            album = brought.media_group_id
            question["pictures"] = json.dumps([each.to_json() for each in brought.pictures])
            question["media_group_id"] = album
            key = f"words:{self.place.chat_id}:{album}" if album else None
        await self._put({"lines": list(lines), "question": question}, about, tile, key=key)

    async def _put(
        self,
        payload: Mapping[str, Any],
        about: JobId | None,
        tile: int | None = None,
        *,
        what: Say = Say.TEXT,
        key: str | None = None,
    ) -> None:
        await say(
            self.tx,
            what,
            self.place,
            urgency=Urgency.ANSWER,
            now=self.now,
            job_id=about,
            tile=tile,
            payload={"language": self.language, **payload},
            key=key,
        )

    async def show(self, what: Say, job_id: JobId, tile: int | None, **payload: Any) -> None:
        """Answer with something of a finished job, in the language and form of who asked for it."""
        await say(
            self.tx,
            what,
            self.place,
            urgency=Urgency.RESULT,
            now=self.now,
            job_id=job_id,
            tile=tile,
            payload={"language": self.language, "user_id": self.speaker.user_id, **payload},
        )


def written(buttons: Sequence[Sequence[Label | Link]]) -> list[list[dict[str, Any]]]:
    """As they stand in an outbox row."""
    return [[_button(button) for button in row] for row in buttons]


def _button(button: Label | Link) -> dict[str, Any]:
    if isinstance(button, Link):
        return {"key": button.key, "url": button.url}
    written: dict[str, Any] = {"key": button.key, "word": button.word, "data": button.press.data()}
    if button.is_priced and button.press.said_vnd:
        written["cost_vnd"] = button.press.said_vnd
    if button.amount_vnd is not None:
        written["amount_vnd"] = button.amount_vnd
    return {**written, "is_chosen": True} if button.is_chosen else written


async def open_talk(
    tx: Transaction,
    speaker: Speaker,
    chat: Chat,
    *,
    thread_id: int | None,
    reply_to: int | None,
    default_language: str,
    now: Millis,
) -> Talk:
    """Remember who and where, and find the language to answer in."""
    await remember(tx, speaker, now=now)
    is_private = chat.type == Chat.PRIVATE
    await see_chat(tx, speaker.user_id, chat, default_language=default_language, now=now)
    chat_id = ChatId(chat.id)
    return Talk(
        tx=tx,
        speaker=speaker,
        place=Place(chat_id, thread_id, None if reply_to is None else MessageId(reply_to)),
        is_private=is_private,
        language=await language_for(tx, speaker.user_id, chat_id, default=default_language),
        now=now,
        rules=await rules_of(tx, chat_id),
        is_group_admin=await is_group_admin(tx, chat_id, speaker.user_id),
        is_forum=bool(chat.is_forum),
    )


async def remember(tx: Transaction, speaker: Speaker, *, now: Millis) -> None:
    """Who that is, as Telegram names them now; what they chose is kept."""
    await tx.run(
        "user_seen",
        user_id=speaker.user_id,
        first_name=speaker.first_name,
        username=speaker.username.lower() if speaker.username else None,
        language_code=speaker.language_code,
        now=now,
    )


async def reopen_talk(
    tx: Transaction, user_id: UserId, place: Place, *, default_language: str, now: Millis
) -> Talk:
    """The same conversation later on, when what was asked for can be answered.

    Its group may have moved since ``place`` was read, and the group may be who asked.
    """
    place, user_id = await place_now(tx, place), UserId(await home_of(tx, user_id))
    user = await tx.one("user_get", user_id=user_id)
    chat = await tx.one("chat_get", chat_id=place.chat_id)
    assert user is not None
    assert chat is not None
    return Talk(
        tx=tx,
        speaker=Speaker(user_id, user["first_name"], user["language_code"], user["username"]),
        place=place,
        is_private=chat["kind"] == "private",
        language=await language_for(tx, user_id, place.chat_id, default=default_language),
        now=now,
        rules=await rules_of(tx, place.chat_id),
        is_group_admin=await is_group_admin(tx, place.chat_id, user_id),
    )


def topic_of(message: Message) -> int | None:
    """The forum topic a message stands in; the General topic and plain groups have none."""
    return message.message_thread_id if message.is_topic_message else None
