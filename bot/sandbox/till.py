"""What people do with Stars: pay invoices, subscribe, have Telegram give their Stars back.

It does not know HTTP, nor what is bought. The bot is asked before each payment and told after it.
"""

import random
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.sandbox import shapes
from bot.sandbox.chats import Chats, Place, Room
from bot.sandbox.invoices import Invoice
from bot.sandbox.limits import Pace
from bot.sandbox.refusal import Json, bad_request
from bot.sandbox.stars import Charge, Stars
from bot.sandbox.updates import Updates
from bot.sandbox.watch import Watch

LINK = "https://t.me/$"


class PaymentRefused(Exception):
    """The Stars stayed with the payer; `words` are what their app shows."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True)
class _Verdict:
    """How the bot answered, `refusal` being its words."""

    refusal: str | None


@dataclass
class _Checkout:
    asked_at: float
    verdict: _Verdict | None = None


@dataclass
class Till:
    """All invoices and payments of one world.

    `deliver(kind, room, message)` makes an update of what was written, if the bot gets to see it.
    """

    bot: Json
    chats: Chats
    updates: Updates
    watch: Watch
    pace: Pace
    deliver: Callable[[str, Room, Json], Json]
    stars: Stars = field(default_factory=Stars)
    _posted: dict[tuple[int, int], Invoice] = field(default_factory=dict)
    _links: dict[str, Invoice] = field(default_factory=dict)
    _checkouts: dict[str, _Checkout] = field(default_factory=dict)
    _receipts: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def charges(self) -> Mapping[str, Charge]:
        """Every payment by its id, oldest first."""
        return self.stars.charges

    def stars_of(self, user_id: int) -> int:
        return self.stars.of[user_id]

    def receipts(self) -> list[Json]:
        """Every invoice message that was paid, in the shape of its event."""
        return [_receipt(*place, charge_id) for place, charge_id in self._receipts.items()]

    # What people do.

    async def pay(self, user_id: int, chat_id: int, message_id: int) -> str:
        """A person pays an invoice message; answers the charge's id.

        Raises ValueError for what is no invoice they can see, PaymentRefused with the words their
        app shows: the bot's, `timeout`, or why Telegram itself says no.
        """
        room = self._room_of(user_id, chat_id)
        message = room.messages.get(message_id, {})
        invoice = self._posted.get((chat_id, message_id))
        if invoice is None or "invoice" not in message:
            raise ValueError(f"message {message_id} in {chat_id} is no invoice")
        self._check_unpaid(chat_id, message_id)
        await self._settle(user_id, invoice)
        self._check_unpaid(chat_id, message_id)  # again: somebody may have been quicker
        topic = message["message_thread_id"] if message.get("is_topic_message") else None
        charge = self._take(user_id, invoice)
        self._receipts[chat_id, message_id] = charge.charge_id
        self.watch.tell({"type": "receipt", **_receipt(chat_id, message_id, charge.charge_id)})
        self._tell_paid(room, charge, Place(thread_id=topic))
        return charge.charge_id

    async def pay_link(self, user_id: int, url: str) -> str:
        """A person opens an invoice link and pays, as often as they like; the same errors."""
        invoice = self.invoice_at(url)
        room = self._room_of(user_id, user_id)
        room.start(self.bot["id"])
        await self._settle(user_id, invoice)
        charge = self._take(user_id, invoice)
        self._tell_paid(room, charge)
        return charge.charge_id

    def renew(self, charge_id: str) -> str:
        """The next 30 days of a subscription are paid by themselves; answers the new charge's id.

        Raises ValueError when it was cancelled or is none, PaymentRefused without the Stars.
        """
        before = self.charges[charge_id]
        if before.subscription_id is None or before.subscription_id in self.stars.cancelled:
            raise ValueError(f"{charge_id} is of no subscription that goes on")
        self._check_enough(before.user_id, before.stars)
        payer = self.chats.users[before.user_id]
        charge = self.stars.charge_again(payer, before, int(self.pace.clock()))
        self._tell_stars(charge.user_id)
        self._tell_paid(self.chats.rooms[charge.user_id], charge)
        return charge.charge_id

    async def checkout(
        self, user_id: int, *, payload: str, stars: int, currency: str = "XTR"
    ) -> tuple[bool, str]:
        """A pre-checkout query of whatever payload and price; whether the bot said yes, else its words."""
        try:
            await self._ask(user_id, payload=payload, stars=stars, currency=currency)
        except PaymentRefused as refused:
            return False, refused.words
        return True, ""

    def refund_elsewhere(self, charge_id: str) -> None:
        """Telegram itself gives a payment back; raises Refusal when it went back before."""
        self.give_back(self.charges[charge_id].user_id, charge_id)

    # What the bot does.

    def post(self, message: Json, invoice: Invoice) -> None:
        """The message is this invoice's."""
        self._posted[message["chat"]["id"], message["message_id"]] = invoice

    def link(self, invoice: Invoice) -> str:
        url = f"{LINK}{secrets.token_urlsafe(16)}"
        self._links[url] = invoice
        return url

    def invoice_at(self, url: str) -> Invoice:
        """Raises ValueError when no link leads there."""
        if url not in self._links:
            raise ValueError(f"there is no invoice at {url}")
        return self._links[url]

    def answer(self, query_id: object, refusal: str | None) -> None:
        """The bot's answer to a pre-checkout query; raises Refusal 400 when it comes too late."""
        asked = self._checkouts.get(query_id) if isinstance(query_id, str) else None
        if asked is None or asked.verdict is not None or self._is_over(asked):
            raise bad_request(
                "query is too old and response timeout expired or query ID is invalid",
            )
        asked.verdict = _Verdict(refusal)
        self.watch.stir()

    def give_back(self, user_id: object, charge_id: str) -> None:
        """Refunds a payment and tells the payer's chat; raises Refusal 400 in Telegram's words."""
        payer = self.chats.users.get(user_id) if isinstance(user_id, int) else None
        charge = self.stars.give_back(payer or {"id": 0}, charge_id, int(self.pace.clock()))
        self._tell_stars(charge.user_id)
        self._say(self.chats.rooms[charge.user_id], charge, {"refunded_payment": charge.told()})

    # Between the two.

    async def _settle(self, user_id: int, invoice: Invoice) -> None:
        self._check_enough(user_id, invoice.stars)
        await self._ask(user_id, payload=invoice.payload, stars=invoice.stars, currency="XTR")
        self._check_enough(user_id, invoice.stars)  # again: they may have paid something else

    async def _ask(self, user_id: int, *, payload: str, stars: int, currency: str) -> None:
        """Asks the bot; raises PaymentRefused unless it says yes in time."""
        query_id = str(random.getrandbits(62))
        asked = self._checkouts[query_id] = _Checkout(self.pace.clock())
        query = {"id": query_id, "from": shapes.sender(self.chats.users[user_id])}
        price = {"currency": currency, "total_amount": stars, "invoice_payload": payload}
        self.updates.add("pre_checkout_query", query | price)
        self.watch.stir()
        try:
            verdict = await self.watch.until(
                lambda: self._verdict(asked), self.pace.limits.checkout_s
            )
        except TimeoutError:
            raise PaymentRefused("timeout") from None
        finally:
            del self._checkouts[query_id]
        if verdict.refusal is not None:
            raise PaymentRefused(verdict.refusal)

    def _verdict(self, asked: _Checkout) -> _Verdict | None:
        return asked.verdict or (_Verdict("timeout") if self._is_over(asked) else None)

    def _is_over(self, asked: _Checkout) -> bool:
        return self.pace.clock() - asked.asked_at > self.pace.limits.checkout_s

    def _check_unpaid(self, chat_id: int, message_id: int) -> None:
        if (chat_id, message_id) in self._receipts:
            raise PaymentRefused("INVOICE_ALREADY_PAID")

    def _check_enough(self, user_id: int, stars: int) -> None:
        if self.stars.of[user_id] < stars:
            raise PaymentRefused("BALANCE_TOO_LOW")

    def _take(self, user_id: int, invoice: Invoice) -> Charge:
        payer = self.chats.users[user_id]
        charge = self.stars.charge(payer, invoice, int(self.pace.clock()))
        self._tell_stars(user_id)
        return charge

    def _tell_stars(self, user_id: int) -> None:
        stars = self.stars.of[user_id]
        self.watch.tell({"type": "stars", "user_id": user_id, "stars": stars})

    def _tell_paid(self, room: Room, charge: Charge, place: Place | None = None) -> None:
        self._say(room, charge, {"successful_payment": charge.successful_payment()}, place)

    def _say(self, room: Room, charge: Charge, content: Json, place: Place | None = None) -> None:
        origin = {"from": shapes.sender(self.chats.users[charge.user_id])}
        message = self.chats.post(room, origin, content, place or Place())
        self.deliver("message", room, message)

    def _room_of(self, user_id: int, chat_id: int) -> Room:
        room = self.chats.rooms[chat_id]
        if not room.has(user_id):
            raise ValueError(f"user {user_id} is not in chat {chat_id}")
        return room


def _receipt(chat_id: int, message_id: int, charge_id: str) -> Json:
    return {"chat_id": chat_id, "message_id": message_id, "charge_id": charge_id}
