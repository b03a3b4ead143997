"""What a message of the bot may say and show: text, captions, keyboards, media, each checked.

It does not know where the message goes. Limits: core.telegram.org/bots/api.
"""

import asyncio
from collections.abc import Sequence

from bot.sandbox import entities, questions
from bot.sandbox.ask import ATTACHED, Ask
from bot.sandbox.files import Media
from bot.sandbox.refusal import Json, NotModelled, bad_request

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
_ACTIONS = frozenset(
    {
        "callback_data",
        "url",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "copy_text",
        "callback_game",
        "pay",
    },
)


def text_of(params: Json) -> Json:
    """`text` and `entities` of a message; raises Refusal 400 when empty or too long."""
    text, found = _formatted(params, "text", "entities")
    if not text:
        raise bad_request("message text is empty")
    if entities.utf16_length(text) > TEXT_UNITS:
        raise bad_request("message is too long")
    return {"text": text, **({"entities": found} if found else {})}


def caption_of(params: Json) -> Json:
    """`caption` and `caption_entities`, or nothing; raises Refusal 400 when too long."""
    text, found = _formatted(params, "caption", "caption_entities")
    if entities.utf16_length(text) > CAPTION_UNITS:
        raise bad_request("message caption is too long")
    if not text:
        return {}
    return {"caption": text, **({"caption_entities": found} if found else {})}


def _formatted(params: Json, key: str, entities_key: str) -> tuple[str, list[Json]]:
    text = str(params.get(key) or "")
    found: list[Json] = list(params.get(entities_key) or [])
    mode = str(params.get("parse_mode") or "")
    match mode.lower():
        case "html":
            text, found = entities.parse_html(text)
        case "markdown" | "markdownv2":
            raise NotModelled(400, f"Bad Request: parse_mode {mode} is not modelled by the sandbox")
        case "":
            _check_spans(found, entities.utf16_length(text))
        case _:
            raise bad_request("unsupported parse_mode")
    text, found = entities.trim(text, found)
    return text, entities.with_commands(text, found)


def _check_spans(found: Sequence[Json], length: int) -> None:
    for entity in found:
        start, stop = entity.get("offset", -1), entity.get("offset", 0) + entity.get("length", 0)
        if not 0 <= start < stop <= length:
            raise bad_request(f"entity {entity} is outside of the text")


def keyboard_of(params: Json, *, inline_only: bool = False) -> Json:
    """`reply_markup` of the message: inline keyboards stay with it, others do not.

    Raises Refusal 400 for a button or a question Telegram would not show.
    """
    markup: Json = params.get("reply_markup") or {}
    if "inline_keyboard" not in markup:
        if markup and inline_only:
            raise bad_request("inline keyboard expected")
        if "force_reply" in markup:
            questions.check(markup)
        return {}
    rows = _rows(markup)
    if any("pay" in button for row in rows for button in row):
        raise bad_request("BUTTON_TYPE_INVALID")
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}


def pay_keyboard(params: Json, stars: int) -> Json:
    """`reply_markup` of an invoice: its first button pays; raises Refusal 400 when another does."""
    markup = params.get("reply_markup") or {"inline_keyboard": []}
    if "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    rows = _rows(markup) or [[{"text": f"Pay ⭐️{stars}", "pay": True}]]
    first, *others = [button for row in rows for button in row]
    if not first.get("pay") or any("pay" in button for button in others):
        raise bad_request("BUTTON_TYPE_INVALID")
    return {"reply_markup": {"inline_keyboard": rows}}


def _rows(markup: Json) -> list[list[Json]]:
    """The rows of an inline keyboard; raises Refusal 400 for a button Telegram would not show."""
    return [[_button(button) for button in row] for row in markup["inline_keyboard"] if row]


def _button(button: Json) -> Json:
    if not button.get("text"):
        raise bad_request('can\'t parse inline keyboard button: Field "text" must be non-empty')
    actions = _ACTIONS & button.keys()
    if not actions:
        raise bad_request("text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request(f"button {button['text']!r} has more than one action")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button and not button["url"].startswith(("https://", "http://", "tg://")):
        url = button["url"]
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return button


async def media_of(ask: Ask, kind: str, source: object, said: Json) -> Media:
    """The media meant by a file id, or by `attach://NAME` for an upload of this call.

    `said` may hold width, height (pixels), duration (seconds) and a thumbnail. Raises Refusal.
    """
    if not isinstance(source, str) or not source:
        raise bad_request(f"there is no {kind} in the request")
    if source.startswith(("http://", "https://")):
        reason = "sending by URL is not modelled by the sandbox"
        raise NotModelled(400, f"Bad Request: {reason}")
    if not source.startswith(ATTACHED):
        return ask.world.files.again(kind, source)
    upload = ask.uploads.get(source.removeprefix(ATTACHED))
    if upload is None:
        raise bad_request(f"there is no {source.removeprefix(ATTACHED)} in the request")
    if thumbnail := said.get("thumbnail"):
        said = {**said, "thumbnail": await media_of(ask, "photo", thumbnail, {})}
    # Copying and encoding take a while, and the bot may live in this very process.
    return await asyncio.to_thread(
        ask.world.files.add,
        kind,
        upload.file,
        upload.filename,
        said,
    )
