"""What must be true of the book after every step, whatever happened. Read from the rows alone."""

import dataclasses
from collections.abc import Mapping

from shop import HOUR, Shop

from bot.model import FINAL_STATES

_COMES_IN = ("grant", "topup", "voucher", "borne")
_GOES_OUT = ("correction", "refund")
_VANISHES = ("lapse", "reversal")


@dataclasses.dataclass(frozen=True)
class Account:
    """Everything that ever happened to a wallet, in đồng."""

    came_in: int
    went_out: int
    """Taken back by hand, or paid back for a plan ended early."""
    vanished: int
    """Lapsed with a plan, or went back as Stars."""
    charged: int
    balance: int
    held: int


async def account_of(shop: Shop, wallet: int) -> Account:
    sums = {
        row["kind"]: row["vnd"]
        for row in await shop.rows(
            f"SELECT kind, SUM(amount_vnd) AS vnd FROM ledger_entry WHERE wallet_id = {wallet}"
            " GROUP BY kind"
        )
    }
    [paid] = await shop.rows(
        f"SELECT COALESCE(SUM(charged_vnd), 0) AS vnd FROM job WHERE payer_id = {wallet}"
    )
    has = await shop.wallet(wallet)
    return Account(
        came_in=sum(sums.get(kind, 0) for kind in _COMES_IN),
        went_out=sum(sums.get(kind, 0) for kind in _GOES_OUT),
        vanished=sum(sums.get(kind, 0) for kind in _VANISHES),
        charged=paid["vnd"],
        balance=has.balance_vnd,
        held=has.held_vnd,
    )


async def check_book(shop: Shop) -> None:
    """The book is right by itself, nothing is overdrawn, and each hold is settled once."""
    assert [] == await shop.findings()
    assert [] == await shop.rows("SELECT * FROM wallet WHERE balance_vnd < 0 OR held_vnd < 0")
    assert [] == await shop.rows("SELECT * FROM allowance_day WHERE used < 0 OR used > given")
    assert [] == await shop.rows(
        "SELECT job_id, kind FROM ledger_entry WHERE job_id IS NOT NULL"
        " GROUP BY job_id, kind HAVING COUNT(*) > 1"
    )
    final = ", ".join(f"'{state}'" for state in sorted(FINAL_STATES))
    assert [] == await shop.rows(
        "SELECT j.job_id FROM job j JOIN ledger_entry e ON e.job_id = j.job_id"
        f" WHERE j.state IN ({final}) GROUP BY j.job_id"
        " HAVING SUM(CASE e.kind WHEN 'hold' THEN e.amount_vnd ELSE -e.amount_vnd END) <> 0"
    )
    assert [] == await shop.rows("SELECT * FROM plan_term WHERE gone_vnd > bought_vnd")
    held = await shop.rows(
        "SELECT w.wallet_id FROM wallet w LEFT JOIN job j ON j.payer_id = w.wallet_id"
        " GROUP BY w.wallet_id, w.held_vnd HAVING w.held_vnd <> COALESCE(SUM(j.held_vnd), 0)"
    )
    assert [] == held


async def left_of_terms(shop: Shop, parts: Mapping[str, int]) -> dict[int, int]:
    """Of each plan term's own balance what its entries and jobs leave.

    ``parts``: of each job what its term had for it when it was accepted. What it gives back is
    first what it took beside its term.
    """
    rows = await shop.rows("SELECT term_id FROM plan_term")
    left = dict.fromkeys((row["term_id"] for row in rows), 0)
    for row in await shop.rows("SELECT * FROM ledger_entry WHERE term_id IS NOT NULL"):
        sign = 1 if row["kind"] in _COMES_IN else -1
        left[row["term_id"]] += sign * row["amount_vnd"]
    for row in await shop.rows(
        "SELECT j.job_id, j.term_id, SUM(CASE e.kind WHEN 'hold' THEN e.amount_vnd"
        " WHEN 'release' THEN -e.amount_vnd ELSE 0 END) AS vnd"
        " FROM job j JOIN ledger_entry e ON e.job_id = j.job_id WHERE j.term_id IS NOT NULL"
        " GROUP BY j.job_id, j.term_id"
    ):
        left[row["term_id"]] -= min(row["vnd"], parts[row["job_id"]])
    return left


async def check_terms(shop: Shop, parts: Mapping[str, int]) -> None:
    """No plan has given more than was bought with it, and what it still has is there."""
    left = await left_of_terms(shop, parts)
    rows = await shop.rows("SELECT * FROM plan_term")
    assert {
        row["term_id"]: row["bought_vnd"] - row["gone_vnd"] - row["spent_vnd"] for row in rows
    } == left
    assert [] == [term_id for term_id, left_vnd in left.items() if left_vnd < 0]
    assert [] == await shop.rows(
        "SELECT * FROM plan_term WHERE settled_at IS NULL AND ends_at > ended_at"
    )  # what has ended early waits for nothing
    await _check_ends(shop)
    for has in await shop.rows("SELECT * FROM wallet"):
        terms = [row["term_id"] for row in rows if row["wallet_id"] == has["wallet_id"]]
        assert sum(left[term_id] for term_id in terms) <= has["balance_vnd"]


async def _check_ends(shop: Shop) -> None:
    """A person's plan runs as long as what bought it says; of two groups' that became one, see
    `jobs/migration.py`.
    """
    for term in await shop.rows(
        "SELECT * FROM plan_term WHERE wallet_id > 0 AND ended_at IS NULL AND ends_at IS NOT NULL"
    ):
        ends_at = 0
        for bought in await shop.rows(
            "SELECT * FROM term_purchase WHERE undone_at IS NULL"
            f" AND term_id = {term['term_id']} ORDER BY bought_at, purchase_id"
        ):
            ends_at = max(ends_at, bought["bought_at"]) + bought["days"] * 24 * HOUR
        assert ends_at == term["ends_at"]


async def outputs_today(shop: Shop) -> int:
    """Pictures that count against the day's cap of the whole bot."""
    today = shop.desk.purses.today(shop.now())
    [row] = await shop.rows(
        "SELECT COALESCE(SUM(outputs), 0) AS made FROM job WHERE output_kind = 'image'"
        f" AND allowance_day = '{today}' AND state NOT IN ('failed', 'cancelled', 'needs_review')"
    )
    return int(row["made"])
