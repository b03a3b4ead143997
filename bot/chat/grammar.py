"""A message's words become a command, a complaint with the corrected line, or nothing for us.

Pure. Knows nothing of Telegram's objects, of the database, of money, or of any provider beyond
its capabilities.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Mapping
from typing import Final, assert_never

from bot.chat.derived import AGAIN, read_pan, read_reply, read_upscale, read_vary, read_zoom
from bot.chat.hints import COMMANDS, meant_by
from bot.chat.parsed import (
    AgainCommand,
    Command,
    Complaint,
    Edit,
    ImageCommand,
    Mistake,
    NotForUs,
    PanCommand,
    Parsed,
    PickCommand,
    PlainCommand,
    Span,
    Typed,
    UpscaleCommand,
    VaryCommand,
    VideoCommand,
    ZoomCommand,
)
from bot.chat.wish import read_image, read_video
from bot.chat.words import repair_dashes, word_behind
from bot.jobs.offers import Market
from bot.model import AssetKind, Operation, Request
from bot.providers.port import Capabilities

ALIASES: Final[Mapping[str, str]] = {"imagine": "img", "usage": "quota", "me": "quota"}
MADE: Final = ("img", "video", "vary", "upscale", "pan", "zoom")
"""The commands with a grammar of their own; every other is a PlainCommand."""
PLAIN: Final = (
    *("start", "help", "jobs", "cancel", "history", "show", "quota"),
    *("plans", "buy", "receipts", "paysupport", "terms", "privacy"),
    "voucher",
    *("settings", "lang", "mydata", "delete", "doctor"),
    *("admin", "stats", "grant", "plan", "ban", "unban", "allow", "broadcast", "pause", "resume"),
)
KNOWN: Final = (*MADE, *ALIASES, *PLAIN)

_COMMAND = re.compile(r"\s*(?P<slash>/(?P<name>[^\s@]+)(?:@(?P<bot>\S*))?)")
_GLUED = re.compile(r"(?i:(?P<name>img|imagine|video)(?P<words>.{3,}|.*[^\x00-\x7f].*))")
"""A plain letter or two too many are a slip of the finger."""
_MOST_CORRECTIONS: Final = 6
"""Mistakes mended in one line before we stop guessing what was meant."""


def parse(
    typed: Typed,
    *,
    username: str,
    providers: Mapping[str, Capabilities],
    default_provider: Mapping[Operation, str],
    missed: str | None = None,
) -> Parsed:
    """Read one message. Never raises.

    ``username``: the bot's own, without `@`. ``providers``: those that are configured, by the
    name of `--with`. ``default_provider``: who does an operation when the person does not choose.
    ``missed``: who was to make their pictures of words and does not any more; nobody else then
    does before they are named.
    """
    market = Market(providers, default_provider, missed)
    parsed = _read(typed, username, market)
    if not isinstance(parsed, Complaint):
        return parsed
    corrected = _settle(parsed.corrected, typed, username, market)
    return dataclasses.replace(parsed, corrected=corrected)


def format_command(command: Command) -> str:
    """The command as one canonical line, everything spelled out; reading it gives it again.

    A bare number and "again" read as commands only in reply to a result. No line says
    "zoom, tile 2" and leaves the factor open: `/zoom 2` names a factor.
    """
    match command:
        case ImageCommand(provider, request):
            return _join("/img", request.prompt, *_options(request, provider), request.flags)
        case VideoCommand(provider, request):
            return _join("/video", request.prompt, *_options(request, provider))
        case VaryCommand(tile, strength, prompt):
            return _join("/vary", str(tile or ""), strength, prompt)
        case UpscaleCommand(tile, kind):
            return _join("/upscale", str(tile or ""), kind)
        case PanCommand(tile, direction):
            return _join("/pan", str(tile or ""), direction)
        case ZoomCommand(tile, factor):
            return _join("/zoom", str(tile or ""), factor)
        case PickCommand(tile):
            return str(tile)
        case AgainCommand():
            return AGAIN
        case PlainCommand(name, argument):
            return _join(f"/{name}", argument)
        case unknown:
            assert_never(unknown)


def _read(typed: Typed, username: str, market: Market) -> Parsed:
    """One pass; a complaint's correction may still hold further mistakes."""
    head = _COMMAND.match(typed.text)
    bot = head["bot"] if head else None
    if bot is not None and bot.lower() != username.lower():
        return NotForUs()
    try:
        if head is None:
            return read_reply(typed.text) if typed.is_reply else NotForUs()
        return _read_command(typed, head["name"], head.span("slash"), market)
    except Mistake as mistake:
        is_unknown = mistake.key.startswith("complaint.command_")
        return Complaint(
            mistake.key,
            mistake.values,
            mistake.correct(typed.text),
            mistake.at,
            is_addressed=bot is not None or not is_unknown,
        )


