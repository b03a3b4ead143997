"""What the bot says of itself: commands, name and descriptions, per scope and language.

It does not know who is who in a chat.
"""

import json
from dataclasses import dataclass, field

from bot.sandbox.refusal import Json


@dataclass
class Profile:
    """`texts` is keyed by field and language, "" standing for everybody else's."""

    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    _commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)

    def set_commands(self, scope: Json | None, language: str, commands: list[Json]) -> None:
        """No commands = forget what was set."""
        self._commands.pop((_key(scope), language), None)
        if commands:
            self._commands[_key(scope), language] = commands

    def commands(self, scope: Json | None, language: str) -> list[Json]:
        """Exactly what was set for this scope and language, as getMyCommands answers."""
        return self._commands.get((_key(scope), language), [])

    def shown(self, scopes: list[Json], language: str) -> list[Json]:
        """What a person's menu lists: the narrowest scope set, the own language before the rest."""
        for scope in scopes:
            for code in (language, ""):
                if commands := self.commands(scope, code):
                    return commands
        return []


def scopes_for(chat_id: int, user_id: int, *, is_admin: bool) -> list[Json]:
    """The scopes of commands that reach a person in a chat, narrowest first.

    Fact: core.telegram.org/bots/api#determining-list-of-commands.
    """
    here: Json = {"chat_id": chat_id}
    if chat_id > 0:
        return [{"type": "chat", **here}, {"type": "all_private_chats"}, {"type": "default"}]
    own = {"type": "chat_member", **here, "user_id": user_id}
    admins_here = [{"type": "chat_administrators", **here}] if is_admin else []
    admins = [{"type": "all_chat_administrators"}] if is_admin else []
    groups = [{"type": "all_group_chats"}, {"type": "default"}]
    return [own, *admins_here, {"type": "chat", **here}, *admins, *groups]


def _key(scope: Json | None) -> str:
    return json.dumps(scope or {"type": "default"}, sort_keys=True)
