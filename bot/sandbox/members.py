"""What a member of a group may send there, and how Telegram says that they may not.

It does not know who is where, nor how a call came in.
"""

from collections.abc import Collection, Mapping
from typing import Final

from bot.sandbox.refusal import bad_request

RIGHTS: Final = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
    "can_edit_tag",
    "can_react_to_messages",
)
"""All that a restricted member has or lacks (Bot API, ChatMemberRestricted)."""

_NEEDED: Final[Mapping[str, tuple[str, str]]] = {
    "text": ("can_send_messages", "text messages"),
    "photo": ("can_send_photos", "photos"),
    "video": ("can_send_videos", "videos"),
    "document": ("can_send_documents", "documents"),
    "animation": ("can_send_other_messages", "animations"),
}


def check_right(lacking: Collection[str], kind: str) -> None:
    """Raises Refusal in TDLib's words when what is `lacking` is needed to send this kind."""
    right, words = _NEEDED[kind]
    if right in lacking:
        raise bad_request(f"not enough rights to send {words} to the chat")