def _read_command(typed: Typed, typed_name: str, command: Span, market: Market) -> Command:
    text = typed.text
    name = ALIASES.get(typed_name.lower(), typed_name.lower())
    match name:
        case "img":
            return read_image(typed, command, market)
        case "video":
            return read_video(typed, command, market)
        case "vary":
            return read_vary(text, command)
        case "upscale":
            return read_upscale(text, command)
        case "pan":
            return read_pan(text, command)
        case "zoom":
            return read_zoom(text, command)
        case _ if name in PLAIN:
            return PlainCommand(name, text[command[1] :].strip())
        case _:
            raise _unknown_command(text, typed_name, command)


def _unknown_command(text: str, name: str, command: Span) -> Mistake:
    behind = word_behind(text, command[1])
    words = [name, *([behind.text] if behind else [])]
    if (hint := meant_by(words, COMMANDS)) is not None:
        return _meant_command(text, name, command, *hint)
    if (glued := _GLUED.fullmatch(name)) is not None:
        return _glued_command(command, glued["name"], glued["words"])
    close = difflib.get_close_matches(name.lower(), KNOWN, n=1)
    if not close:
        return Mistake("complaint.command_unknown", command, command=f"/{name}")
    start = command[0] + 1
    edit = Edit(start, start + len(name), close[0])
    return Mistake("complaint.command_near", command, edit, command=f"/{name}", near=f"/{close[0]}")


def _glued_command(command: Span, name: str, words: str) -> Mistake:
    """The blank behind the command was forgotten; `@bot` behind it stays with it."""
    start = command[0] + 1
    end = start + len(name) + len(words)
    edits = [Edit(start, end, name), Edit(command[1], command[1], f" {words}")]
    values = {"command": f"/{name}{words}", "near": f"/{name}"}
    return Mistake("complaint.command_near", command, *edits, **values)


def _meant_command(text: str, name: str, command: Span, near: str, count: int) -> Mistake:
    """``count``: of how many words the name was made of; `@bot` behind the first one stays."""
    start = command[0] + 1
    edits = [Edit(start, start + len(name), near)]
    at = command
    second = word_behind(text, command[1])
    if second and count > 1:
        edits.append(Edit(command[1], second.end, ""))
        at = (command[0], second.end)
    typed = " ".join(text[slice(*at)].split())
    return Mistake("complaint.command_near", at, *edits, command=typed, near=f"/{near}")


def _settle(corrected: str | None, typed: Typed, username: str, market: Market) -> str | None:
    """Mend what else is wrong in the corrected line; None when it would still not be read."""
    for _ in range(_MOST_CORRECTIONS):
        if corrected is None:
            return None
        corrected = repair_dashes(corrected)
        parsed = _read(dataclasses.replace(typed, text=corrected), username, market)
        if not isinstance(parsed, Complaint):
            return corrected
        corrected = parsed.corrected
    return None


def _options(request: Request, provider: str) -> list[str]:
    options = [
        f"--ar {request.ratio}" if request.ratio else "",
        f"--n {request.count}" if request.operation.output_kind is AssetKind.IMAGE else "",
        f"--len {request.length_s}" if request.length_s else "",
        f"--hd {request.hd}" if request.hd else "",
        f"--{request.mode}" if request.mode else "",
        f"--voice {request.voice}" if request.voice else "",
        f"--with {provider}",
    ]
    return [option for option in options if option]


def _join(*words: str | None) -> str:
    return " ".join(word for word in words if word)
