"""The chats themselves: who is in them, which topics and messages they hold.

It does not know HTTP, updates or files. A message is replaced by a new dict when it changes, so a
dict once handed out stays as it was.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bot.sandbox import shapes
from bot.sandbox.refusal import Json, Refusal, bad_request

_QUOTE_MAX = 1_024
_ADMINS = {"creator", "administrator"}
_PRESENT = {*_ADMINS, "member", "restricted"}


@dataclass
class Room:
    """One chat. `members` maps user ids to a ChatMember status, the bot's among them."""

    info: Json
    members: dict[int, str]
    topics: dict[int, str] = field(default_factory=dict)
    messages: dict[int, Json] = field(default_factory=dict)
    questions: dict[int, Json] = field(default_factory=dict)
    """Whose app has a reply opened, and to which message."""
    reactions: dict[int, str] = field(default_factory=dict)
    """What the bot put on which message; nobody else reacts here."""
    migrated_to: int | None = None
    last_message_id: int = 0
    lacking: dict[int, frozenset[str]] = field(default_factory=dict)
    """The rights (`can_send_photos`, …) that were taken from restricted members."""
    forbidden: frozenset[str] = frozenset()
    """Those the group gives to nobody but its admins."""

    @property
    def chat_id(self) -> int:
        return int(self.info["id"])

    @property
    def is_private(self) -> bool:
        return bool(self.info["type"] == "private")

    def has(self, user_id: int) -> bool:
        return self.members.get(user_id) in _PRESENT

    def start(self, bot_id: int) -> None:
        """Whoever writes to a bot has started it; raises ValueError when it was blocked."""
        if self.members.get(bot_id) == "kicked":
            raise ValueError(f"{self.chat_id} has to unblock the bot before writing to it")
        self.members[bot_id] = "member"

    def admins(self) -> list[int]:
        return [who for who, status in self.members.items() if status in _ADMINS]

    def lacks(self, user_id: int) -> frozenset[str]:
        """What a member may not do here: what nobody may, and what was taken from them."""
        status = self.members.get(user_id)
        if status in _ADMINS:
            return frozenset()
        own = self.lacking.get(user_id, frozenset()) if status == "restricted" else frozenset()
        return own | self.forbidden

    def change_member(self, user: Json, status: str, lacking: Iterable[str]) -> Json:
        """Who somebody was and who they are from now on, as ChatMemberUpdated tells it."""
        old = self.member(user)
        self.members[user["id"]], self.lacking[user["id"]] = status, frozenset(lacking)
        return {"old_chat_member": old, "new_chat_member": self.member(user)}

    def member(self, user: Json) -> Json:
        """The ChatMember somebody is here."""
        status = self.members.get(user["id"], "left")
        return shapes.member(user, status, lacking=self.lacking.get(user["id"], ()))


def group_room(info: Json, members: Iterable[int], admins: Sequence[int], *, bot_id: int) -> Room:
    """A new group; the first person among its admins is its creator."""
    statuses = dict.fromkeys(members, "member") | dict.fromkeys(admins, "administrator")
    if people := [admin for admin in admins if admin != bot_id]:
        statuses[people[0]] = "creator"
    # A forum's General topic answers to 1, so no topic may be opened by message 1.
    return Room(info, statuses, last_message_id=int(info.get("is_forum", False)))


@dataclass(frozen=True)
class Place:
    """Where in a chat a message goes: after which message, in which topic."""

    reply_to: int | None = None
    thread_id: int | None = None


