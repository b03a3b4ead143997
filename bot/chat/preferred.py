"""A command as its person prefers it: with the words, flags and shape they always want. Pure.

Knows nothing of how that is chosen. What was typed wins over it, and what can be made as typed is
never refused for it: whatever is added is read again, as if it had been typed as well.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Final

from bot.chat.flags import find
from bot.chat.grammar import format_command
from bot.chat.parsed import ImageCommand, Parsed, VideoCommand
from bot.chat.wish import reach_of
from bot.chat.words import Option, scan
from bot.jobs.offers import Market, nearest_ratio
from bot.jobs.preferences import Preferences
from bot.model import Operation

Wished = ImageCommand | VideoCommand

_FROM_WORDS: Final = frozenset({Operation.IMAGE, Operation.VIDEO})
_FROM_MODELS: Final = frozenset({Operation.REFERENCE_IMAGE, Operation.REFERENCE_VIDEO})
"""The pictures show what is meant; a picture brought to life is itself the film's first frame."""
_VERSIONS: Final = frozenset({"v", "niji"})
"""Two flags for one choice, which Midjourney takes only one of."""


def as_preferred(
    command: Wished,
    preferences: Preferences,
    market: Market,
    read: Callable[[str], Parsed],
    *,
    is_reply: bool,
) -> Wished:
    """``command`` with as much of ``preferences`` as goes with it.

    ``read``: reads a line as what was typed has been read; ``is_reply``: to a result, whose shape
    goes on in what is made of it.
    """
    if preferences.ratio is None and not preferences.suffix:
        return command
    shaped = _shaped(command, preferences.ratio, market, is_reply=is_reply)
    for line in _lines(shaped, preferences.suffix):
        parsed = read(line)
        if isinstance(parsed, ImageCommand | VideoCommand) and _holds(parsed, shaped):
            return parsed
    return command


def ratio_for(ratio: str, ratios: tuple[str, ...]) -> str:
    """``ratio`` where it is offered (no ``ratios``: any is), else the nearest that is."""
    if not ratios or ratio in ratios:
        return ratio
    width, height = map(int, ratio.split(":"))
    return nearest_ratio(width, height, ratios)


def parts_of(suffix: str) -> tuple[str, str]:
    """Its words, and its flags as typed."""
    line = scan(suffix, 0, reach_of)
    flags = [suffix[option.start : option.end] for option in line.options]
    return line.prompt, " ".join(flags)


def _shaped(command: Wished, ratio: str | None, market: Market, *, is_reply: bool) -> Wished:
    request = command.request
    spec = market.spec(command.provider, request.operation)
    shapeable = _FROM_WORDS if is_reply else _FROM_WORDS | _FROM_MODELS
    is_free = request.ratio is None and request.operation in shapeable
    if ratio is None or spec is None or not is_free:
        return command
    request = dataclasses.replace(request, ratio=ratio_for(ratio, spec.ratios))
    return dataclasses.replace(command, request=request)


def _lines(command: Wished, suffix: str) -> Iterator[str]:
    """What could have been typed to mean it all, then ever less of it."""
    words, flags = parts_of(suffix)
    prompt = command.request.prompt
    if prompt:  # without words a result's own go on, and those had what is added
        request = dataclasses.replace(command.request, prompt=f"{prompt} {words}".rstrip())
        worded = format_command(dataclasses.replace(command, request=request))
        if isinstance(command, ImageCommand):
            yield f"{worded} {_untyped(flags, command)}".rstrip()
        yield worded
    yield format_command(command)


def _untyped(flags: str, command: Wished) -> str:
    """Those of ``flags`` that ``command`` does not choose itself."""
    typed = {_choice(option) for option in scan(command.request.flags, 0, reach_of).options}
    options = scan(flags, 0, reach_of).options
    kept = (option for option in options if _choice(option) not in typed)
    return " ".join(flags[option.start : option.end] for option in kept)


def _choice(option: Option) -> str:
    """What it chooses, whatever alias was typed."""
    flag = find(option.name)
    name = option.name if flag is None else flag.name
    return "v" if name in _VERSIONS else name


def _holds(added: Wished, command: Wished) -> bool:
    """Whether ``added`` still is all that ``command`` is."""
    its, own = added.request, command.request
    if not its.prompt.startswith(own.prompt) or not its.flags.startswith(own.flags):
        return False
    as_typed = dataclasses.replace(its, prompt=own.prompt, flags=own.flags)
    return dataclasses.replace(added, request=as_typed) == command
