"""What must be true of the book after every step, whatever happened. Read from the rows alone."""

import dataclasses

from shop import Shop

from bot.model import FINAL_STATES

_COMES_IN = ("grant", "topup", "voucher")
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


async def left_of_terms(shop: Shop) -> dict[int, int]:
    """Of each plan term's own balance what is neither gone, taken nor held; below nothing where
    jobs of it cost more than it had.
    """
    rows = await shop.rows(
        "SELECT t.term_id, t.bought_vnd - t.gone_vnd"
        " - COALESCE(SUM(j.charged_vnd + j.held_vnd), 0) AS left_vnd"
        " FROM plan_term t LEFT JOIN job j ON j.term_id = t.term_id"
        " GROUP BY t.term_id, t.bought_vnd, t.gone_vnd"
    )
    return {row["term_id"]: row["left_vnd"] for row in rows}


async def lapsing_term(shop: Shop, wallet: int) -> int | None:
    rows = await shop.rows(
        f"SELECT term_id FROM plan_term WHERE wallet_id = {wallet} AND ended_at IS NULL"
        " AND ends_at IS NOT NULL"
    )
    return int(rows[0]["term_id"]) if rows else None


async def outputs_today(shop: Shop) -> int:
    """Pictures that count against the day's cap of the whole bot."""
    today = shop.desk.purses.today(shop.now())
    [row] = await shop.rows(
        "SELECT COALESCE(SUM(outputs), 0) AS made FROM job WHERE output_kind = 'image'"
        f" AND allowance_day = '{today}' AND state NOT IN ('failed', 'cancelled', 'needs_review')"
    )
    return int(row["made"])
