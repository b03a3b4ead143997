"""How people of the stories set what they like once for all, and look at results in that form."""

from story import Message, Person, is_media
from telling import answers


async def choose(person: Person, choice: str) -> None:
    """Make a choice in /settings, such as `form=album`, and be back at its first page."""
    page = await person.answer_to(person.say("/settings"))
    name, _, _ = choice.partition("=")
    for how in (name, choice):
        await _offers(person, page, how)
        person.world.press(person.user_id, page["chat"]["id"], page["message_id"], f"s:::{how}")
    await _offers(person, page, name)


async def _offers(person: Person, page: Message, how: str) -> None:
    """Wait until the page has this button."""

    def has_it(message: Message) -> bool:
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        data = [button.get("callback_data") for row in rows for button in row]
        return message["message_id"] == page["message_id"] and f"s:::{how}" in data

    await person.sees(has_it)


async def buttons_below(person: Person, asked: Message, *, after: Message) -> Message:
    """The message with the buttons of an album that answers ``asked``."""
    first = await person.sees(
        lambda message: is_media(message) and answers(message, asked), after=after
    )
    return await person.sees(lambda message: answers(message, first), after=first)


def album_above(person: Person, buttons: Message) -> list[Message]:
    """The pictures whose buttons these are, in order."""
    first = buttons["reply_to_message"]["message_id"]
    albums = {message["message_id"]: message.get("media_group_id") for message in person.from_bot()}
    return [
        message
        for message in person.from_bot()
        if message.get("media_group_id") is not None
        and message["media_group_id"] == albums.get(first)
    ]
