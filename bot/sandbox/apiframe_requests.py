"""What Apiframe accepts: the bodies of its calls, and Midjourney's flags inside a prompt.

Knows nothing of tasks, time or HTTP. Source: docs/providers.md, "Apiframe".
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.sandbox.body import Refused
from bot.sandbox.palette import mentions

# Tuples, not sets: what strangers send may not be hashable.
_MODES = ("fast", "turbo")
_TYPES = {
    "vary": ("strong", "subtle"),
    "upscale": ("subtle", "creative"),
    "pan": ("up", "down", "left", "right"),
}


def check_imagine(body: Mapping[str, Any]) -> None:
    """Raises Refused (400) unless the body asks for a picture; flags in the prompt are not looked at."""
    prompt = body.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise Refused(400, "prompt is required")
    if body.get("mode", "fast") not in _MODES:
        raise Refused(400, "mode must be one of: fast, turbo")


def check_derived(kind: str, body: Mapping[str, Any], parent_outputs: int) -> None:
    """Raises Refused (400) unless index and type are what vary, upscale, pan or zoom take.

    `parent_outputs` is how many tiles the parent has: 4, or 1 after an upscale.
    """
    known = [str(number) for number in range(1, parent_outputs + 1)]
    if body.get("index") not in known:
        raise Refused(400, f"index must be one of: {', '.join(known)}")
    if kind == "zoom":
        zoom_factor(body)
    elif body.get("type") not in _TYPES[kind]:
        raise Refused(400, f"type must be one of: {', '.join(sorted(_TYPES[kind]))}")


def zoom_factor(body: Mapping[str, Any]) -> float:
    """How many times smaller the parent is to appear, 1 to 2; 1 means make square. Raises Refused (400)."""
    try:
        factor = float(body.get("type", ""))
    except (TypeError, ValueError):
        raise Refused(400, "type must be a number") from None
    if not 1 <= factor <= 2:
        raise Refused(400, "type must be between 1 and 2")
    return factor


def check_task_ids(body: Mapping[str, Any]) -> list[str]:
    """The 2 to 20 ids of a fetch-many. Raises Refused (400)."""
    task_ids = body.get("task_ids")
    if not isinstance(task_ids, list) or not all(isinstance(one, str) for one in task_ids):
        raise Refused(400, "task_ids must be an array of strings")
    if not 2 <= len(task_ids) <= 20:
        raise Refused(400, "task_ids must contain between 2 and 20 items")
    return task_ids


def late_failure(prompt: str) -> str | None:
    """Why the task will fail although its submit was accepted, None when it won't."""
    parts = re.split(r"\s--(?=\w)", f" {prompt}")
    for part in parts[1:]:
        name, _, value = part.replace("=", " ").partition(" ")
        check = _FLAGS.get(name.lower())
        if check is None:
            return f"Invalid parameter: unrecognized parameter `--{name}`"
        if not check(value.strip()):
            return f"Invalid parameter: `--{name} {value.strip()}`"
    if mentions(" ".join(re.findall(r"\w+", parts[0].lower())), ["gore", "nsfw", "khỏa-thân"]):
        return "Banned prompt detected"
    return None


def _within(low: float, high: float) -> Callable[[str], bool]:
    def check(value: str) -> bool:
        return re.fullmatch(r"\d+(\.\d+)?", value) is not None and low <= float(value) <= high

    return check


def _ratio(value: str) -> bool:
    found = re.fullmatch(r"(\d{1,4}):(\d{1,4})", value)
    if found is None or not int(found[1]) or not int(found[2]):
        return False
    wide, tall = int(found[1]), int(found[2])
    return max(wide, tall) <= 14 * min(wide, tall)


def _bare(value: str) -> bool:
    return not value


def _something(value: str) -> bool:
    return bool(value)


def _anything(_value: str) -> bool:
    return True


_FLAGS: Mapping[str, Callable[[str], bool]] = {
    "ar": _ratio,
    "aspect": _ratio,
    "chaos": _within(0, 100),
    "c": _within(0, 100),
    "cref": _something,
    "cw": _within(0, 100),
    "draft": _bare,
    "fast": _bare,
    "iw": _within(0, 3),
    "niji": _anything,
    "no": _something,
    "oref": _something,
    "ow": _within(1, 1000),
    "p": _anything,
    "q": _within(0.25, 4),
    "quality": _within(0.25, 4),
    "r": _within(1, 40),
    "raw": _bare,
    "relax": _bare,
    "repeat": _within(1, 40),
    "s": _within(0, 1000),
    "seed": _within(0, 4_294_967_295),
    "sref": _something,
    "stop": _within(10, 100),
    "style": _something,
    "stylize": _within(0, 1000),
    "sw": _within(0, 1000),
    "tile": _bare,
    "turbo": _bare,
    "v": _within(1, 8),
    "version": _within(1, 8),
    "weird": _within(0, 3000),
    "w": _within(0, 3000),
}
