"""Commands without a grammar of their own: each name leads to the doing that answers it.

Knows nothing of how updates look and does nothing itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.chat.deriving import Target
from bot.chat.doings import Doings
from bot.chat.links import command_meant
from bot.chat.parsed import PlainCommand
from bot.chat.talk import Talk, line

ADMIN_ONLY = frozenset(
    {"admin", "stats", "grant", "plan", "ban", "unban", "allow", "broadcast", "pause", "resume"}
)

Answer = Callable[[Talk, str], Awaitable[None]]
"""Told the words behind the command."""


class Plain:
    """Made once. ``answer`` does what one command asks for."""

    def __init__(self, doings: Doings, admin_ids: frozenset[int]) -> None:
        self._doings = doings
        self._admin_ids = admin_ids
        account, operator = doings.account, doings.operator
        self._answers: Mapping[str, Answer] = {
            "start": lambda talk, _: doings.welcome.start(talk),
            "help": doings.helping.help,
            "lang": self._language,
            "settings": self._settings,
            "quota": lambda talk, _: doings.quota.tell(talk),
            "receipts": lambda talk, _: doings.receipts.open(talk),
            "plans": lambda talk, _: doings.comparing.open(talk),
            "jobs": lambda talk, _: account.jobs(talk),
            "show": account.show,
            "history": lambda talk, _: doings.history.open(talk),
            "doctor": lambda talk, _: doings.doctor.look(talk),
            "admin": self._admin,
            "stats": doings.stats.open,
            "voucher": doings.vouching.command,
            "pause": operator.pause,
            "resume": operator.resume,
            "grant": doings.granting.grant,
            "plan": doings.planning.plan,
            "allow": doings.admitting.allow,
            "ban": doings.admitting.ban,
            "unban": doings.admitting.unban,
            "buy": lambda talk, _: doings.buying.buy(talk),
            "paysupport": lambda talk, _: doings.small_print.paysupport(talk),
            "terms": lambda talk, _: doings.small_print.terms(talk),
        }

    async def _admin(self, talk: Talk, words: str) -> None:
        """How things stand; `/admin 3`, the payment of that number."""
        if talk.is_private and words.strip():
            await self._doings.payments.find(talk, words.strip())
        else:
            await self._doings.operator.look(talk)

    async def _settings(self, talk: Talk, words: str) -> None:
        """One's own in private, the group's in a group."""
        command = self._doings.preferring if talk.is_private else self._doings.governing
        await command.command(talk, words)

    async def _language(self, talk: Talk, words: str) -> None:
        """One's own; of a group's admin there, the group's."""
        doing = self._doings.governing if talk.is_group_admin else self._doings.account
        await doing.language(talk, words.strip().lower())

    async def answer(self, talk: Talk, command: PlainCommand, target: Target | None) -> None:
        command = command_meant(command)
        if command.name in ADMIN_ONLY and talk.speaker.user_id not in self._admin_ids:
            await talk.say(line("command.admin_only"))
        elif command.name == "cancel":  # the one that means what is replied to
            replied = target.job if target else None
            await self._doings.account.cancel(talk, command.argument.strip(), replied)
        elif (answer := self._answers.get(command.name)) is not None:
            await answer(talk, command.argument)
        else:
            await talk.say(line("command.not_yet", command=f"/{command.name}"))
