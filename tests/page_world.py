"""A small world of chats for the page's tests; it behaves like the sandbox's own, without its rules.

It knows nothing of the Bot API's limits, of privacy mode or of updates.
"""

import asyncio
import io
import itertools
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

Json = dict[str, Any]
BOT: Json = {"id": 7000, "is_bot": True, "first_name": "Easel", "username": "easel_bot"}


class Listener:
    """One who hears every event from now on, until it is closed."""

    def __init__(self, others: "set[Listener]") -> None:
        self.gone = asyncio.Event()
        self._others = others
        self._heard: asyncio.Queue[Json] = asyncio.Queue()

    def hear(self, event: Json) -> None:
        self._heard.put_nowait(event)

    def close(self) -> None:
        self._others.discard(self)
        self.gone.set()

    def __aiter__(self) -> AsyncIterator[Json]:
        return self

    async def __anext__(self) -> Json:
        return await self._heard.get()


class FakeWorld:
    """Chats in memory, files in a folder; messages are Bot API JSON."""

    def __init__(self, folder: Path, *, now: int = 1_790_000_000) -> None:
        self.bot = BOT
        self.pressed: list[tuple[int, int, int, str]] = []
        self.menu = [
            {"command": "img", "description": "Vẽ ảnh từ mô tả"},
            {"command": "video", "description": "Làm video từ mô tả"},
            {"command": "vary", "description": "Biến thể của một kết quả"},
            {"command": "quota", "description": "Gói và số dư của bạn"},
            {"command": "help", "description": "Trợ giúp và ví dụ"},
        ]
        self._folder = folder
        self._users: dict[int, Json] = {}
        self._chats: dict[int, Json] = {}
        self._members: dict[int, set[int]] = {}
        self._messages: dict[int, dict[int, Json]] = {}
        self._numbers = itertools.count(1)
        self._now = now
        self._listeners: set[Listener] = set()

    # ---- the page's side ------------------------------------------------

    def users(self) -> list[Json]:
        return list(self._users.values())

    def chats_of(self, user_id: int) -> list[Json]:
        return [self._chats[chat] for chat, members in self._members.items() if user_id in members]

    def messages(self, chat_id: int) -> list[Json]:
        return list(self._messages[chat_id].values())

    def send_text(
        self,
        user_id: int,
        chat_id: int,
        text: str,
        *,
        reply_to: int | None = None,
        thread_id: int | None = None,
    ) -> Json:
        entities = [
            {"type": "bot_command", "offset": 0, "length": len(found[0])}
            for found in [re.match(r"/\w+(@\w+)?", text)]
            if found
        ]
        return self.say(
            self._users[user_id],
            chat_id,
            reply_to=reply_to,
            thread_id=thread_id,
            text=text,
            **({"entities": entities} if entities else {}),
        )

    def send_files(
        self,
        user_id: int,
        chat_id: int,
        files: Sequence[tuple[str, bytes]],
        *,
        caption: str | None = None,
        reply_to: int | None = None,
        thread_id: int | None = None,
        as_document: bool = False,
    ) -> list[Json]:
        album = {"media_group_id": f"g{next(self._numbers)}"} if len(files) > 1 else {}
        return [
            self.say(
                self._users[user_id],
                chat_id,
                reply_to=reply_to,
                thread_id=thread_id,
                **album,
                **({"caption": caption} if caption and number == 0 else {}),
                **(self.document(name, content) if as_document else self.photo(content)),
            )
            for number, (name, content) in enumerate(files)
        ]

    def edit_text(self, user_id: int, chat_id: int, message_id: int, text: str) -> Json:
        return self.edit(chat_id, message_id, text=text, edit_date=self._now)

    def press(self, user_id: int, chat_id: int, message_id: int, data: str) -> str:
        rows = self._messages[chat_id][message_id]["reply_markup"]["inline_keyboard"]
        if data not in {button["callback_data"] for row in rows for button in row}:
            raise ValueError("The message has no such button.")
        self.pressed.append((user_id, chat_id, message_id, data))
        return f"query-{len(self.pressed)}"

    def file_path(self, file_id: str) -> Path:
        path = self._folder / file_id
        if "/" in file_id or not path.is_file():
            raise KeyError(file_id)
        return path

    def commands_for(self, chat_id: int, language_code: str) -> list[Json]:
        return self.menu

    def subscribe(self) -> "Listener":
        listener = Listener(self._listeners)
        self._listeners.add(listener)
        return listener

    # ---- the rest of the world ------------------------------------------

    def add_user(self, user_id: int, first_name: str, language_code: str) -> int:
        self._users[user_id] = {
            "id": user_id,
            "is_bot": False,
            "first_name": first_name,
            "language_code": language_code,
        }
        return self._open({"id": user_id, "type": "private", "first_name": first_name}, {user_id})

    def add_group(self, chat_id: int, title: str, members: set[int]) -> int:
        return self._open(
            {"id": chat_id, "type": "supergroup", "title": title, "is_forum": True}, members
        )

    def add_topic(self, chat_id: int, name: str) -> int:
        topic = {"name": name, "icon_color": 7322096}
        made = self.say(next(iter(self._users.values())), chat_id, forum_topic_created=topic)
        made |= {"message_thread_id": made["message_id"], "is_topic_message": True}
        return int(made["message_id"])

    def bot_says(self, chat_id: int, text: str, **parts: Any) -> Json:
        return self.say(BOT, chat_id, text=text, **parts)

    def say(
        self,
        sender: Json,
        chat_id: int,
        *,
        reply_to: int | None = None,
        thread_id: int | None = None,
        **parts: Any,
    ) -> Json:
        self._now += 20
        message: Json = {
            "message_id": next(self._numbers),
            "from": sender,
            "chat": self._chats[chat_id],
            "date": self._now,
            **parts,
        }
        if reply_to is not None:
            quoted = self._messages[chat_id][reply_to]
            message["reply_to_message"] = {
                key: value for key, value in quoted.items() if key != "reply_to_message"
            }
        if thread_id is not None:
            message |= {"message_thread_id": thread_id, "is_topic_message": True}
        self._messages[chat_id][message["message_id"]] = message
        self.tell({"type": "message", "chat_id": chat_id, "message": message})
        return message

    def edit(self, chat_id: int, message_id: int, **parts: Any) -> Json:
        message = {**self._messages[chat_id][message_id], **parts}
        message = {key: value for key, value in message.items() if value is not None}
        self._messages[chat_id][message_id] = message
        self.tell({"type": "edited", "chat_id": chat_id, "message": message})
        return message

    def forget(self, chat_id: int, message_id: int) -> None:
        del self._messages[chat_id][message_id]
        self.tell({"type": "deleted", "chat_id": chat_id, "message_id": message_id})

    def answer(self, user_id: int, query_id: str, text: str = "", *, show_alert: bool) -> None:
        self.tell(
            {
                "type": "callback_answer",
                "user_id": user_id,
                "callback_query_id": query_id,
                "text": text,
                "show_alert": show_alert,
            }
        )

    def tell(self, event: Json) -> None:
        for listener in self._listeners:
            listener.hear(event)

    async def deserted(self) -> None:
        """Returns when nobody listens any more."""
        for listener in list(self._listeners):
            await listener.gone.wait()

    def photo(self, content: bytes) -> Json:
        with Image.open(io.BytesIO(content)) as image:
            size = {"width": image.width, "height": image.height}
        file_id = self._keep(content)
        return {"photo": [{"file_id": file_id, "file_unique_id": file_id, **size}]}

    def document(self, name: str, content: bytes) -> Json:
        file_id = self._keep(content)
        return {
            "document": {
                "file_id": file_id,
                "file_unique_id": file_id,
                "file_name": name,
                "file_size": len(content),
            }
        }

    def video(self, content: bytes, *, width: int, height: int, duration: int) -> Json:
        file_id = self._keep(content)
        shape = {"width": width, "height": height, "duration": duration}
        return {"video": {"file_id": file_id, "file_unique_id": file_id, **shape}}

    def _keep(self, content: bytes) -> str:
        file_id = f"file{next(self._numbers)}"
        (self._folder / file_id).write_bytes(content)
        return file_id

    def _open(self, chat: Json, members: set[int]) -> int:
        self._chats[chat["id"]] = chat
        self._members[chat["id"]] = members
        self._messages[chat["id"]] = {}
        return int(chat["id"])


class FakeDial:
    """A speed dial that remembers what it was turned to."""

    def __init__(self) -> None:
        self.turned = 10.0

    def get(self) -> float:
        return self.turned

    def set(self, x: float) -> None:
        self.turned = x
