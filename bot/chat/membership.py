"""What becomes of the bot in a chat: brought in, thrown out, made an admin, rights taken or given.

Knows nothing of commands. Each change is explained in a sentence where it happened, as far as the
bot may still speak there; where it may not, to who did it, in private.
"""

from __future__ import annotations

import dataclasses
from typing import Final

from telegram import Chat, ChatMember, ChatMemberRestricted, ChatMemberUpdated

from bot.chat.access import Doorkeeper
from bot.chat.links import deep_link
from bot.chat.returning import count_untaken, lose_chat, see_chat
from bot.chat.talk import Line, Link, Speaker, Talk, counted, line, open_talk, speaker_from
from bot.chat.welcome import Welcome
from bot.jobs.people import language_for
from bot.jobs.saying import say
from bot.model import ChatId, Millis, Place, Say, Urgency, UserId
from bot.store.port import Transaction

WORDS: Final = "can_send_messages"
MEDIA: Final = ("can_send_photos", "can_send_videos", "can_send_documents")
"""The rights the bot lives on (Bot API, ChatMemberRestricted)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """How the bot stands in a chat."""

    is_in: bool
    is_admin: bool
    lacking: tuple[str, ...]
    """Of the rights it lives on."""

    @property
    def is_mute(self) -> bool:
        return self.is_in and WORDS in self.lacking


def standing_of(member: ChatMember) -> Standing:
    """Read from what Telegram says of the bot; only a restricted member lacks anything."""
    if not isinstance(member, ChatMemberRestricted):
        is_in = member.status not in {ChatMember.LEFT, ChatMember.BANNED}
        is_admin = member.status in {ChatMember.ADMINISTRATOR, ChatMember.OWNER}
        return Standing(is_in, is_admin, ())
    lacking = tuple(right for right in (WORDS, *MEDIA) if not getattr(member, right))
    return Standing(member.is_member, is_admin=False, lacking=lacking)


class Membership:
    """Made once. ``username``: the bot's."""

    def __init__(
        self, door: Doorkeeper, welcome: Welcome, username: str, default_language: str
    ) -> None:
        self._door = door
        self._welcome = welcome
        self._username = username
        self._default_language = default_language

    async def changed(self, tx: Transaction, change: ChatMemberUpdated, *, now: Millis) -> None:
        """Remember whether the chat can be reached, and explain what is different now."""
        if change.chat.type == Chat.CHANNEL:
            return
        old, new = standing_of(change.old_chat_member), standing_of(change.new_chat_member)
        if not new.is_in or new.is_mute:
            await lose_chat(tx, change.chat, now=now)
            if new.is_mute and not old.is_mute:
                await self._tell_in_private(tx, change, now)
        elif change.chat.type == Chat.PRIVATE:
            user_id = UserId(change.from_user.id)
            language = self._default_language
            await see_chat(tx, user_id, change.chat, default_language=language, now=now)
        else:
            await self._explain(await self._open(tx, change, now), old, new)

    async def _explain(self, talk: Talk, old: Standing, new: Standing) -> None:
        """To the group, which can be spoken to."""
        is_new = not old.is_in
        # A group that may not use the bot has no use for its rights; who brings it in hears why.
        asker = talk.speaker.user_id if is_new else UserId(talk.place.chat_id)
        refusal = await self._door.refusal(talk.tx, asker, talk.place.chat_id)
        if refusal is not None:
            if is_new:
                await self._door.turn_away(talk, refusal)
            return
        if is_new:
            await self._door.tell_of_stranger(talk)
        lines = await self._of_rights(talk, old, new)
        if not talk.rules.is_quiet:
            if is_new:
                await self._welcome.hello_group(talk, *self._privacy(new))
            lines = [*_of_admin(old, new, is_new=is_new), *lines]
        if lines:
            await talk.say(*lines, buttons=self._history(lines))

    def _privacy(self, new: Standing) -> list[Line]:
        """Without it, people wonder why nobody answers."""
        return [] if new.is_admin else [line("group.privacy", bot=self._username)]

    async def _of_rights(self, talk: Talk, old: Standing, new: Standing) -> list[Line]:
        if new.lacking and new.lacking != old.lacking:
            return [_lacking(new)]
        if new.lacking or not old.lacking:
            return []
        untaken = await count_untaken(talk.tx, talk.place.chat_id)
        missed = [counted("member.untaken", untaken)] if untaken else []
        return [line("member.rights_back"), *missed]

    def _history(self, lines: list[Line]) -> list[list[Link]]:
        if not any("n" in each for each in lines):
            return []
        return [[Link("button.history_in_private", deep_link(self._username, "history"))]]

    async def _open(self, tx: Transaction, change: ChatMemberUpdated, now: Millis) -> Talk:
        return await open_talk(
            tx,
            _who(change),
            change.chat,
            thread_id=None,
            reply_to=None,
            default_language=self._default_language,
            now=now,
        )

    async def _tell_in_private(
        self, tx: Transaction, change: ChatMemberUpdated, now: Millis
    ) -> None:
        """Who took even the words away, where they have a chat with the bot."""
        user_id = UserId(change.from_user.id)
        chat_id = ChatId(user_id)
        home = await tx.one("chat_get", chat_id=chat_id)
        group = ChatId(change.chat.id)
        is_refused = await self._door.refusal(tx, UserId(group), group) is not None
        if home is None or home["unreachable_at"] is not None or is_refused:
            return
        language = await language_for(tx, user_id, chat_id, default=self._default_language)
        await say(
            tx,
            Say.TEXT,
            Place(chat_id, None, None),
            urgency=Urgency.ANSWER,
            now=now,
            payload={
                "language": language,
                "lines": [line("member.mute", title=change.chat.title or "")],
            },
        )


def _who(change: ChatMemberUpdated) -> Speaker:
    """Who did it; an anonymous admin is the group."""
    if change.from_user.is_bot:
        return Speaker(UserId(change.chat.id), change.chat.title or "", None)
    return speaker_from(change.from_user)


def _of_admin(old: Standing, new: Standing, *, is_new: bool) -> list[Line]:
    if new.is_admin and not old.is_admin:
        return [line("member.promoted")]
    if old.is_admin and not new.is_admin and not is_new:
        return [line("member.demoted")]
    return []


def _lacking(new: Standing) -> Line:
    """Which rights are missing, and what becomes of results: as a file one comes wherever files
    are allowed.
    """
    missing = "_".join(right.removeprefix("can_send_") for right in new.lacking)
    is_none_left = new.lacking == MEDIA
    return line("member.lacks_media" if is_none_left else f"member.lacks_{missing}")
