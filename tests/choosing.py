"""How people of the stories set what they like once for all, and look at results in that form."""

from story import Message, Person, is_media
from telling import answers, forge

from bot.sandbox.world import World


async def choose(person: Person, choice: str) -> None:
    """Press a button of /settings, such as `form=album`, and wait until the page says so."""
    page = await person.answer_to(person.say("/settings"))
    before = len(person.world.calls)
    await forge(person, page, f"s:::{choice}")

    def is_turned(world: World) -> bool:
        return any(call.method == "editMessageText" and call.ok for call in world.calls[before:])

    await person.world.wait_for(is_turned)


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
