"""The Bot API methods the sandbox models: who does them, what they take, which count to the pace.

It knows nothing of HTTP. Parameters: core.telegram.org/bots/api; those without an effect here are
listed as well, what is not listed is refused.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.ask import Ask
from bot.sandbox.methods import asking, editing, naming, paying, sending


@dataclass(frozen=True)
class Method:
    """`is_paced`: a message or an edit, which Telegram counts alike."""

    name: str
    do: Callable[[Ask], Awaitable[Any]]
    parameters: frozenset[str]
    is_paced: bool = False


_TARGET = (
    "chat_id message_thread_id disable_notification protect_content allow_paid_broadcast "
    "message_effect_id reply_parameters "
)
_CAPTION = "caption parse_mode caption_entities "
_ABOVE = "show_caption_above_media "
_CLIP = "duration width height thumbnail has_spoiler "
_EDITED = "chat_id message_id reply_markup "
_LANGUAGE = "language_code "


def _method(name: str, do: Callable[[Ask], Awaitable[Any]], parameters: str = "") -> Method:
    return Method(name, do, frozenset(parameters.split()))


def _paced(name: str, do: Callable[[Ask], Awaitable[Any]], parameters: str) -> Method:
    return Method(name, do, frozenset(parameters.split()), is_paced=True)


def _sending() -> list[Method]:
    text = "text parse_mode entities link_preview_options "
    shown = _TARGET + _CAPTION + "reply_markup "
    video = _ABOVE + _CLIP + "video supports_streaming "
    return [
        _paced("sendMessage", sending.send_message, _TARGET + text + "reply_markup"),
        _paced("sendPhoto", sending.send_photo, shown + _ABOVE + "photo has_spoiler"),
        _paced("sendVideo", sending.send_video, shown + video),
        _paced("sendAnimation", sending.send_animation, shown + _ABOVE + _CLIP + "animation"),
        _paced(
            "sendDocument",
            sending.send_document,
            shown + "document thumbnail disable_content_type_detection",
        ),
        _paced("sendMediaGroup", sending.send_media_group, _TARGET + "media"),
        _method("sendChatAction", sending.send_chat_action, "chat_id message_thread_id action"),
        _paced("editMessageText", editing.edit_message_text, _EDITED + text),
        _paced("editMessageCaption", editing.edit_message_caption, _EDITED + _CAPTION + _ABOVE),
        _paced("editMessageMedia", editing.edit_message_media, _EDITED + "media"),
        _paced("editMessageReplyMarkup", editing.edit_message_reply_markup, _EDITED),
        _method(
            "setMessageReaction",
            editing.set_message_reaction,
            "chat_id message_id reaction is_big",
        ),
        _method("deleteMessage", editing.delete_message, "chat_id message_id"),
        _method(
            "answerCallbackQuery",
            editing.answer_callback_query,
            "callback_query_id text show_alert url cache_time",
        ),
    ]


def _asking() -> list[Method]:
    webhook = "url max_connections ip_address secret_token allowed_updates drop_pending_updates"
    return [
        _method("getMe", asking.get_me),
        _method("getUpdates", asking.get_updates, "offset limit timeout allowed_updates"),
        _method("setWebhook", asking.set_webhook, webhook),
        _method("deleteWebhook", asking.delete_webhook, "drop_pending_updates"),
        _method("getWebhookInfo", asking.get_webhook_info),
        _method("getFile", asking.get_file, "file_id"),
        _method("getChat", asking.get_chat, "chat_id"),
        _method("getChatMember", asking.get_chat_member, "chat_id user_id"),
        _method("getChatAdministrators", asking.get_chat_administrators, "chat_id return_bots"),
        _method("getChatMemberCount", asking.get_chat_member_count, "chat_id"),
        _method("leaveChat", asking.leave_chat, "chat_id"),
    ]


def _naming() -> list[Method]:
    scope = "scope " + _LANGUAGE
    short = "short_description " + _LANGUAGE
    return [
        _method("setMyCommands", naming.set_my_commands, "commands " + scope),
        _method("getMyCommands", naming.get_my_commands, scope),
        _method("deleteMyCommands", naming.delete_my_commands, scope),
        _method("setMyName", naming.set_my_name, "name " + _LANGUAGE),
        _method("getMyName", naming.get_my_name, _LANGUAGE),
        _method("setMyDescription", naming.set_my_description, "description " + _LANGUAGE),
        _method("getMyDescription", naming.get_my_description, _LANGUAGE),
        _method("setMyShortDescription", naming.set_my_short_description, short),
        _method("getMyShortDescription", naming.get_my_short_description, _LANGUAGE),
    ]


def _paying() -> list[Method]:
    invoice = "title description payload provider_token currency prices "
    charge = "user_id telegram_payment_charge_id "
    return [
        _paced(
            "sendInvoice", paying.send_invoice, _TARGET + invoice + "start_parameter reply_markup"
        ),
        _method("createInvoiceLink", paying.create_invoice_link, invoice + "subscription_period"),
        _method(
            "answerPreCheckoutQuery",
            paying.answer_pre_checkout_query,
            "pre_checkout_query_id ok error_message",
        ),
        _method("refundStarPayment", paying.refund_star_payment, charge),
        _method(
            "editUserStarSubscription", paying.edit_user_star_subscription, charge + "is_canceled"
        ),
        _method("getStarTransactions", paying.get_star_transactions, "offset limit"),
        _method("getMyStarBalance", paying.get_my_star_balance),
    ]


def all_methods() -> dict[str, Method]:
    """By name in lower case: Telegram does not mind how a method is capitalised."""
    return {
        method.name.lower(): method for method in [*_sending(), *_asking(), *_naming(), *_paying()]
    }
