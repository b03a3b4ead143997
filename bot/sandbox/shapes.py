"""The JSON of users, members and chats, exactly as the Bot API spells it.

It does not know who is where; it only writes down what it is told.
"""

from collections.abc import Collection

from bot.sandbox.members import RIGHTS
from bot.sandbox.refusal import Json

ANONYMOUS_ADMIN: Json = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
CHANNEL_BOT: Json = {
    "id": 136817688,
    "is_bot": True,
    "first_name": "Channel",
    "username": "Channel_Bot",
}
"""Who stands as the author of what is written in a channel's name."""
TELEGRAM: Json = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
"""Who passes a channel's posts on into its discussion group."""
CONTENT = ("text", "entities", "caption", "caption_entities", "invoice")
MEDIA = ("photo", "video", "animation", "document")
_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
    "can_send_welcome_messages",
)


def sender(user: Json) -> Json:
    """A User as it stands in a message: without what only getMe tells."""
    known = ("id", "is_bot", "first_name", "last_name", "username", "language_code")
    return {key: user[key] for key in known if key in user}


def member(user: Json, status: str, *, lacking: Collection[str] = ()) -> Json:
    """A ChatMember with all rights its status can have, but for those it is `lacking`."""
    body = {"user": sender(user), "status": status}
    match status:
        case "creator":
            return {**body, "is_anonymous": False}
        case "administrator":
            rights = dict.fromkeys(_RIGHTS, True)
            return {**body, "can_be_edited": False, "is_anonymous": False, **rights}
        case "kicked":
            return {**body, "until_date": 0}
        case "restricted":
            return {**body, "is_member": True, **permitted(lacking), "until_date": 0}
        case _:
            return body


def permitted(lacking: Collection[str]) -> Json:
    """All that a member may have of rights (ChatPermissions), but for those."""
    return {right: right not in lacking for right in RIGHTS}


def full_chat(chat: Json, forbidden: Collection[str] = ()) -> Json:
    """ChatFullInfo: the Chat and the fields Telegram always sends beside it.

    `forbidden`: the rights a group gives to nobody but its admins.
    """
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    permissions = {} if chat["type"] == "private" else {"permissions": permitted(forbidden)}
    return {
        **chat,
        **permissions,
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, True),
    }


def private_chat(user: Json) -> Json:
    named: Json = {key: user[key] for key in ("first_name", "username") if key in user}
    return {"id": user["id"], "type": "private", **named}


def channel(chat_id: int, title: str) -> Json:
    return {"id": chat_id, "type": "channel", "title": title}


def group(chat_id: int, title: str, *, is_forum: bool) -> Json:
    """A Chat; ids down to -10**12 are basic groups', below that supergroups'."""
    kind = "supergroup" if chat_id <= -(10**12) else "group"
    info = {"id": chat_id, "type": kind, "title": title}
    return {**info, "is_forum": True} if is_forum else info
