"""The methods about Stars: invoices, the answer before a payment, refunds, what came in.

They do not know who pays, or when.
"""

from bot.sandbox import shapes
from bot.sandbox.ask import Ask
from bot.sandbox.content import pay_keyboard
from bot.sandbox.invoices import invoice_of
from bot.sandbox.refusal import Json, bad_request


async def send_invoice(ask: Ask) -> Json:
    room = ask.room_taking("text")
    place = ask.place(room)
    invoice = invoice_of(ask.params)
    content = {"invoice": invoice.shown(), **pay_keyboard(ask.params, invoice.stars)}
    origin = {"from": shapes.sender(ask.world.bot)}
    message = ask.world.chats.post(room, origin, content, place)
    ask.world.till.post(message, invoice)
    return message


async def create_invoice_link(ask: Ask) -> str:
    return ask.world.till.link(invoice_of(ask.params))


async def answer_pre_checkout_query(ask: Ask) -> bool:
    """Once per query, within 10 s; a refusal has to say why."""
    is_ok = ask.params.get("ok") is True
    words = ask.text("error_message")
    if not is_ok and not words:
        raise bad_request('parameter "error_message" is required')
    ask.world.till.answer(ask.params.get("pre_checkout_query_id"), None if is_ok else words)
    return True


async def refund_star_payment(ask: Ask) -> bool:
    charge_id = ask.text("telegram_payment_charge_id")
    ask.world.till.give_back(ask.params.get("user_id"), charge_id)
    return True


async def edit_user_star_subscription(ask: Ask) -> bool:
    charge_id = ask.text("telegram_payment_charge_id")
    is_cancelled = ask.params.get("is_canceled") is True
    ask.world.till.stars.cancel(ask.params.get("user_id"), charge_id, is_cancelled=is_cancelled)
    return True


async def get_star_transactions(ask: Ask) -> Json:
    """Oldest first; at most 100."""
    offset, limit = ask.params.get("offset") or 0, ask.params.get("limit", 100)
    if offset < 0 or not 1 <= limit <= 100:
        raise bad_request("invalid offset or limit specified")
    return {"transactions": ask.world.till.stars.transactions[offset : offset + limit]}


async def get_my_star_balance(ask: Ask) -> Json:
    return {"amount": ask.world.till.stars.balance()}
