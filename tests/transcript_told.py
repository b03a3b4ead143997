"""What happened in the chats, written down as a chat story tells it. Pure.

Knows nothing of how it came about. Every message of the bot has a number, in the order they
appeared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from story import Message, Person
from transcript_words import Codes, body_of, quote_of

MOMENT: dict[str, Any] = {"type": "moment"}
"""Between what was said at one time of the story and at the next."""


@dataclass
class Chat:
    """A chat as the story calls it, and its topics by name."""

    chat_id: int
    title: str = ""
    former_id: int | None = None
    """Of the basic group it was."""
    topics: dict[str, int] = field(default_factory=dict)


class Teller:
    """Made once for a story; ``people`` and ``groups`` by their names, as they come."""

    def __init__(
        self,
        bot_id: int,
        codes: Codes,
        people: Mapping[str, Person],
        groups: Mapping[str, Chat],
    ) -> None:
        self._bot_id = bot_id
        self._codes = codes
        self._people = people
        self._groups = groups
        self._numbers: dict[tuple[int, int], int] = {}
        self._quotes: dict[tuple[int, int], str] = {}

    def told(self, events: Sequence[dict[str, Any]]) -> list[str]:
        """The blocks of what the bot said, moment by moment."""
        blocks: list[str] = []
        moment: list[dict[str, Any]] = []
        for event in [*events, MOMENT]:
            if event is not MOMENT:
                moment.append(event)
                self._hear(event)
                continue
            blocks += self._told_at_once(moment)
            moment = []
        return blocks

    def _hear(self, event: dict[str, Any]) -> None:
        if event.get("type") == "message":
            place = (event["chat_id"], event["message"]["message_id"])
            self._quotes[place] = quote_of(event["message"])

    def _told_at_once(self, events: Sequence[dict[str, Any]]) -> list[str]:
        """What was said in one moment: what floats by, then chat by chat, message by message.

        Sends go out side by side, so the order they arrived in says nothing.
        """
        floats = [
            f"floats: {self._codes.hide(event['text'])}"
            for event in events
            if "callback_query_id" in event and event["text"]
        ]
        said = sorted(filter(self._is_bots, events), key=self._order_of)
        blocks = []
        while said:
            album = _album(said)
            blocks.append(self._album(album) if len(album) > 1 else self._event(said[0]))
            said = said[len(album) :]
        return [*floats, *blocks]

    def _is_bots(self, event: dict[str, Any]) -> bool:
        if event.get("type") == "reaction":
            return bool(event["emoji"])
        if event.get("type") == "deleted":
            return (event["chat_id"], event["message_id"]) in self._numbers
        sender = event.get("message", {}).get("from", {})
        return bool(sender.get("id") == self._bot_id)

    def _order_of(self, event: dict[str, Any]) -> tuple[int, int]:
        people = [person.user_id for person in self._people.values()]
        groups = [chat_id for group in self._groups.values() for chat_id in _ids(group)]
        message_id = event.get("message_id") or event["message"]["message_id"]
        return [*people, *groups].index(event["chat_id"]), int(message_id)

    def _event(self, event: dict[str, Any]) -> str:
        if event["type"] == "deleted":
            return f"Bot deletes #{self._numbers[event['chat_id'], event['message_id']]}"
        if event["type"] == "reaction":
            quote = self._quotes[event["chat_id"], event["message_id"]]
            return self._codes.hide(f"Bot nods {event['emoji']} to {quote}")
        message = event["message"]
        if event["type"] == "edited":
            head = f"Bot edits #{self._number(message)}"
        else:
            head = f"Bot #{self._number(message)}{self._address(message)}"
        return self._written(head, body_of(message))

    def _album(self, album: Sequence[dict[str, Any]]) -> str:
        messages = [event["message"] for event in album]
        numbers = " ".join(f"#{self._number(message)}" for message in messages)
        head = f"Bot {numbers}{self._address(messages[0])}, an album"
        return self._written(head, [line for message in messages for line in body_of(message)])

    def _written(self, head: str, body: Sequence[str]) -> str:
        lines = [head, *(f"  {line}" if line else "" for line in body)]
        return self._codes.hide("\n".join(lines))

    def _address(self, message: Message) -> str:
        """Where it is said, and to what: only what is not plain from the line above."""
        chat_id, where = message["chat"]["id"], ""
        if chat_id < 0:
            group = next(one for one in self._groups.values() if chat_id in _ids(one))
            topics = {thread: name for name, thread in group.topics.items()}
            topic = topics.get(message.get("message_thread_id", 0))
            where = f" in “{group.title}”" + (f" › “{topic}”" if topic else "")
        elif len(self._people) > 1:
            where = f" to {message['chat']['first_name']}"
        replied = message.get("reply_to_message")
        if replied is None or "forum_topic_created" in replied:
            return where
        number = self._numbers.get((chat_id, replied["message_id"]))
        return f"{where} ↩ " + (f"#{number}" if number else quote_of(replied))

    def _number(self, message: Message) -> int:
        place = (message["chat"]["id"], message["message_id"])
        return self._numbers.setdefault(place, len(self._numbers) + 1)

    def place_of(self, number: int) -> tuple[int, int]:
        """Chat and message of a number. Raises StopIteration when nothing has it."""
        return next(place for place, known in self._numbers.items() if known == number)


def _ids(group: Chat) -> list[int]:
    former = [] if group.former_id is None else [group.former_id]
    return [*former, group.chat_id]


def _album(events: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """The events at the beginning that are one album."""
    group = events[0].get("message", {}).get("media_group_id")
    if group is None or events[0]["type"] != "message":
        return events[:1]
    return [e for e in events if e.get("message", {}).get("media_group_id") == group]