class Chats:
    """All chats of this Telegram; `tell` hears of every message that appears, changes or goes."""

    def __init__(self, bot: Json, clock: Callable[[], float], tell: Callable[[Json], None]) -> None:
        self._bot = bot
        self._clock = clock
        self._tell = tell
        self.rooms: dict[int, Room] = {}
        self.users: dict[int, Json] = {}

    def open_to_bot(self, chat_id: object) -> Room:
        """The chat the bot wants to do something in; raises Refusal in Telegram's words."""
        if chat_id is None or chat_id == "":
            raise bad_request("chat_id is empty")
        room = self.rooms.get(chat_id) if isinstance(chat_id, int) else None
        if room is None:
            raise bad_request("chat not found")
        if room.migrated_to is not None:
            raise Refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": room.migrated_to},
            )
        status = room.members.get(self._bot["id"], "left")
        if status in _PRESENT:
            return room
        raise Refusal(403, f"Forbidden: {_shut_out(room, status)}")

    def post(
        self, room: Room, origin: Json, content: Json, place: Place = Place()
    ) -> Json:  # frozen
        """Adds a message; `origin` says whose it is (`from`; `sender_chat` for a chat's own)."""
        room.last_message_id += 1
        message: Json = {
            "message_id": room.last_message_id,
            **origin,
            "chat": room.info,
            "date": int(self._clock()),
            **self._placed(room, place),
            **content,
        }
        room.messages[message["message_id"]] = message
        if "from" in origin:  # who writes has answered, or moved on
            room.questions.pop(origin["from"]["id"], None)
        self._tell({"type": "message", "chat_id": room.chat_id, "message": message})
        return message

    def ask(self, room: Room, user_id: int, message_id: int, placeholder: str) -> None:
        """Opens a reply to the message in the app of one person."""
        asked = {"user_id": user_id, "message_id": message_id, "placeholder": placeholder}
        room.questions[user_id] = {"chat_id": room.chat_id, **asked}
        self._tell({"type": "question", **room.questions[user_id]})

    def questions(self) -> list[Json]:
        """Every reply that is opened in somebody's app."""
        return [asked for room in self.rooms.values() for asked in room.questions.values()]

    def react(self, room: Room, message_id: int, emoji: str) -> None:
        """Puts the bot's one reaction on a message; "" takes it away."""
        room.reactions.pop(message_id, None)
        if emoji:
            room.reactions[message_id] = emoji
        told = {"chat_id": room.chat_id, "message_id": message_id, "emoji": emoji}
        self._tell({"type": "reaction", **told})

    def reactions(self) -> list[Json]:
        """Every reaction there is, in the shape of its event."""
        return [
            {"chat_id": room.chat_id, "message_id": message_id, "emoji": emoji}
            for room in self.rooms.values()
            for message_id, emoji in room.reactions.items()
        ]

    def rewrite(self, room: Room, message: Json) -> Json:
        """Puts a changed message in the place of the one with its id."""
        room.messages[message["message_id"]] = message
        self._tell({"type": "edited", "chat_id": room.chat_id, "message": message})
        return message

    def remove(self, room: Room, message_id: int) -> None:
        del room.messages[message_id]
        room.reactions.pop(message_id, None)
        for asked in [each for each in room.questions.values() if each["message_id"] == message_id]:
            del room.questions[asked["user_id"]]
        self._tell({"type": "deleted", "chat_id": room.chat_id, "message_id": message_id})

    def thread_of(self, room: Room, place: Place) -> int | None:
        """The forum topic a message at this place belongs to; raises Refusal if there is none."""
        if place.thread_id is not None:
            if place.thread_id not in room.topics:
                raise bad_request("message thread not found")
            return place.thread_id
        answered = room.messages.get(place.reply_to or 0, {})
        return answered.get("message_thread_id") if answered.get("is_topic_message") else None

    def last_words(self) -> list[str]:
        """The last five messages of every chat, a line each, for who waited in vain."""
        lines = []
        for chat_id, room in self.rooms.items():
            for message in list(room.messages.values())[-5:]:
                who = message["from"]["first_name"] if "from" in message else "channel"
                content = str(content_of(message))
                lines.append(f"{chat_id} #{message['message_id']} {who}: {content:.300}")
        return lines

    def _placed(self, room: Room, place: Place) -> Json:
        placed: Json = {}
        answered = room.messages.get(place.reply_to or 0)
        thread_id = self.thread_of(room, place)
        if answered is not None and thread_id is not None and thread_id != _topic_of(answered):
            # From another topic: Telegram hands it over as from another chat.
            placed["external_reply"] = _told_of(room, answered)
            answered = None
        if thread_id is not None:
            placed |= {"message_thread_id": thread_id, "is_topic_message": True}
            # In a topic, what answers nothing answers the message that opened the topic.
            answered = answered or room.messages.get(thread_id)
        elif answered is not None and room.info["type"] == "supergroup":
            # A chain of replies is a thread too, but not one that can be sent to.
            root = answered.get("message_thread_id", answered["message_id"])
            placed["message_thread_id"] = root
        if answered is not None:
            one_level = {k: v for k, v in answered.items() if k != "reply_to_message"}
            placed["reply_to_message"] = one_level
        return placed


def find(room: Room, message_id: object, missing: str) -> Json:
    """The message with this id; raises Refusal 400 with `missing` as the reason."""
    message = room.messages.get(message_id) if isinstance(message_id, int) else None
    if message is None:
        raise bad_request(missing)
    return message


def content_of(message: Json) -> Json:
    """What of a message goes along when it is forwarded."""
    return {key: message[key] for key in (*shapes.CONTENT, *shapes.MEDIA) if key in message}


def is_addressed(message: Json, bot: Json) -> bool:
    """Whether a bot in privacy mode gets to see this group message.

    Commands at the start for it or for nobody by name, replies to it and service messages
    (core.telegram.org/bots/features#privacy-mode; bare commands always, which is kinder than
    Telegram, where the bot must have spoken last).
    """
    if not content_of(message):
        return True
    if message.get("reply_to_message", {}).get("from", {}).get("id") == bot["id"]:
        return True
    text = message.get("text") or message.get("caption") or ""
    entities: Sequence[Json] = message.get("entities") or message.get("caption_entities") or []
    commands = [e for e in entities if e["type"] == "bot_command" and e["offset"] == 0]
    if not commands:
        return False
    addressee = text[: commands[0]["length"]].partition("@")[2]
    return addressee.lower() in {"", bot["username"].lower()}


def _topic_of(message: Json) -> int | None:
    return message.get("message_thread_id") if message.get("is_topic_message") else None


def from_afar(room: Room, message_id: int) -> Json:
    """What a message carries that replies to one in another chat; raises Refusal if there is none.

    Telegram quotes it by itself there.
    """
    answered = find(room, message_id, "message to be replied not found")
    said = answered.get("text") or answered.get("caption")
    quote = {"quote": {"text": said[:_QUOTE_MAX], "position": 0}} if said else {}
    return {"external_reply": _told_of(room, answered), **quote}


def _told_of(room: Room, message: Json) -> Json:
    """ExternalReplyInfo: what is told of a message replied to from another chat or topic.

    Of one in a basic group not where it stands (core.telegram.org/bots/api#externalreplyinfo).
    """
    origin = {"type": "user", "date": message["date"], "sender_user": message["from"]}
    where = {"chat": room.info, "message_id": message["message_id"]}
    media = {key: message[key] for key in shapes.MEDIA if key in message}
    return {"origin": origin, **(where if room.info["type"] == "supergroup" else {}), **media}


def _shut_out(room: Room, status: str) -> str:
    if room.is_private and status == "left":
        return "bot can't initiate conversation with a user"
    if room.is_private:
        return "bot was blocked by the user"
    kind = room.info["type"]
    if status == "kicked":
        return f"bot was kicked from the {kind} chat"
    return f"bot is not a member of the {kind} chat"
