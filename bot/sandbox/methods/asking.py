"""The methods that ask: about the bot, its updates, chats, members and files.

They change nothing but what has been confirmed, and the membership the bot gives up itself.
"""

from bot.sandbox import shapes
from bot.sandbox.ask import Ask
from bot.sandbox.refusal import Json, bad_request


async def get_me(ask: Ask) -> Json:
    return ask.world.bot


async def get_updates(ask: Ask) -> list[Json]:
    updates = ask.world.updates
    if (kinds := ask.params.get("allowed_updates")) is not None:
        updates.allow(kinds)
    limit = min(max(ask.params.get("limit") or 100, 1), 100)
    return await updates.poll(ask.params.get("offset") or 0, limit, ask.params.get("timeout") or 0)


async def set_webhook(ask: Ask) -> bool:
    """From now on updates go to the URL, if that is on this machine."""
    updates = ask.world.updates
    if (kinds := ask.params.get("allowed_updates")) is not None:
        updates.allow(kinds)
    if ask.params.get("drop_pending_updates"):
        updates.drop_pending()
    kept = ("url", "max_connections", "allowed_updates", "ip_address", "secret_token")
    updates.set_webhook({key: ask.params[key] for key in kept if key in ask.params})
    return True


async def delete_webhook(ask: Ask) -> bool:
    if ask.params.get("drop_pending_updates"):
        ask.world.updates.drop_pending()
    ask.world.updates.set_webhook({})
    return True


async def get_webhook_info(ask: Ask) -> Json:
    webhook = {k: v for k, v in ask.world.updates.webhook.items() if k != "secret_token"}
    waiting = len(ask.world.updates.pending)
    fixed = {"has_custom_certificate": False, "pending_update_count": waiting}
    return {"url": "", **webhook, **fixed, **ask.world.updates.posting.last_error}


async def get_file(ask: Ask) -> Json:
    return ask.world.files.get(ask.text("file_id"))


async def get_chat(ask: Ask) -> Json:
    room = ask.room()
    return shapes.full_chat(room.info, room.forbidden)


async def get_chat_member(ask: Ask) -> Json:
    room = ask.room()
    user_id = ask.params.get("user_id")
    user = (
        ask.world.bot if user_id == ask.world.bot["id"] else ask.world.chats.users.get(user_id or 0)
    )
    if user is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return room.member(user)


async def get_chat_administrators(ask: Ask) -> list[Json]:
    room = ask.room()
    if room.is_private:
        raise bad_request("there are no administrators in the private chat")
    people = {**ask.world.chats.users, ask.world.bot["id"]: ask.world.bot}
    return [room.member(people[who]) for who in room.admins()]


async def get_chat_member_count(ask: Ask) -> int:
    room = ask.room()
    return sum(room.has(who) for who in room.members)


async def leave_chat(ask: Ask) -> bool:
    room = ask.room()
    if room.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    room.members[ask.world.bot["id"]] = "left"
    return True
