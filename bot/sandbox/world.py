"""The world around the bot: its people, their chats, what they do and what the bot answered.

It does not know HTTP (see `botapi`) nor how anything is drawn. Messages are plain dicts in the
shape of the Bot API's Message; one handed out never changes, an edit makes a new one.
"""

import itertools
import random
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from bot.sandbox import callbacks, entities, shapes
from bot.sandbox.calls import Call, settle
from bot.sandbox.chats import (
    Chats,
    Place,
    Room,
    content_of,
    find,
    from_afar,
    group_room,
    is_addressed,
)
from bot.sandbox.files import Files, own_folder
from bot.sandbox.limits import Limits, Pace
from bot.sandbox.profile import Profile, scopes_for
from bot.sandbox.refusal import Json, Refusal
from bot.sandbox.standing import Standing
from bot.sandbox.till import Till
from bot.sandbox.trouble import Trouble
from bot.sandbox.updates import Updates
from bot.sandbox.watch import Subscription, Watch
from bot.sandbox.weather import Held

T = TypeVar("T")


class World:
    """Telegram as one bot meets it.

    `clock` gives seconds since the epoch; `check_call(method, parameters)` may raise to refuse a
    call; uploads are kept in `folder`, or in one of its own that goes with the world; `speed` is how
    many times faster than the real one it tries a webhook again.
    """

    def __init__(
        self,
        *,
        token: str,
        username: str = "easel_bot",
        clock: Callable[[], float] = time.time,
        limits: Limits | None = None,
        check_call: Callable[[str, dict[str, Any]], None] | None = None,
        privacy_mode: bool = True,
        folder: Path | None = None,
        speed: Callable[[], float] = lambda: 1.0,
    ) -> None:
        self.token = token
        self.clock = clock
        self.limits = limits or Limits()
        self.check_call = check_call
        self.privacy_mode = privacy_mode
        self.bot: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Easel",
            "username": username,
            "can_join_groups": True,
            "can_read_all_group_messages": not privacy_mode,
            "supports_inline_queries": False,
        }
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.updates = Updates(clock, speed)
        self.trouble = Trouble()
        self.profile = Profile()
        self.pace = Pace(self.limits, clock)
        self.watch = Watch()
        self.chats = Chats(self.bot, clock, self.watch.tell)
        self.presses = callbacks.Presses(clock)
        self.files = Files(folder or own_folder(self), self.limits)
        self.till = Till(self.bot, self.chats, self.updates, self.watch, self.pace, self.deliver)
        # What people do with Stars; `till` says how.
        self.pay, self.pay_link, self.renew = self.till.pay, self.till.pay_link, self.till.renew
        self.checkout, self.refund_elsewhere = self.till.checkout, self.till.refund_elsewhere
        self.stars_of, self.charges = self.till.stars_of, self.till.charges
        self.standing = Standing(self.bot, self.chats, clock, self._queue)
        # What people do with the bot in their chats; `standing` says how.
        self.block_bot, self.unblock_bot = self.standing.block_bot, self.standing.unblock_bot
        self.remove_bot, self.add_bot = self.standing.remove_bot, self.standing.add_bot
        self.forbid, self.restrict_bot = self.standing.forbid, self.standing.restrict_bot
        # Beyond 32 bits, as people's ids are by now.
        self._user_ids = itertools.count(7_000_000_001)

    # Who is there. Setting the scene makes no updates: it was so before the bot looked.

    def add_user(
        self,
        first_name: str,
        *,
        language_code: str | None = "vi",
        username: str | None = None,
        user_id: int | None = None,
        has_started: bool = True,
        stars: int = 50_000,
    ) -> Json:
        """A person; their private chat has their id. Before Start the bot cannot write there."""
        user_id = user_id or next(self._user_ids)
        user: Json = {"id": user_id, "is_bot": False, "first_name": first_name}
        named = {"username": username, "language_code": language_code}
        user |= {key: value for key, value in named.items() if value}
        self.chats.users[user_id], self.till.stars.of[user_id] = user, stars
        members = {user_id: "member", self.bot["id"]: "member" if has_started else "left"}
        self.chats.rooms[user_id] = Room(shapes.private_chat(user), members)
        return user

    def add_group(
        self,
        title: str,
        members: Iterable[int],
        *,
        admins: Sequence[int] = (),
        is_forum: bool = False,
        chat_id: int | None = None,
    ) -> Json:
        """A supergroup with the bot in it; the first person among the admins is its creator.

        A `chat_id` of the basic groups' range (above -10**12) makes a basic group. The bot's own
        id among `admins` makes it one, and then it reads everything.
        """
        chat_id = chat_id or -random.randrange(1_000_000_000_000, 1_003_000_000_000)
        info = shapes.group(chat_id, title, is_forum=is_forum)
        everybody = (*members, self.bot["id"])
        self.chats.rooms[chat_id] = group_room(info, everybody, admins, bot_id=self.bot["id"])
        return info

    def add_topic(self, chat_id: int, name: str) -> int:
        """A topic of a forum; answers its message_thread_id, the id of its opening message."""
        room = self._room(chat_id)
        creator = self.chats.users[next(who for who in room.members if who != self.bot["id"])]
        room.topics[room.last_message_id + 1] = name
        place = Place(thread_id=room.last_message_id + 1)
        opened = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        message = self.chats.post(room, {"from": shapes.sender(creator)}, opened, place)
        return int(message["message_id"])

    # What people do. Each makes the updates the bot should see.

    def send_text(
        self,
        user_id: int,
        chat_id: int,
        text: str,
        *,
        reply_to: int | None = None,
        reply_chat: int | None = None,
        thread_id: int | None = None,
        as_chat: bool = False,
    ) -> Json:
        """A person writes; `as_chat` = as an anonymous admin. Commands get their entities.

        `reply_chat`: where `reply_to` stands, if elsewhere.
        """
        room = self._room_of(user_id, chat_id)
        content = entities.typed("text", entities.trim(text, [])[0])
        origin = self._origin(user_id, room, as_chat=as_chat)
        if reply_to is not None and reply_chat not in {None, chat_id}:
            content, reply_to = content | from_afar(self._room(reply_chat or 0), reply_to), None
        message = self.chats.post(room, origin, content, self._place(room, reply_to, thread_id))
        return self.deliver("message", room, message)

    def send_files(
        self,
        user_id: int,
        chat_id: int,
        files: Sequence[tuple[str, bytes]],
        *,
        caption: str | None = None,
        reply_to: int | None = None,
        thread_id: int | None = None,
        as_chat: bool = False,
        as_document: bool = False,
    ) -> list[Json]:
        """A person sends files, several as an album whose first item carries the caption.

        What a file is its first bytes say, unless `as_document`.
        """
        room = self._room_of(user_id, chat_id)
        place = self._place(room, reply_to, thread_id)
        album = {"media_group_id": str(secrets.randbits(53))} if len(files) > 1 else {}
        words = entities.typed("caption", caption) if caption else {}
        sent = []
        for name, data in files:
            media = self.files.receive(name, data, as_document=as_document)
            content = {**album, **media.content(), **words}
            words = {}
            origin = self._origin(user_id, room, as_chat=as_chat)
            sent.append(self.chats.post(room, origin, content, place))
        return [self.deliver("message", room, message) for message in sent]

    def forward(self, user_id: int, from_chat_id: int, message_id: int, to_chat_id: int) -> Json:
        room = self._room_of(user_id, to_chat_id)
        original = self.message(from_chat_id, message_id)
        source = {"type": "user", "sender_user": original["from"]}
        if "sender_chat" in original:
            source = {"type": "chat", "sender_chat": original["sender_chat"]}
        origin = {"forward_origin": {**source, "date": original["date"]}}
        content = {**origin, **content_of(original)}
        message = self.chats.post(room, self._origin(user_id, room), content)
        return self.deliver("message", room, message)

    def edit_text(self, user_id: int, chat_id: int, message_id: int, text: str) -> Json:
        """A person edits a text or a caption of their own."""
        room = self._room_of(user_id, chat_id)
        message = self.message(chat_id, message_id)
        key = "text" if "text" in message else "caption"
        changed = {**message, "edit_date": int(self.clock())}
        changed.pop(entities.SPANS[key], None)
        changed |= entities.typed(key, text)
        return self.deliver("edited_message", room, self.chats.rewrite(room, changed))

    def press(
        self,
        user_id: int,
        chat_id: int,
        message_id: int,
        data: str,
        *,
        forged: bool = False,
    ) -> str:
        """A person presses a button; answers the callback query's id.

        Raises ValueError when the message has no such button, unless `forged`: then anything goes,
        also on a message that is gone.
        """
        room = self._room(chat_id)
        message = room.messages.get(message_id, {"chat": room.info, "message_id": message_id})
        if not forged and data not in callbacks.offered(message):
            raise ValueError(f"message {message_id} in {chat_id} has no button {data!r}")
        press_id = self.presses.add(user_id, chat_id, message_id)
        if room.has(self.bot["id"]):  # also of a group that goes on elsewhere
            presser = shapes.sender(self.chats.users[user_id])
            self._queue("callback_query", callbacks.query(press_id, presser, message, data))
        return press_id

    def delete_message(self, chat_id: int, message_id: int) -> None:
        """A person deletes a message; Telegram tells bots nothing of it."""
        self.message(chat_id, message_id)
        self.chats.remove(self._room(chat_id), message_id)

    # What happened.

    def chat(self, chat_id: int) -> Json:
        return self._room(chat_id).info

    def chats_of(self, user_id: int) -> list[Json]:
        rooms = self.chats.rooms.values()
        return [room.info for room in rooms if room.has(user_id) and room.migrated_to is None]

    def admins_of(self, chat_id: int) -> list[int]:
        """The people (and the bot) who may set up a group; nobody in a private chat."""
        room = self._room(chat_id)
        return [] if room.is_private else room.admins()

    def users(self) -> list[Json]:
        return list(self.chats.users.values())

    def messages(self, chat_id: int) -> list[Json]:
        """The live messages of a chat, oldest first."""
        return list(self._room(chat_id).messages.values())

    def message(self, chat_id: int, message_id: int) -> Json:
        """Raises KeyError when it does not exist or was deleted."""
        return self._room(chat_id).messages[message_id]

    def commands_for(self, chat_id: int, language_code: str, user_id: int = 0) -> list[Json]:
        """The menu behind "/" here, as setMyCommands set it; without a person: any member's."""
        is_admin = user_id in self._room(chat_id).admins()
        return self.profile.shown(scopes_for(chat_id, user_id, is_admin=is_admin), language_code)

    def file_bytes(self, file_id: str) -> bytes:
        return self.file_path(file_id).read_bytes()

    def file_path(self, file_id: str) -> Path:
        return self.files.path_of(file_id)

    def subscribe(self) -> Subscription:
        """Every event from now on; `close()` it when done."""
        return self.watch.subscribe()

    async def wait_for(self, predicate: Callable[["World"], T | None], timeout_s: float = 120) -> T:
        """The first truthy answer of `predicate`, asked again after everything that happens.

        Raises TimeoutError telling what was last said in each chat.
        """
        try:
            return await self.watch.until(lambda: predicate(self), timeout_s)
        except TimeoutError:
            calls = [f"{call.method} {call.description or call.ok}" for call in self.calls[-8:]]
            heard = [*self.chats.last_words(), "last calls: " + ", ".join(calls)]
            raise TimeoutError("\n".join([f"waited {timeout_s} s in vain", *heard])) from None

    # The weather.

    def fail_next(
        self,
        method: str,
        *,
        status: int,
        description: str,
        parameters: Json | None = None,
        times: int = 1,
    ) -> None:
        """The next calls of this method are refused so, and take no effect."""
        self.trouble.fail(method, Refusal(status, description, parameters), times)

    def lose_answer_of_next(self, method: str, times: int = 1) -> None:
        """The next calls take effect, and the connection breaks instead of answering."""
        self.trouble.lose(method, times)

    def hold_next(self, method: str) -> Held:
        """The next call arrives and takes no effect until released."""
        return self.trouble.hold(method)

    # For the Bot API.

    def record(self, call: Call) -> None:
        self.calls.append(call)
        self.watch.stir()

    def settle(self, call: Call, refusal: Refusal | None) -> None:
        """Writes how a recorded call ended, in its place."""
        settle(self.calls, call, refusal)
        self.watch.stir()

    def _room(self, chat_id: int) -> Room:
        return self.chats.rooms[chat_id]

    def _room_of(self, user_id: int, chat_id: int) -> Room:
        room = self._room(chat_id)
        if not room.has(user_id):
            raise ValueError(f"user {user_id} is not in chat {chat_id}")
        if room.migrated_to is not None:
            raise ValueError(f"chat {chat_id} goes on as {room.migrated_to}")
        if room.is_private:
            room.start(self.bot["id"])
        return room

    def _origin(self, user_id: int, room: Room, *, as_chat: bool = False) -> Json:
        if as_chat:
            return {"from": shapes.ANONYMOUS_ADMIN, "sender_chat": room.info}
        return {"from": shapes.sender(self.chats.users[user_id])}

    def _place(self, room: Room, reply_to: int | None, thread_id: int | None) -> Place:
        if reply_to is not None:
            find(room, reply_to, "message to be replied not found")
        return Place(reply_to, thread_id)

    def _bot_hears(self, room: Room) -> bool:
        return room.has(self.bot["id"]) and room.migrated_to is None

    def deliver(self, kind: str, room: Room, message: Json) -> Json:
        """What was written becomes an update, if the bot gets to see it; answers it."""
        is_admin = self.bot["id"] in room.admins()
        sees_all = room.is_private or not self.privacy_mode or is_admin
        if self._bot_hears(room) and (sees_all or is_addressed(message, self.bot)):
            self._queue(kind, message)
        return message

    def _queue(self, kind: str, body: Json) -> None:
        self.updates.add(kind, body)
        self.watch.stir()
