"""What Flow AI accepts: the bodies of its calls, read into one record per job.

Knows nothing of tasks, time or HTTP. Source: docs/providers.md, "Flow AI".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.sandbox.body import Refused
from bot.sandbox.sniffing import media_type_of

Kind = Literal[
    "text-to-image", "reference-to-image", "text-to-video", "image-to-video", "multi-ref-video"
]

_IMAGE_RATIOS = ("1:1", "16:9", "9:16", "4:3", "3:4")
_REFERENCE_RATIOS = ("1:1", "16:9", "9:16")
_VIDEO_RATIOS = ("16:9", "9:16", "1:1")
_LONG_SIDES: Mapping[str | None, int] = {None: 1024, "2K": 2048, "4K": 4096}
_SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
_LARGEST_UPLOAD_BYTES = 20 * 1024 * 1024
_MOST_REFERENCES = 3

VOICES = frozenset(
    [
        "achernar",
        "achird",
        "algenib",
        "algieba",
        "alnilam",
        "aoede",
        "autonoe",
        "callirrhoe",
        "charon",
        "despina",
        "enceladus",
        "erinome",
        "fenrir",
        "gacrux",
        "iapetus",
        "kore",
        "laomedeia",
        "leda",
        "orus",
        "pulcherrima",
        "puck",
        "rasalgethi",
        "sadachbia",
        "sadaltager",
        "schedar",
        "sulafat",
        "umbriel",
        "vindemiatrix",
        "zephyr",
        "zubenelgenubi",
    ]
)


@dataclass(frozen=True)
class FlowRequest:
    """One job asked for. `long_side` in pixels for images; `seconds` is 0 for images; `references` are upload paths."""

    kind: Kind
    prompts: tuple[str, ...]
    references: tuple[str, ...]
    ratio: str
    outputs: int
    long_side: int
    seconds: int


def read_request(kind: Kind, body: Mapping[str, Any]) -> list[FlowRequest]:
    """The jobs a body asks for: one for images, one per prompt or item for videos. Raises Refused (400)."""
    readers: dict[Kind, Callable[[Mapping[str, Any]], list[FlowRequest]]] = {
        "text-to-image": _text_to_image,
        "reference-to-image": _reference_to_image,
        "text-to-video": _text_to_video,
        "image-to-video": _image_to_video,
        "multi-ref-video": _multi_ref_video,
    }
    return readers[kind](body)


def picture_suffix(head: bytes, size: int) -> str:
    """The file suffix of an upload, by its first bytes. Raises Refused (400) unless jpg, png or webp up to 20 MB."""
    if size > _LARGEST_UPLOAD_BYTES:
        raise Refused(400, "File too large (max 20MB)")
    suffix = _SUFFIXES.get(media_type_of(head) or "")
    if suffix is None:
        raise Refused(400, "Only jpg, png, webp are supported")
    return suffix


def _text_to_image(body: Mapping[str, Any]) -> list[FlowRequest]:
    prompts = _texts(body, "prompts")
    each = body.get("num_images", 1)
    if type(each) is not int or not 1 <= each <= 4:
        raise Refused(400, "num_images must be between 1 and 4")
    ratio = _one_of(body, "aspect_ratio", _IMAGE_RATIOS, "1:1")
    outputs = len(prompts) * each
    return [FlowRequest("text-to-image", prompts, (), ratio, outputs, _long_side(body), 0)]


def _reference_to_image(body: Mapping[str, Any]) -> list[FlowRequest]:
    prompts = _texts(body, "prompts")
    references = _texts(body, "reference_images")
    ratio = _one_of(body, "aspect_ratio", _REFERENCE_RATIOS, "1:1")
    outputs, side = len(prompts), _long_side(body)
    return [FlowRequest("reference-to-image", prompts, references, ratio, outputs, side, 0)]


def _text_to_video(body: Mapping[str, Any]) -> list[FlowRequest]:
    prompts = _texts(body, "prompts")
    ratio = _one_of(body, "aspect_ratio", _VIDEO_RATIOS, "16:9")
    seconds = body.get("video_length_seconds", 8)
    if type(seconds) is not int or seconds not in {6, 8, 10}:
        raise Refused(400, "video_length_seconds must be 6, 8 or 10")
    return [FlowRequest("text-to-video", (one,), (), ratio, 1, 0, seconds) for one in prompts]


def _image_to_video(body: Mapping[str, Any]) -> list[FlowRequest]:
    ratio = _one_of(body, "aspect_ratio", _VIDEO_RATIOS, "16:9")
    return [
        FlowRequest(
            "image-to-video", (_text(item, "prompt"),), (_text(item, "image_path"),), ratio, 1, 0, 8
        )
        for item in _items(body)
    ]


def _multi_ref_video(body: Mapping[str, Any]) -> list[FlowRequest]:
    ratio = _one_of(body, "aspect_ratio", _VIDEO_RATIOS, "16:9")
    voice = body.get("voice")
    if voice is not None and str(voice) not in VOICES:
        raise Refused(400, f"Unknown voice: {voice}")
    requests = []
    for item in _items(body):
        references = _texts(item, "image_paths")
        if len(references) > _MOST_REFERENCES:
            raise Refused(400, f"At most {_MOST_REFERENCES} reference images")
        prompts = (_text(item, "prompt"),)
        requests.append(FlowRequest("multi-ref-video", prompts, references, ratio, 1, 0, 8))
    return requests


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise _missing(name, "string")
    return value


def _texts(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = body.get(name)
    if not isinstance(values, list) or not values:
        raise _missing(name, "array of strings")
    if not all(isinstance(one, str) and one.strip() for one in values):
        raise _missing(name, "array of strings")
    return tuple(values)


def _items(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    items = body.get("items")
    if not isinstance(items, list) or not items:
        raise _missing("items", "array of objects")
    if not all(isinstance(one, dict) for one in items):
        raise _missing("items", "array of objects")
    return items


def _one_of(body: Mapping[str, Any], name: str, known: tuple[str, ...], default: str) -> str:
    value = body.get(name, default)
    if value not in known:
        raise Refused(400, f"{name} must be one of: {', '.join(known)}")
    return str(value)


def _long_side(body: Mapping[str, Any]) -> int:
    quality = body.get("upscale_quality")
    if not isinstance(quality, str | None) or quality not in _LONG_SIDES:
        raise Refused(400, "upscale_quality must be 2K or 4K")
    return _LONG_SIDES[quality]


def _missing(name: str, wanted: str) -> Refused:
    return Refused(400, [{"loc": ["body", name], "msg": f"{name} must be a {wanted}"}])
