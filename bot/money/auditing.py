"""The book looked through: every balance, hold and allowance recomputed from its entries.

Knows nothing of what to do about a difference. A row that is gone is one, like a number that is
wrong: each question is put from both sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.store.port import Store

_SENTENCES: Final[Mapping[str, str]] = {
    "verify_wallets": (
        "wallet {wallet_id}: balance {balance_vnd} ₫, held {held_vnd} ₫; "
        "its entries say {entries_balance_vnd} ₫ and {entries_held_vnd} ₫"
    ),
    "verify_jobs": (
        "job {job_id}: held {held_vnd} ₫, charged {charged_vnd} ₫; "
        "its entries say {entries_held_vnd} ₫ and {entries_charged_vnd} ₫"
    ),
    "verify_holds": (
        "job {job_id}: {hold_vnd} ₫ were held; at {price_each_vnd} ₫ an output it costs {cost_vnd} ₫"
    ),
    "verify_allowances": (
        "allowance of {user_id} on {day} ({kind}): {used} used of {given}; "
        "its uses say {entries_used}"
    ),
    "verify_job_allowances": "job {job_id}: {free} free outputs; its uses say {entries_free}",
    "verify_payers": "job {job_id} is paid by {payer_id}; an entry of it is of {wallet_id}",
    "verify_allowance_owners": (
        "job {job_id} is paid by {payer_id}; an allowance of {user_id} was used for it"
    ),
    "verify_settled": (
        "job {job_id} is {state} and still holds {held_vnd} ₫ and {held_free} free outputs"
    ),
    "verify_terms": (
        "plan term {term_id}: bought {bought_vnd} ₫, gone {gone_vnd} ₫; "
        "its entries say {entries_bought_vnd} ₫ and {entries_gone_vnd} ₫"
    ),
    "verify_spent": "plan term {term_id}: {spent_vnd} ₫ spent; its jobs say {jobs_spent_vnd} ₫",
    "verify_term_wallets": "plan term {term_id} is of wallet {wallet_id}; {what} is of {other_id}",
    "verify_endings": (
        "entry {entry_id} ({key}): a {kind} of {amount_vnd} ₫ in wallet {wallet_id}, "
        "which no plan's end explains"
    ),
    "verify_payments": (
        "payment {charge_id}: {amount_vnd} ₫ credited, {reversed_vnd} ₫ gone back; "
        "its entries come to {entries_vnd} ₫ and {entries_reversed_vnd} ₫"
    ),
    "verify_rates": (
        "payment {charge_id}: {stars} Stars at {vnd_per_star} ₫ are not {amount_vnd} ₫"
    ),
    "verify_payment_states": (
        "payment {charge_id} is {state}; {reversed_vnd} ₫ of {amount_vnd} ₫ have gone back, "
        "and the shop bore {borne_vnd} ₫"
    ),
    "verify_payment_terms": (
        "payment {charge_id} is of plan term {term_id}; its entry is of {entry_term_id}"
    ),
    "verify_unpaid": (
        "entry {entry_id}: a {kind} of {amount_vnd} ₫ in wallet {wallet_id}, of no payment"
    ),
    "verify_vouchers": (
        "voucher {code}: {amount_vnd} ₫ for wallet {wallet_id}; "
        "its entry says {entry_vnd} ₫ for {entry_wallet_id}"
    ),
    "verify_vouched": (
        "entry {entry_id}: {amount_vnd} ₫ in wallet {wallet_id}, by a voucher nobody made"
    ),
}


async def verify(store: Store) -> list[str]:
    """Recompute every balance, hold and allowance from the entries; a line per difference."""
    findings: list[str] = []
    for statement, sentence in _SENTENCES.items():
        findings += [sentence.format(**row) for row in await store.all(statement)]
    for dangling in await store.dangling():
        findings.append(
            f"{dangling.table} row {dangling.row}: the {dangling.names} it names is not there"
        )
    return findings
