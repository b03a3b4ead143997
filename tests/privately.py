"""Results that come to who asked alone: the buttons that say so, and where to look for them."""

from story import Message, Person, is_media

TO_ME = {"vi": "🔒 Chỉ gửi cho tôi", "en": "🔒 To me only"}


def link_in(message: Message) -> str:
    """Where its one button leads."""
    [[button]] = message["reply_markup"]["inline_keyboard"]
    return str(button["url"])


def follow(person: Person, message: Message) -> Message:
    """Tap the link, then Start in the private chat that opens."""
    return person.say(f"/start {link_in(message).partition('?start=')[2]}")


def pictures_in(person: Person, chat: int | None = None) -> list[Message]:
    return [message for message in person.from_bot(chat) if is_media(message)]
