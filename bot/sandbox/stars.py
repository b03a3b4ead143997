"""Stars: who has how many, what the bot was paid, what went back.

It does not know messages or updates. Shapes: core.telegram.org/bots/api#startransaction.
"""

import secrets
from dataclasses import dataclass, field, replace

from bot.sandbox import shapes
from bot.sandbox.invoices import MONTH_S, Invoice
from bot.sandbox.refusal import Json, bad_request


@dataclass(frozen=True)
class Charge:
    """One payment. `subscription_id` is the charge that began the subscription it belongs to."""

    charge_id: str
    user_id: int
    stars: int
    payload: str
    paid_at: int
    subscription_id: str | None = None
    expires_at: int | None = None
    """Until when the subscription is paid by it, in seconds since the epoch."""
    is_refunded: bool = False

    @property
    def provider_charge_id(self) -> str:
        return f"{self.user_id}_{self.paid_at}"

    def told(self) -> Json:
        """What SuccessfulPayment and RefundedPayment both say of it."""
        return {
            "currency": "XTR",
            "total_amount": self.stars,
            "invoice_payload": self.payload,
            "telegram_payment_charge_id": self.charge_id,
            "provider_payment_charge_id": self.provider_charge_id,
        }

    def successful_payment(self) -> Json:
        if self.subscription_id is None:
            return self.told()
        first = {"is_first_recurring": True} if self.subscription_id == self.charge_id else {}
        until = {"subscription_expiration_date": self.expires_at, "is_recurring": True}
        return {**self.told(), **until, **first}


@dataclass
class Stars:
    """`of` holds the Stars of each person, `charges` every payment by its id, oldest first."""

    of: dict[int, int] = field(default_factory=dict)
    charges: dict[str, Charge] = field(default_factory=dict)
    transactions: list[Json] = field(default_factory=list)
    cancelled: set[str] = field(default_factory=set)
    """The subscriptions that are not renewed, by the charge that began each."""

    def charge(self, user: Json, invoice: Invoice, now: int) -> Charge:
        """Takes the Stars of a new payment, which may begin a subscription."""
        charge_id = f"stx{secrets.token_urlsafe(60)}"
        charge = Charge(charge_id, user["id"], invoice.stars, invoice.payload, now)
        if invoice.is_subscription:
            charge = replace(charge, subscription_id=charge_id, expires_at=now + MONTH_S)
        return self._taken(user, charge)

    def charge_again(self, user: Json, before: Charge, now: int) -> Charge:
        """Takes the Stars for the next 30 days of a subscription."""
        charge_id = f"stx{secrets.token_urlsafe(60)}"
        until = (before.expires_at or now) + MONTH_S
        again = replace(before, charge_id=charge_id, paid_at=now, expires_at=until)
        return self._taken(user, replace(again, is_refunded=False))

    def give_back(self, user: Json, charge_id: str, now: int) -> Charge:
        """Refunds a payment; raises Refusal 400 when it is not this person's or went back before."""
        charge = self.charges.get(charge_id)
        if charge is None or charge.user_id != user["id"]:
            raise bad_request("CHARGE_NOT_FOUND")
        if charge.is_refunded:
            raise bad_request("CHARGE_ALREADY_REFUNDED")
        self.charges[charge_id] = replace(charge, is_refunded=True)
        self.of[charge.user_id] += charge.stars
        self._note("receiver", user, charge, now)
        return charge

    def cancel(self, user_id: object, charge_id: str, *, is_cancelled: bool) -> None:
        """Stops or resumes a subscription; raises Refusal 400 when it is not this person's."""
        charge = self.charges.get(charge_id)
        if charge is None or charge.user_id != user_id or charge.subscription_id is None:
            raise bad_request("CHARGE_NOT_FOUND")
        if is_cancelled:
            self.cancelled.add(charge.subscription_id)
        else:
            self.cancelled.discard(charge.subscription_id)

    def balance(self) -> int:
        """The bot's own Stars."""
        return sum(each["amount"] * (1 if "source" in each else -1) for each in self.transactions)

    def _taken(self, user: Json, charge: Charge) -> Charge:
        self.of[charge.user_id] -= charge.stars
        self.charges[charge.charge_id] = charge
        self._note("source", user, charge, charge.paid_at)
        return charge

    def _note(self, side: str, user: Json, charge: Charge, now: int) -> None:
        partner: Json = {
            "type": "user",
            "transaction_type": "invoice_payment",
            "user": shapes.sender(user),
            "invoice_payload": charge.payload,
        }
        if charge.subscription_id is not None:
            partner["subscription_period"] = MONTH_S
        moved = {"id": charge.charge_id, "amount": charge.stars, "date": now}
        self.transactions.append({**moved, side: partner})
