-- Every statement Easel runs, by name. Portable between SQLite and PostgreSQL: named
-- parameters, ON CONFLICT, no pragma. A block is `-- name --`, what it is for, the statement.

-- ============================================================ people and chats

-- user_seen --
-- Somebody spoke: remember who they are, keep what they chose.
INSERT INTO user (user_id, first_name, username, language_code, created_at)
VALUES (:user_id, :first_name, :username, :language_code, :now)
ON CONFLICT (user_id) DO UPDATE
SET first_name = excluded.first_name, username = excluded.username,
    language_code = excluded.language_code

-- user_get --
SELECT * FROM user WHERE user_id = :user_id

-- user_set_language --
UPDATE user SET language = :language WHERE user_id = :user_id

-- user_known --
-- An operator speaks of somebody who has not spoken yet.
INSERT INTO user (user_id, first_name, created_at) VALUES (:user_id, '', :now)
ON CONFLICT (user_id) DO NOTHING

-- users_named --
-- Who went by this name when they last spoke; two, when it passed from one to the other.
SELECT user_id FROM user WHERE username = :username LIMIT 2

-- user_set_access --
-- By an operator; a later refusal is said again, once.
UPDATE user SET is_allowed = :is_allowed, is_banned = :is_banned, refused_at = NULL
WHERE user_id = :user_id

-- user_refused --
-- 0 rows when they were told before.
UPDATE user SET refused_at = :now WHERE user_id = :user_id AND refused_at IS NULL

-- chat_known --
-- A group is spoken of, or moves, before it ever spoke itself.
INSERT INTO chat (chat_id, kind, title, created_at) VALUES (:chat_id, 'group', '', :now)
ON CONFLICT (chat_id) DO NOTHING

-- chat_set_access --
-- By an operator; a later refusal is said again, once.
UPDATE chat SET is_allowed = :is_allowed, is_banned = :is_banned, refused_at = NULL
WHERE chat_id = :chat_id

-- chat_refused --
-- 0 rows when it was told before.
UPDATE chat SET refused_at = :now WHERE chat_id = :chat_id AND refused_at IS NULL

-- chat_seen --
-- A chat spoke, so it can be reached again.
INSERT INTO chat (chat_id, kind, title, created_at, seen_at)
VALUES (:chat_id, :kind, :title, :now, :now)
ON CONFLICT (chat_id) DO UPDATE
SET title = excluded.title, seen_at = excluded.seen_at, unreachable_at = NULL

-- chat_gone --
-- It blocked the bot or threw it out; since when it could not be reached stays as it is.
INSERT INTO chat (chat_id, kind, title, created_at, unreachable_at)
VALUES (:chat_id, :kind, :title, :now, :now)
ON CONFLICT (chat_id) DO UPDATE
SET unreachable_at = COALESCE(chat.unreachable_at, excluded.unreachable_at)

-- chat_get --
SELECT * FROM chat WHERE chat_id = :chat_id

-- chat_admin_get --
-- Whether Telegram called somebody an admin there when it was last asked.
SELECT 1 AS yes FROM chat_admin WHERE chat_id = :chat_id AND user_id = :user_id

-- chat_admins_forget --
-- They are written anew, in the same transaction.
DELETE FROM chat_admin WHERE chat_id = :chat_id

-- chat_admin_add --
INSERT INTO chat_admin (chat_id, user_id) VALUES (:chat_id, :user_id) ON CONFLICT DO NOTHING

-- chat_set_language --
UPDATE chat SET language = :language WHERE chat_id = :chat_id

-- chat_set_admins_at --
UPDATE chat SET admins_at = :now WHERE chat_id = :chat_id

-- chat_unreachable --
-- Telegram refuses to send there.
UPDATE chat SET unreachable_at = COALESCE(unreachable_at, :since) WHERE chat_id = :chat_id

-- ============================================================ money

-- wallet_open --
INSERT INTO wallet (wallet_id) VALUES (:wallet_id) ON CONFLICT DO NOTHING

-- wallet_get --
SELECT * FROM wallet WHERE wallet_id = :wallet_id

-- wallet_move --
-- The checks of the table refuse a move that would leave less than nothing.
UPDATE wallet
SET balance_vnd = balance_vnd + :balance_delta, held_vnd = held_vnd + :held_delta
WHERE wallet_id = :wallet_id

-- spent_of_group --
-- What one member has taken or set aside of a group's wallet on one of the operator's days.
SELECT COALESCE(SUM(held_vnd + charged_vnd), 0) AS spent_vnd FROM job
WHERE payer_id = :payer_id AND user_id = :user_id AND allowance_day = :day

-- entry_add --
-- 0 rows when this very act was written before.
INSERT INTO ledger_entry (wallet_id, kind, amount_vnd, job_id, term_id, key, author, reason,
                          created_at)
VALUES (:wallet_id, :kind, :amount_vnd, :job_id, :term_id, :key, :author, :reason, :now)
ON CONFLICT (key) DO NOTHING

-- entry_known --
-- Whether this very act was written before, and what it was.
SELECT wallet_id, kind, amount_vnd, term_id, key, created_at FROM ledger_entry WHERE key = :key

-- allowance_open --
-- The day's row; a plan that gives more from now on raises what is given.
INSERT INTO allowance_day (user_id, day, kind, used, given)
VALUES (:user_id, :day, :kind, 0, :given)
ON CONFLICT (user_id, day, kind) DO UPDATE
SET given = CASE WHEN excluded.given > allowance_day.used
                 THEN excluded.given ELSE allowance_day.used END

-- allowance_get --
SELECT used, given FROM allowance_day WHERE user_id = :user_id AND day = :day AND kind = :kind

-- allowance_move --
UPDATE allowance_day SET used = used + :delta
WHERE user_id = :user_id AND day = :day AND kind = :kind

-- allowance_use_add --
INSERT INTO allowance_use (user_id, day, kind, delta, job_id, key, created_at)
VALUES (:user_id, :day, :kind, :delta, :job_id, :key, :now)
ON CONFLICT (key) DO NOTHING

-- granted --
-- Somebody was given money, or paid: they are known to the operator.
SELECT 1 AS yes FROM ledger_entry
WHERE wallet_id = :wallet_id AND kind IN ('grant', 'topup', 'voucher') LIMIT 1

-- receipts_older --
-- What a wallet has paid for and what came and went before one of its lines, newest first. What a
-- payment brought above a plan's price (`:rest`) stands with it, and what went with a plan ended
-- early stands with what was paid back for it. What was enlarged costs nothing.
SELECT line.at, line.entry_id, j.*, who.first_name, held.amount_vnd AS hold_vnd,
       used.delta AS hold_free, e.kind AS entry_kind, e.author, e.reason AS entry_reason,
       e.amount_vnd + COALESCE(rest.amount_vnd, 0) AS amount_vnd,
       COALESCE(gone.amount_vnd, 0) AS gone_vnd, COALESCE(t.plan, p.plan, sold.plan) AS plan,
       t.ended_why, p.stars, p.payment_id, giver.first_name AS giver, e.key
FROM (
    SELECT * FROM (
        SELECT accepted_at AS at, 0 AS entry_id, job_id FROM job
        WHERE payer_id = :wallet_id AND operation <> 'enlarge' AND accepted_at <= :at
          AND (accepted_at < :at OR :entry_id > 0 OR job_id < :job_id)
        ORDER BY accepted_at DESC, job_id DESC LIMIT :most
    ) AS made
    UNION ALL
    SELECT * FROM (
        SELECT created_at AS at, entry_id, '' AS job_id FROM ledger_entry
        WHERE wallet_id = :wallet_id AND job_id IS NULL AND created_at <= :at
          AND (created_at < :at OR entry_id < :entry_id)
          AND (term_id IS NOT NULL OR key NOT LIKE '%:rest')
          AND (kind <> 'lapse' OR NOT EXISTS (
              SELECT 1 FROM ledger_entry other
              WHERE other.term_id = ledger_entry.term_id AND other.kind = 'refund'
          ))
        ORDER BY created_at DESC, entry_id DESC LIMIT :most
    ) AS moved
) AS line
LEFT JOIN job j ON j.job_id = line.job_id
LEFT JOIN user who ON who.user_id = j.user_id
LEFT JOIN ledger_entry held ON held.job_id = j.job_id AND held.kind = 'hold'
LEFT JOIN allowance_use used ON used.job_id = j.job_id AND used.delta > 0
LEFT JOIN ledger_entry e ON e.entry_id = line.entry_id
LEFT JOIN ledger_entry rest ON rest.key = e.key || ':rest'
LEFT JOIN ledger_entry gone
    ON gone.term_id = e.term_id AND gone.kind = 'lapse' AND e.kind = 'refund'
LEFT JOIN plan_term t ON t.term_id = e.term_id
LEFT JOIN payment p ON p.charge_id = CASE e.kind  -- `payment:CHARGE`, `payment:CHARGE:reversed:1`
    WHEN 'topup' THEN SUBSTR(e.key, 9)
    WHEN 'reversal' THEN SUBSTR(REPLACE(RTRIM(e.key, '0123456789'), ':reversed:', ''), 9) END
LEFT JOIN term_purchase b ON b.key =
    CASE WHEN e.key LIKE 'correction:of:%' THEN SUBSTR(e.key, 15) ELSE e.key END
LEFT JOIN plan_term sold ON sold.term_id = b.term_id
LEFT JOIN user giver ON giver.user_id =
    CASE WHEN e.author LIKE 'user %' THEN CAST(SUBSTR(e.author, 6) AS BIGINT) END
ORDER BY line.at DESC, line.entry_id DESC, line.job_id DESC LIMIT :most

-- receipts_moved_since --
-- By how many đồng all lines after one of them have moved the balance.
SELECT COALESCE(SUM(moved_vnd), 0) AS moved_vnd FROM (
    SELECT -SUM(held_vnd + charged_vnd) AS moved_vnd FROM job
    WHERE payer_id = :wallet_id AND accepted_at >= :at
      AND (accepted_at > :at OR (:entry_id = 0 AND job_id > :job_id))
    UNION ALL
    SELECT SUM(CASE WHEN e.kind IN ('correction', 'reversal', 'refund', 'lapse') THEN -1 ELSE 1 END
               * (e.amount_vnd + COALESCE(rest.amount_vnd, 0) + COALESCE(gone.amount_vnd, 0)))
    FROM ledger_entry e
    LEFT JOIN ledger_entry rest ON rest.key = e.key || ':rest'
    LEFT JOIN ledger_entry gone
        ON gone.term_id = e.term_id AND gone.kind = 'lapse' AND e.kind = 'refund'
    WHERE e.wallet_id = :wallet_id AND e.job_id IS NULL AND e.created_at >= :at
      AND (e.created_at > :at OR e.entry_id > :entry_id)
      AND (e.term_id IS NOT NULL OR e.key NOT LIKE '%:rest')
      AND (e.kind <> 'lapse' OR NOT EXISTS (
          SELECT 1 FROM ledger_entry other
          WHERE other.term_id = e.term_id AND other.kind = 'refund'
      ))
) AS sides

-- receipt_edges_newer --
-- The places of the lines after one of them, oldest first.
SELECT at, entry_id, job_id FROM (
    SELECT * FROM (
        SELECT accepted_at AS at, 0 AS entry_id, job_id FROM job
        WHERE payer_id = :wallet_id AND operation <> 'enlarge' AND accepted_at >= :at
          AND (accepted_at > :at OR (:entry_id = 0 AND job_id > :job_id))
        ORDER BY accepted_at, job_id LIMIT :most
    ) AS made
    UNION ALL
    SELECT * FROM (
        SELECT created_at AS at, entry_id, '' AS job_id FROM ledger_entry
        WHERE wallet_id = :wallet_id AND job_id IS NULL AND created_at >= :at
          AND (created_at > :at OR entry_id > :entry_id)
          AND (term_id IS NOT NULL OR key NOT LIKE '%:rest')
          AND (kind <> 'lapse' OR NOT EXISTS (
              SELECT 1 FROM ledger_entry other
              WHERE other.term_id = ledger_entry.term_id AND other.kind = 'refund'
          ))
        ORDER BY created_at, entry_id LIMIT :most
    ) AS moved
) AS line
ORDER BY at, entry_id, job_id LIMIT :most

-- verify_wallets --
-- Wallets whose balance or hold is not the sum of their entries; also where either side is missing.
SELECT wallet_id, SUM(balance_vnd) AS balance_vnd, SUM(held_vnd) AS held_vnd,
       SUM(entries_balance_vnd) AS entries_balance_vnd, SUM(entries_held_vnd) AS entries_held_vnd
FROM (
    SELECT wallet_id, balance_vnd, held_vnd, 0 AS entries_balance_vnd, 0 AS entries_held_vnd
    FROM wallet
    UNION ALL
    SELECT wallet_id, 0, 0,
           CASE WHEN kind IN ('grant', 'topup', 'voucher', 'borne', 'release') THEN amount_vnd
                WHEN kind = 'capture' THEN 0 ELSE -amount_vnd END,
           CASE WHEN kind = 'hold' THEN amount_vnd
                WHEN kind IN ('capture', 'release') THEN -amount_vnd ELSE 0 END
    FROM ledger_entry
) AS sides
GROUP BY wallet_id
HAVING SUM(balance_vnd) <> SUM(entries_balance_vnd) OR SUM(held_vnd) <> SUM(entries_held_vnd)

-- verify_jobs --
-- Jobs whose money is not what their entries say; also where the job is gone.
SELECT job_id, SUM(held_vnd) AS held_vnd, SUM(charged_vnd) AS charged_vnd,
       SUM(entries_held_vnd) AS entries_held_vnd, SUM(entries_charged_vnd) AS entries_charged_vnd
FROM (
    SELECT job_id, held_vnd, charged_vnd, 0 AS entries_held_vnd, 0 AS entries_charged_vnd FROM job
    UNION ALL
    SELECT job_id, 0, 0, CASE kind WHEN 'hold' THEN amount_vnd ELSE -amount_vnd END,
           CASE kind WHEN 'capture' THEN amount_vnd ELSE 0 END
    FROM ledger_entry WHERE job_id IS NOT NULL
) AS sides
GROUP BY job_id
HAVING SUM(held_vnd) <> SUM(entries_held_vnd) OR SUM(charged_vnd) <> SUM(entries_charged_vnd)

-- verify_holds --
-- Jobs for which not what they cost was held: the price of each output that was not free. Once a job
-- has ended, `outputs` are those that were made. What counts against no cap is one picture enlarged.
SELECT job_id, hold_vnd, cost_vnd, price_each_vnd FROM (
    SELECT j.job_id, j.state, j.price_each_vnd, COALESCE(e.amount_vnd, 0) AS hold_vnd,
           j.price_each_vnd
               * (CASE j.outputs WHEN 0 THEN 1 ELSE j.outputs END - COALESCE(a.delta, 0)) AS cost_vnd
    FROM job j
    LEFT JOIN ledger_entry e ON e.job_id = j.job_id AND e.kind = 'hold'
    LEFT JOIN allowance_use a ON a.job_id = j.job_id AND a.delta > 0
) AS held
WHERE CASE WHEN state IN ('queued', 'submitting', 'unknown', 'running') THEN hold_vnd <> cost_vnd
           WHEN price_each_vnd = 0 THEN hold_vnd <> 0
           ELSE hold_vnd % price_each_vnd <> 0 END

-- verify_allowances --
-- Days whose use is not the sum of its uses, or is more than was given; also days that are gone.
SELECT user_id, day, kind, SUM(used) AS used, SUM(given) AS given,
       SUM(entries_used) AS entries_used
FROM (
    SELECT user_id, day, kind, used, given, 0 AS entries_used FROM allowance_day
    UNION ALL
    SELECT user_id, day, kind, 0, 0, delta FROM allowance_use
) AS sides
GROUP BY user_id, day, kind
HAVING SUM(used) <> SUM(entries_used) OR SUM(used) > SUM(given)

-- verify_job_allowances --
-- Jobs whose free outputs are not what their uses say; also where the job is gone.
SELECT job_id, SUM(free) AS free, SUM(entries_free) AS entries_free
FROM (
    SELECT job_id, held_free + charged_free AS free, 0 AS entries_free FROM job
    UNION ALL
    SELECT job_id, 0, delta FROM allowance_use
) AS sides
GROUP BY job_id
HAVING SUM(free) <> SUM(entries_free)

-- verify_payers --
-- Entries of a job in another wallet than the one that pays for it.
SELECT j.job_id, j.payer_id, e.wallet_id
FROM ledger_entry e JOIN job j ON j.job_id = e.job_id
WHERE e.wallet_id <> j.payer_id

-- verify_allowance_owners --
-- Allowances used for what somebody else asked for, or pays for.
SELECT j.job_id, j.payer_id, a.user_id
FROM allowance_use a JOIN job j ON j.job_id = a.job_id
WHERE a.user_id <> j.user_id OR a.user_id <> j.payer_id

-- verify_settled --
-- Finished jobs that still hold something.
SELECT job_id, state, held_vnd, held_free FROM job
WHERE state IN ('done', 'failed', 'cancelled', 'needs_review')
  AND (held_vnd <> 0 OR held_free <> 0)

-- verify_terms --
-- Terms whose bought or vanished balance is not what their entries say; also terms that are gone.
SELECT term_id, SUM(bought_vnd) AS bought_vnd, SUM(gone_vnd) AS gone_vnd,
       SUM(entries_bought_vnd) AS entries_bought_vnd, SUM(entries_gone_vnd) AS entries_gone_vnd
FROM (
    SELECT term_id, bought_vnd, gone_vnd, 0 AS entries_bought_vnd, 0 AS entries_gone_vnd
    FROM plan_term
    UNION ALL
    SELECT term_id, 0, 0,
           CASE WHEN kind IN ('grant', 'topup', 'voucher') THEN amount_vnd ELSE 0 END,
           CASE WHEN kind IN ('lapse', 'refund', 'reversal', 'correction') THEN amount_vnd
                ELSE 0 END
    FROM ledger_entry WHERE term_id IS NOT NULL
) AS sides
GROUP BY term_id
HAVING SUM(bought_vnd) <> SUM(entries_bought_vnd) OR SUM(gone_vnd) <> SUM(entries_gone_vnd)

-- verify_term_wallets --
-- What belongs to a plan of another wallet than its own.
SELECT t.term_id, t.wallet_id, 'entry ' || e.entry_id AS what, e.wallet_id AS other_id
FROM plan_term t JOIN ledger_entry e ON e.term_id = t.term_id WHERE e.wallet_id <> t.wallet_id
UNION ALL
SELECT t.term_id, t.wallet_id, 'job ' || j.job_id, j.payer_id
FROM plan_term t JOIN job j ON j.term_id = t.term_id WHERE j.payer_id <> t.wallet_id
UNION ALL
SELECT t.term_id, t.wallet_id, 'payment ' || p.charge_id, p.wallet_id
FROM plan_term t JOIN payment p ON p.term_id = t.term_id WHERE p.wallet_id <> t.wallet_id

-- verify_endings --
-- Lapsed or paid back, and of no plan; or the one by an act that means the other.
SELECT entry_id, kind, amount_vnd, wallet_id, key FROM ledger_entry
WHERE kind IN ('lapse', 'refund')
  AND (term_id IS NULL OR (kind = 'refund') <> (key LIKE '%:early:refund'))

-- verify_spent --
-- Terms of whose balance jobs have not taken and set aside what the jobs themselves say.
SELECT t.term_id, t.spent_vnd, COALESCE(s.spent_vnd, 0) AS jobs_spent_vnd
FROM plan_term t
LEFT JOIN (
    SELECT term_id, SUM(CASE WHEN held_vnd + charged_vnd < term_vnd THEN held_vnd + charged_vnd
                             ELSE term_vnd END) AS spent_vnd
    FROM job WHERE term_id IS NOT NULL GROUP BY term_id
) s ON s.term_id = t.term_id
WHERE t.spent_vnd <> COALESCE(s.spent_vnd, 0)

-- verify_payments --
-- Payments of which the wallet they filled was not credited, or did not lose, what it should have.
-- Their entries' keys begin with the charge: of the credit first, then of each time it went back;
-- what the shop bore of it is no loss of the wallet's.
SELECT p.charge_id, p.amount_vnd, p.reversed_vnd, COALESCE(SUM(e.credited_vnd), 0) AS entries_vnd,
       COALESCE(SUM(e.reversed_vnd), 0) AS entries_reversed_vnd
FROM payment p
LEFT JOIN (
    SELECT wallet_id, key,
           CASE WHEN kind = 'topup' AND key NOT LIKE '%:restored:%' THEN amount_vnd ELSE 0 END
               AS credited_vnd,
           CASE WHEN kind = 'topup' AND key NOT LIKE '%:restored:%' THEN 0
                WHEN kind = 'reversal' THEN amount_vnd ELSE -amount_vnd END AS reversed_vnd
    FROM ledger_entry
) e ON e.wallet_id = p.wallet_id AND (
        e.key = 'payment:' || p.charge_id
        OR (e.key > 'payment:' || p.charge_id || ':' AND e.key < 'payment:' || p.charge_id || ';'))
GROUP BY p.charge_id, p.amount_vnd, p.reversed_vnd
HAVING p.amount_vnd <> COALESCE(SUM(e.credited_vnd), 0)
    OR p.reversed_vnd <> COALESCE(SUM(e.reversed_vnd), 0)

-- verify_rates --
-- Payments credited at another rate than theirs.
SELECT charge_id, stars, vnd_per_star, amount_vnd FROM payment
WHERE stars * vnd_per_star <> amount_vnd

-- verify_payment_states --
-- Payments whose state and what went back contradict each other. Only what Telegram gave back by
-- itself may have been spent before; else the shop bears what was.
SELECT charge_id, state, amount_vnd, reversed_vnd, borne_vnd FROM payment
WHERE (state = 'paid' AND (reversed_vnd <> 0 OR borne_vnd <> 0 OR refund_by IS NOT NULL))
   OR (state <> 'paid' AND refund_by IS NULL)
   OR (state = 'refunded') <> (refunded_at IS NOT NULL)
   OR (state <> 'paid' AND refund_by <> 'telegram' AND reversed_vnd + borne_vnd <> amount_vnd)
   OR (refund_by = 'telegram' AND borne_vnd <> 0)

-- verify_payment_terms --
-- Payments whose money became a plan's that they do not name.
SELECT p.charge_id, p.term_id, e.term_id AS entry_term_id
FROM payment p JOIN ledger_entry e ON e.key = 'payment:' || p.charge_id
WHERE e.term_id IS NOT NULL AND COALESCE(p.term_id, 0) <> e.term_id

-- verify_unpaid --
-- Entries of payments that nobody made.
SELECT entry_id, kind, amount_vnd, wallet_id FROM ledger_entry
WHERE kind IN ('topup', 'reversal', 'borne') AND entry_id NOT IN (
    SELECT e.entry_id FROM payment p JOIN ledger_entry e
        ON e.key = 'payment:' || p.charge_id
        OR (e.key > 'payment:' || p.charge_id || ':' AND e.key < 'payment:' || p.charge_id || ';'))

-- verify_vouchers --
-- Vouchers that are used without an entry, have one without being used, or another than they say.
SELECT v.code, v.amount_vnd, v.wallet_id, e.amount_vnd AS entry_vnd, e.wallet_id AS entry_wallet_id
FROM voucher v LEFT JOIN ledger_entry e ON e.key = 'voucher:' || v.code
WHERE (v.used_at IS NULL) <> (e.entry_id IS NULL)
   OR (v.used_at IS NULL) <> (v.wallet_id IS NULL)
   OR e.amount_vnd <> v.amount_vnd OR e.wallet_id <> v.wallet_id OR e.kind <> 'voucher'

-- verify_vouched --
-- Entries of vouchers that nobody made.
SELECT entry_id, amount_vnd, wallet_id FROM ledger_entry
WHERE kind = 'voucher' AND key NOT IN (SELECT 'voucher:' || code FROM voucher)

-- ============================================================ plans

-- terms_of_wallet --
-- Those that hold now: one whose balance lapses before the others, then the latest.
SELECT * FROM plan_term
WHERE wallet_id = :wallet_id AND ended_at IS NULL AND (ends_at IS NULL OR ends_at > :now)
ORDER BY CASE WHEN ends_at IS NULL THEN 1 ELSE 0 END, began_at DESC, term_id DESC

-- term_open --
SELECT * FROM plan_term WHERE term_id = :term_id AND ended_at IS NULL

-- term_get --
SELECT * FROM plan_term WHERE term_id = :term_id

-- term_begin --
INSERT INTO plan_term (wallet_id, plan, began_at, ends_at, author, reason)
VALUES (:wallet_id, :plan, :now, :ends_at, :author, :reason)
RETURNING *

-- term_extend --
UPDATE plan_term SET ends_at = :ends_at WHERE term_id = :term_id

-- term_bought --
-- Balance that lapses with it has come.
UPDATE plan_term SET bought_vnd = bought_vnd + :amount_vnd WHERE term_id = :term_id

-- term_gone --
-- Of that balance something has lapsed, was paid back or reversed; the table's check refuses more
-- than there was.
UPDATE plan_term SET gone_vnd = gone_vnd + :amount_vnd WHERE term_id = :term_id

-- term_end --
UPDATE plan_term SET ended_at = :now, ended_by = :by, ended_why = :why
WHERE term_id = :term_id AND ended_at IS NULL

-- term_settled --
UPDATE plan_term SET settled_at = :now WHERE term_id = :term_id

-- terms_funded --
-- Money has come in: from now on they can be used up.
UPDATE plan_term SET is_funded = 1 WHERE wallet_id = :wallet_id AND ended_at IS NULL

-- term_spends --
-- Of its balance something is set aside for a job, or given back; the table's check refuses more
-- than is left.
UPDATE plan_term SET spent_vnd = spent_vnd + :amount_vnd WHERE term_id = :term_id

-- term_held --
-- Of its balance what is set aside for jobs: their part of it less what was taken.
SELECT COALESCE(SUM(CASE WHEN charged_vnd >= term_vnd THEN 0
                         WHEN held_vnd < term_vnd - charged_vnd THEN held_vnd
                         ELSE term_vnd - charged_vnd END), 0) AS held_vnd
FROM job WHERE term_id = :term_id AND held_vnd > 0

-- terms_over --
-- Whose time is up, while something of them may still have to lapse.
SELECT * FROM plan_term
WHERE wallet_id = :wallet_id AND settled_at IS NULL AND ends_at IS NOT NULL AND ends_at <= :now

-- wallets_with_terms_over --
SELECT DISTINCT wallet_id FROM plan_term
WHERE settled_at IS NULL AND ends_at IS NOT NULL AND ends_at <= :now

-- terms_ending --
-- Soon, and something is left that would lapse; whether that was told is of the end there is.
SELECT * FROM plan_term
WHERE settled_at IS NULL AND ended_at IS NULL AND ends_at > :now AND ends_at <= :until
  AND bought_vnd > gone_vnd + spent_vnd AND (near_told_for IS NULL OR near_told_for <> ends_at)

-- term_near_told --
UPDATE plan_term SET near_told_for = ends_at WHERE term_id = :term_id

-- terms_over_untold --
SELECT * FROM plan_term WHERE ended_why = 'over' AND end_told_at IS NULL

-- term_end_told --
-- 0 rows: it was told.
UPDATE plan_term SET end_told_at = :now WHERE term_id = :term_id AND end_told_at IS NULL

-- term_lapsed --
SELECT COALESCE(SUM(amount_vnd), 0) AS lapsed_vnd FROM ledger_entry
WHERE term_id = :term_id AND kind = 'lapse'

-- terms_next_end --
SELECT MIN(ends_at) AS ends_at FROM plan_term
WHERE settled_at IS NULL AND ended_at IS NULL AND ends_at > :now

-- term_refilled --
-- What had gone has come back; 0 rows where it was ended early or undone: then whoever paid for
-- it keeps the money without a plan. Over, it is looked at anew.
UPDATE plan_term SET bought_vnd = bought_vnd + :amount_vnd, settled_at = NULL
WHERE term_id = :term_id AND (ended_why IS NULL OR ended_why = 'over')

-- purchase_add --
INSERT INTO term_purchase (term_id, key, days, bought_at) VALUES (:term_id, :key, :days, :now)

-- purchase_undone --
UPDATE term_purchase SET undone_at = :now
WHERE term_id = :term_id AND key = :key AND undone_at IS NULL

-- purchases_of_term --
-- Those that stand.
SELECT key, days, bought_at FROM term_purchase
WHERE term_id = :term_id AND undone_at IS NULL ORDER BY bought_at, purchase_id

-- payments_going_back --
-- Taken out of a balance for refunds that are not sure yet.
SELECT COALESCE(SUM(reversed_vnd), 0) AS amount_vnd FROM payment
WHERE wallet_id = :wallet_id AND state = 'refunding'

-- given_at_once --
-- So much money by hand or by a voucher, not for a plan, and not taken back.
SELECT e.entry_id FROM ledger_entry e
WHERE e.wallet_id = :wallet_id AND e.job_id IS NULL AND e.created_at >= :since AND e.term_id IS NULL
  AND e.kind IN ('grant', 'voucher') AND e.amount_vnd >= :least_vnd
  AND (e.key < 'plan:' OR e.key >= 'plan;')
  AND NOT EXISTS (SELECT 1 FROM ledger_entry back WHERE back.key = 'correction:of:' || e.key)
LIMIT 1

-- moved_purchases --
UPDATE term_purchase SET term_id = :new_term WHERE term_id = :old_term

-- wallet_filled --
-- More has come: that little is left may be told again.
UPDATE wallet SET hinted_at = NULL, hinted_by = NULL WHERE wallet_id = :wallet_id

-- wallet_hinted --
-- 0 rows when it was told before, and nothing has come since.
UPDATE wallet SET hinted_at = :now, hinted_by = :job_id
WHERE wallet_id = :wallet_id AND hinted_at IS NULL

-- outputs_of_payer --
-- What counts against the cap of one payer's plan on one of the operator's days.
SELECT COALESCE(SUM(outputs), 0) AS outputs FROM job
WHERE allowance_day = :day AND output_kind = :kind AND payer_id = :payer_id
  AND state NOT IN ('failed', 'cancelled', 'needs_review')

-- outputs_in_chat --
-- Against that of one group.
SELECT COALESCE(SUM(outputs), 0) AS outputs FROM job
WHERE chat_id = :chat_id AND chat_id < 0 AND allowance_day = :day AND output_kind = :kind
  AND state NOT IN ('failed', 'cancelled', 'needs_review')

-- outputs_of_day --
-- Against that of the whole bot.
SELECT COALESCE(SUM(outputs), 0) AS outputs FROM job
WHERE allowance_day = :day AND output_kind = :kind
  AND state NOT IN ('failed', 'cancelled', 'needs_review')

-- ============================================================ payments going back

-- payment_of_charge --
SELECT * FROM payment WHERE charge_id = :charge_id

-- payment_get --
SELECT * FROM payment WHERE payment_id = :payment_id

-- payment_named --
-- With the name of who paid, for a page.
SELECT payment.*, u.first_name FROM payment LEFT JOIN user u ON u.user_id = payment.user_id
WHERE payment_id = :payment_id

-- payments_older --
-- A page of them, the newest first.
SELECT payment.*, u.first_name FROM payment LEFT JOIN user u ON u.user_id = payment.user_id
WHERE payment_id <= :from_id ORDER BY payment_id DESC LIMIT :most

-- payments_newer --
-- Those above one, the nearest first.
SELECT * FROM payment WHERE payment_id > :above_id ORDER BY payment_id LIMIT :most

-- payment_asked_back --
-- 0 rows: it is going back, or has gone.
UPDATE payment
SET state = 'refunding', reversed_vnd = amount_vnd - :borne_vnd, borne_vnd = :borne_vnd,
    refund_by = :by, refund_why = :why, refund_asks = refund_asks + 1, due_at = :now, attempts = 0
WHERE payment_id = :payment_id AND state = 'paid'

-- payment_went_back --
-- 0 rows: that is known.
UPDATE payment SET state = 'refunded', refunded_at = :now, due_at = NULL, attempts = 0
WHERE payment_id = :payment_id AND state = 'refunding'

-- payment_taken_back --
-- Telegram gave it back and we had not asked; 0 rows: that is known.
UPDATE payment
SET state = 'refunded', reversed_vnd = :reversed_vnd, refund_by = :by, refund_why = :why,
    refund_asks = refund_asks + 1, refunded_at = :now, due_at = NULL, attempts = 0
WHERE payment_id = :payment_id AND state = 'paid'

-- payment_stays --
-- Telegram will not give it back; 0 rows: it did meanwhile.
UPDATE payment
SET state = 'paid', reversed_vnd = 0, borne_vnd = 0, refund_by = NULL, refund_why = NULL,
    due_at = NULL, attempts = 0
WHERE payment_id = :payment_id AND state = 'refunding'

-- payment_never_credited --
-- It went back before it was ever credited, and so never is.
INSERT INTO payment (charge_id, user_id, wallet_id, stars, vnd_per_star, amount_vnd, state,
                     paid_at, refund_by, refunded_at)
VALUES (:charge_id, :user_id, :user_id, :stars, 0, 0, 'refunded', :now, 'telegram', :now)
ON CONFLICT (charge_id) DO NOTHING

-- payments_to_give_back --
SELECT * FROM payment WHERE due_at <= :now ORDER BY due_at

-- payment_again --
-- What became of the call is not known.
UPDATE payment SET due_at = :due_at, attempts = attempts + 1
WHERE payment_id = :payment_id AND state = 'refunding'

-- subscription_of_invoice --
-- Its first charge stands for it.
SELECT * FROM payment WHERE invoice_id = :invoice_id AND is_recurring = 1
ORDER BY payment_id LIMIT 1

-- charges_of_subscriptions --
-- What somebody has paid lately that renews itself, the latest first.
SELECT * FROM payment
WHERE user_id = :user_id AND is_recurring = 1 AND state = 'paid' AND paid_at > :since
ORDER BY payment_id DESC

-- payments_going_of_term --
-- On their way back, of those that bought one plan.
SELECT * FROM payment WHERE term_id = :term_id AND state = 'refunding' ORDER BY payment_id

-- charges_of_term --
SELECT * FROM payment WHERE term_id = :term_id AND is_recurring = 1

-- subscription_stops --
-- 0 rows: it does, or has.
UPDATE payment SET renewal = 'stopping', stop_due_at = :now, attempts = 0
WHERE payment_id = :payment_id AND renewal IS NULL

-- subscription_stopped --
-- 0 rows: that is known.
UPDATE payment SET renewal = 'stopped', stop_due_at = NULL, attempts = 0
WHERE payment_id = :payment_id AND renewal = 'stopping'

-- subscription_goes_on --
-- Telegram will not stop it.
UPDATE payment SET renewal = NULL, stop_due_at = NULL, attempts = 0
WHERE payment_id = :payment_id AND renewal = 'stopping'

-- subscription_again --
-- What became of the call is not known.
UPDATE payment SET stop_due_at = :due_at, attempts = attempts + 1
WHERE payment_id = :payment_id AND renewal = 'stopping'

-- subscriptions_to_stop --
SELECT * FROM payment WHERE stop_due_at <= :now ORDER BY stop_due_at

-- till_next_due --
-- When Telegram is asked again about some payment.
SELECT MIN(due_at) AS due_at FROM (
    SELECT MIN(due_at) AS due_at FROM payment WHERE due_at > :now
    UNION ALL SELECT MIN(stop_due_at) FROM payment WHERE stop_due_at > :now
) AS due

-- ============================================================ payments in Stars

-- invoice_add --
-- Something is offered; its id is the payload that Telegram gives back.
INSERT INTO invoice (invoice_id, user_id, wallet_id, chat_id, plan, stars, vnd_per_star,
                     is_subscription, created_at)
VALUES (:invoice_id, :user_id, :wallet_id, :chat_id, :plan, :stars, :vnd_per_star,
        :is_subscription, :now)

-- invoices_forget --
-- Nobody paid them, and nobody may any more.
DELETE FROM invoice
WHERE created_at < :before AND NOT EXISTS (
    SELECT 1 FROM payment WHERE payment.invoice_id = invoice.invoice_id
)

-- invoice_get --
SELECT * FROM invoice WHERE invoice_id = :invoice_id

-- invoice_paid --
-- Whether anybody has paid for it, also where that was given back.
SELECT 1 AS yes FROM payment WHERE invoice_id = :invoice_id LIMIT 1

-- payment_add --
-- 0 rows when this charge was written down before.
INSERT INTO payment (charge_id, invoice_id, user_id, wallet_id, stars, vnd_per_star, amount_vnd,
                     plan, is_recurring, paid_at)
VALUES (:charge_id, :invoice_id, :user_id, :wallet_id, :stars, :vnd_per_star, :amount_vnd,
        :plan, :is_recurring, :now)
ON CONFLICT (charge_id) DO NOTHING

-- payment_of_term --
-- The term it began or went on with.
UPDATE payment SET term_id = :term_id WHERE charge_id = :charge_id

-- payments_of_user --
-- The latest of whoever paid.
SELECT * FROM payment WHERE user_id = :user_id ORDER BY paid_at DESC, charge_id LIMIT :most

-- ============================================================ vouchers

-- voucher_add --
INSERT INTO voucher (code, amount_vnd, made_by, made_at, expires_at)
VALUES (:code, :amount_vnd, :made_by, :now, :expires_at)

-- voucher_get --
SELECT * FROM voucher WHERE code = :code

-- voucher_use --
-- 0 rows when somebody used it before, or it has expired.
UPDATE voucher SET used_by = :user_id, wallet_id = :wallet_id, used_at = :now
WHERE code = :code AND used_at IS NULL AND expires_at > :now

-- vouchers_open --
-- What an operator has put out and nobody has used, the latest first.
SELECT * FROM voucher WHERE used_at IS NULL AND expires_at > :now
ORDER BY expires_at DESC LIMIT :most

-- ============================================================ jobs

-- job_insert --
-- Accepted: from now on only job_update and job_set_status_message touch it.
INSERT INTO job (
    job_id, version, state, user_id, chat_id, thread_id, request_message_id,
    status_message_id, provider, operation, request, likeness, parent_id, parent_task_id,
    price_each_vnd, held_free, held_vnd, charged_free, charged_vnd, allowance_day, priority,
    user_lanes, reference, task_id, holds_lane, is_muted, progress, progress_at, bar,
    reason, detail, attempts, accepted_at, submitted_at, started_at, made_at, deadline_at, ended_at,
    due_at, bulk_id, bulk_number, payer_id, to_private, board_id, term_id, term_vnd, outputs,
    output_kind, price_key
) VALUES (
    :job_id, :version, :state, :user_id, :chat_id, :thread_id, :request_message_id,
    :status_message_id, :provider, :operation, :request, :likeness, :parent_id, :parent_task_id,
    :price_each_vnd, :held_free, :held_vnd, :charged_free, :charged_vnd, :allowance_day,
    :priority, :user_lanes, :reference, :task_id, :holds_lane, :is_muted, :progress,
    :progress_at, :bar, :reason, :detail, :attempts, :accepted_at, :submitted_at, :started_at,
    :made_at, :deadline_at, :ended_at, :due_at, :bulk_id, :bulk_number, :payer_id,
    :to_private, :board_id, :term_id, :term_vnd, :outputs, :output_kind, :price_key
)

-- job_update --
-- Compare and set: 0 rows when somebody else moved it first. Who asked, where and at what
-- price never changes; where the status message is, delivery alone writes.
UPDATE job
SET version = version + 1, state = :state, held_free = :held_free, held_vnd = :held_vnd,
    charged_free = :charged_free, charged_vnd = :charged_vnd, task_id = :task_id,
    holds_lane = :holds_lane, is_muted = :is_muted, progress = :progress,
    progress_at = :progress_at, bar = :bar, reason = :reason, detail = :detail, attempts = :attempts,
    submitted_at = :submitted_at, started_at = :started_at, made_at = :made_at,
    deadline_at = :deadline_at, ended_at = :ended_at, due_at = :due_at, to_private = :to_private,
    outputs = :outputs
WHERE job_id = :job_id AND version = :version

-- job_get --
SELECT * FROM job WHERE job_id = :job_id

-- job_set_status_message --
UPDATE job SET status_message_id = :message_id WHERE job_id = :job_id

-- job_moved --
-- 0 rows when it was moved before.
UPDATE job SET version = version + 1, moved_to = :moved_to
WHERE job_id = :job_id AND moved_to IS NULL

-- job_moved_from --
-- Which job one was made in place of.
SELECT job_id FROM job WHERE moved_to = :job_id

-- jobs_in_state --
SELECT * FROM job WHERE state = :state

-- jobs_due --
-- Work for the runner: something to read, look up or give up on. A deadline holds also while a
-- call about the job is under way.
SELECT * FROM job WHERE due_at <= :now AND state <> 'queued'
UNION
SELECT * FROM job WHERE deadline_at <= :now AND state IN ('running', 'unknown')
ORDER BY due_at LIMIT :most

-- jobs_due_soon --
-- Running jobs of one provider that may share a read with the due ones.
SELECT * FROM job
WHERE provider = :provider AND due_at <= :until AND state IN ('running', 'failed')
  AND task_id IS NOT NULL
ORDER BY due_at LIMIT :most

-- jobs_unsettled --
-- Finished, and still holding something. Said of what is not open: finished states would have every
-- finished job read, by the index of states.
SELECT job_id FROM job
WHERE held_vnd + held_free > 0
  AND state NOT IN ('queued', 'submitting', 'unknown', 'running', 'ready', 'delivering')
ORDER BY job_id

-- next_due --
-- When the runner has something to do that it cannot do now.
SELECT MIN(due_at) AS due_at FROM (
    SELECT MIN(due_at) AS due_at FROM job WHERE due_at > :now
    UNION ALL
    SELECT MIN(deadline_at) FROM job
    WHERE deadline_at > :now AND state IN ('running', 'unknown')
    UNION ALL
    SELECT MIN(busy_until) FROM provider_account WHERE busy_until > :now
    UNION ALL
    SELECT MIN(probe_at) FROM provider_account WHERE probe_at > :now
) AS coming

-- lanes_taken --
SELECT COUNT(*) AS taken FROM job WHERE provider = :provider AND holds_lane = 1

-- next_admitted --
-- Whose turn it is: priority first, then who has the fewest running, then who has waited longest
-- since asking or since their last turn: by age alone, fifty jobs of one would all go before the
-- one of another. Twins of a submit under way wait, so that a lost one can be told from its twin
-- in the provider's own list, which shows words and no pictures.
-- Each person runs no more at once than the plan of whoever pays says (`user_lanes`).
-- What has ended for its person keeps the account's lane while the provider may still work at it,
-- but not the person's: they were told to try again.
-- An account that asked to be left alone is left alone by all.
SELECT * FROM (
    SELECT j.*, COALESCE(r.running, 0) AS running,
           (SELECT MAX(turn.submitted_at) FROM job turn WHERE turn.user_id = j.user_id) AS turn_at
    FROM job j
    LEFT JOIN (
        SELECT user_id, COUNT(*) AS running FROM job
        WHERE holds_lane = 1 AND state NOT IN ('failed', 'needs_review') GROUP BY user_id
    ) r ON r.user_id = j.user_id
    WHERE j.provider = :provider AND j.state = 'queued' AND j.due_at <= :now
      AND (j.user_lanes IS NULL OR COALESCE(r.running, 0) < j.user_lanes)
      AND NOT EXISTS (
          SELECT 1 FROM provider_account busy
          WHERE busy.provider = j.provider AND busy.busy_until > :now
      )
      AND NOT EXISTS (
          SELECT 1 FROM job twin
          WHERE twin.holds_lane = 1 AND twin.provider = j.provider
            AND twin.state IN ('submitting', 'unknown') AND twin.likeness = j.likeness
      )
) AS waiting
ORDER BY priority DESC, running,
    CASE WHEN turn_at > accepted_at THEN turn_at ELSE accepted_at END, accepted_at, bulk_number,
    job_id
LIMIT 1

-- jobs_ahead --
-- How many wait before this one at its provider.
-- Of one other person only as many as there are turns until this one (`turns`).
SELECT COALESCE(SUM(CASE WHEN waiting > :turns THEN :turns ELSE waiting END), 0) AS ahead
FROM (
    SELECT COUNT(*) AS waiting FROM job
    WHERE provider = :provider AND state = 'queued' AND user_id <> :user_id
      AND (priority > :priority OR (priority = :priority AND accepted_at < :accepted_at))
    GROUP BY user_id
) AS others

-- own_jobs_ahead --
-- Of one person's own: how many are under way, and how many were asked for before this one.
SELECT COUNT(CASE WHEN state IN ('submitting', 'unknown', 'running') THEN 1 END) AS running,
       COUNT(CASE WHEN state = 'queued' AND accepted_at < :accepted_at THEN 1 END) AS waiting
FROM job
WHERE user_id = :user_id AND job_id <> :job_id
  AND state IN ('queued', 'submitting', 'unknown', 'running', 'ready', 'delivering')

-- typical_durations --
-- How long the latest ones took at the provider, newest first.
SELECT made_at - started_at AS took_ms FROM job
WHERE provider = :provider AND operation = :operation AND state = 'done'
  AND started_at IS NOT NULL AND made_at IS NOT NULL
ORDER BY ended_at DESC LIMIT 20

-- jobs_of_user --
-- What somebody has under way or waiting.
SELECT * FROM job
WHERE user_id = :user_id
  AND state IN ('queued', 'submitting', 'unknown', 'running', 'ready', 'delivering')
ORDER BY accepted_at

-- history_older --
-- Somebody's ended requests before one of them, newest first. What was moved to another provider
-- stands there under its new code. `group_id`: only what everybody there may see; 0: all.
SELECT * FROM job
WHERE user_id = :user_id AND (accepted_at, job_id) < (:accepted_at, :job_id)
  AND state IN ('done', 'failed', 'cancelled', 'needs_review') AND moved_to IS NULL
  AND (:group_id = 0 OR (chat_id = :group_id AND to_private = 0))
ORDER BY accepted_at DESC, job_id DESC LIMIT :most

-- history_newer --
-- Those after one of them, oldest first.
SELECT * FROM job
WHERE user_id = :user_id AND (accepted_at, job_id) > (:accepted_at, :job_id)
  AND state IN ('done', 'failed', 'cancelled', 'needs_review') AND moved_to IS NULL
  AND (:group_id = 0 OR (chat_id = :group_id AND to_private = 0))
ORDER BY accepted_at, job_id LIMIT :most

-- jobs_open --
-- For the operator: everything not ended.
SELECT * FROM job
WHERE state IN ('queued', 'submitting', 'unknown', 'running', 'ready', 'delivering')
ORDER BY accepted_at

-- jobs_stuck --
-- For the operator: what nobody can settle but them.
SELECT * FROM job WHERE state IN ('unknown', 'needs_review') ORDER BY accepted_at

-- enlarged_before --
-- The very same picture at the same size.
SELECT job_id FROM job
WHERE operation = 'enlarge' AND request = :request AND state IN ('delivering', 'done')
ORDER BY accepted_at DESC LIMIT 1

-- job_by_reference --
-- Whose webhook was called.
SELECT * FROM job WHERE reference = :reference AND provider = :provider

-- job_of_task --
-- Whom a task belongs to.
SELECT job_id FROM job WHERE provider = :provider AND task_id = :task_id

-- claimed_tasks --
-- Tasks of one provider that belong to a job already.
SELECT task_id FROM job
WHERE provider = :provider AND task_id IS NOT NULL AND submitted_at >= :since

-- event_add --
INSERT INTO job_event (job_id, at, from_state, to_state, who, why)
VALUES (:job_id, :at, :from_state, :to_state, :who, :why)

-- asset_add --
INSERT INTO asset (job_id, tile, kind, path, mime, width, height, size_bytes, duration_ms)
VALUES (:job_id, :tile, :kind, :path, :mime, :width, :height, :size_bytes, :duration_ms)
ON CONFLICT (job_id, tile) DO NOTHING

-- assets_of_job --
SELECT * FROM asset WHERE job_id = :job_id ORDER BY tile

-- asset_set_photo_file --
UPDATE asset SET photo_file_id = :file_id WHERE job_id = :job_id AND tile = :tile

-- asset_set_document_file --
UPDATE asset SET document_file_id = :file_id WHERE job_id = :job_id AND tile = :tile

-- ============================================================ messages, and what is pressed under them

-- message_add --
INSERT INTO message (chat_id, message_id, job_id, tile)
VALUES (:chat_id, :message_id, :job_id, :tile)
ON CONFLICT (chat_id, message_id) DO UPDATE SET tile = excluded.tile

-- messages_of_job --
-- Everything in one chat that shows a job or something of it, oldest first.
SELECT message_id FROM message WHERE job_id = :job_id AND chat_id = :chat_id ORDER BY message_id

-- message_get --
SELECT * FROM message WHERE chat_id = :chat_id AND message_id = :message_id

-- question_add --
-- Sent again after a lost answer, it is the same question under another number.
INSERT INTO question (chat_id, message_id, user_id, line, pictures, media_group_id, asked_at)
VALUES (:chat_id, :message_id, :user_id, :line, :pictures, :media_group_id, :now)
ON CONFLICT (chat_id, message_id) DO NOTHING

-- question_get --
SELECT user_id, line, pictures, media_group_id FROM question
WHERE chat_id = :chat_id AND message_id = :message_id

-- questions_arriving --
-- Texts put there by :now that may have arrived in a chat without our knowing their message yet.
SELECT payload, job_id, tile FROM outbox
WHERE chat_id = :chat_id AND say = 'text' AND attempts > 0
  AND state IN ('sending', 'waiting') AND created_at <= :now

-- questions_forget --
-- Nobody answers a question of long ago.
DELETE FROM question WHERE asked_at < :before

-- press_first --
-- 0 rows when the same press was counted after :before. One from the future was counted by a clock
-- that has been set back since.
INSERT INTO press (user_id, chat_id, message_id, data, pressed_at)
VALUES (:user_id, :chat_id, :message_id, :data, :now)
ON CONFLICT (user_id, chat_id, message_id, data) DO UPDATE SET pressed_at = :now
WHERE press.pressed_at <= :before OR press.pressed_at > :now

-- press_refused --
-- It made nothing: the next one counts.
DELETE FROM press
WHERE user_id = :user_id AND chat_id = :chat_id AND message_id = :message_id AND data = :data

-- presses_forget --
DELETE FROM press WHERE pressed_at < :before

-- ============================================================ pictures people bring

-- album_item_add --
-- 0 rows when Telegram delivers the same item again.
INSERT INTO album_item (chat_id, media_group_id, message_id, picture, created_at)
VALUES (:chat_id, :media_group_id, :message_id, :picture, :now)
ON CONFLICT (chat_id, media_group_id, message_id) DO NOTHING

-- album_items --
SELECT message_id, picture FROM album_item
WHERE chat_id = :chat_id AND media_group_id = :media_group_id
ORDER BY message_id

-- album_items_forget --
DELETE FROM album_item WHERE created_at < :before

-- reference_add --
-- A request may name the same picture twice.
INSERT INTO job_reference (job_id, path) VALUES (:job_id, :path) ON CONFLICT DO NOTHING

-- reference_named --
-- Whether any job is made from this picture, or may be once somebody agrees to its price.
SELECT 1 AS yes FROM job_reference WHERE path = :path
UNION ALL
SELECT 1 FROM approval_reference WHERE path = :path
LIMIT 1

-- draft_add --
-- Answers its number, which a question's buttons carry.
INSERT INTO draft (user_id, chat_id, thread_id, message_id, text, media_group_id, pictures,
                   parent_id, tile, created_at, due_at)
VALUES (:user_id, :chat_id, :thread_id, :message_id, :text, :media_group_id, :pictures,
        :parent_id, :tile, :now, :due_at)
RETURNING draft_id

-- draft_get --
SELECT * FROM draft WHERE draft_id = :draft_id

-- drafts_waiting --
-- Those to be made into jobs, the most pressing first, and of each person the first: in the
-- order they came alone, the pictures of one would all go before another's.
SELECT * FROM draft d
WHERE d.due_at IS NOT NULL AND d.draft_id = (
    SELECT own.draft_id FROM draft own
    WHERE own.user_id = d.user_id AND own.due_at IS NOT NULL
    ORDER BY own.due_at, own.draft_id LIMIT 1
)
ORDER BY d.due_at, d.draft_id LIMIT :most

-- drafts_of_user --
-- How many of somebody's wait to be made into jobs.
SELECT COUNT(*) AS waiting FROM draft WHERE user_id = :user_id AND due_at IS NOT NULL

-- draft_album_grew --
-- One more item came: wait for the next as long as an album may take, and no longer.
UPDATE draft
SET due_at = CASE WHEN created_at + :longest_ms < :now + :quiet_ms
                  THEN created_at + :longest_ms ELSE :now + :quiet_ms END
WHERE chat_id = :chat_id AND media_group_id = :media_group_id AND due_at IS NOT NULL

-- draft_choose --
-- The person said which tile; 0 rows when they had said so before.
UPDATE draft SET tile = :tile, said_vnd = :said_vnd, due_at = :now
WHERE draft_id = :draft_id AND due_at IS NULL

-- draft_wait --
-- Its tile is known and its price is asked about; 0 rows when it has ended before.
UPDATE draft SET due_at = NULL WHERE draft_id = :draft_id

-- draft_again --
UPDATE draft SET attempts = attempts + 1, due_at = :due_at WHERE draft_id = :draft_id

-- drafts_forget --
-- Questions that nobody answered.
DELETE FROM draft WHERE due_at IS NULL AND created_at < :before

-- drafts_of_banned --
-- What a banned person or group had begun, and nobody is to make any more.
DELETE FROM draft WHERE user_id = :whom OR chat_id = :whom

-- draft_end --
-- 0 rows when it has ended before.
DELETE FROM draft WHERE draft_id = :draft_id

-- ============================================================ several requests of one message

-- bulk_add --
-- Answers its number, which its buttons carry.
INSERT INTO bulk (user_id, chat_id, thread_id, message_id, state, parts, joined, created_at)
VALUES (:user_id, :chat_id, :thread_id, :message_id, :state, :parts, :joined, :now)
RETURNING bulk_id

-- bulk_get --
SELECT * FROM bulk WHERE bulk_id = :bulk_id

-- bulk_move --
-- Compare and set: 0 rows when it is not in :from_state any more.
UPDATE bulk SET state = :to_state WHERE bulk_id = :bulk_id AND state = :from_state

-- bulk_set_begun --
UPDATE bulk SET begun = :begun WHERE bulk_id = :bulk_id

-- bulk_end --
-- 0 rows when its end was noticed before.
UPDATE bulk SET state = 'done', ended_at = :now
WHERE bulk_id = :bulk_id AND state IN ('running', 'stopped')

-- bulk_set_rest --
-- 0 rows when the rest was begun before.
UPDATE bulk SET rest_id = :next_id WHERE bulk_id = :bulk_id AND rest_id IS NULL

-- bulk_set_again --
-- 0 rows when what failed was begun again before.
UPDATE bulk SET again_id = :next_id WHERE bulk_id = :bulk_id AND again_id IS NULL

-- bulk_set_message --
UPDATE bulk SET status_message_id = :message_id WHERE bulk_id = :bulk_id

-- bulk_counts --
-- How many of its jobs there are, and how many have ended.
SELECT COUNT(*) AS jobs,
       COUNT(CASE WHEN state IN ('done', 'failed', 'cancelled', 'needs_review') THEN 1 END) AS ended
FROM job WHERE bulk_id = :bulk_id

-- jobs_of_bulk --
SELECT * FROM job WHERE bulk_id = :bulk_id ORDER BY bulk_number

-- bulk_shown --
-- Its results that came into the chat or to who asked alone, in order.
SELECT job_id, to_private FROM job
WHERE bulk_id = :bulk_id AND state = 'done' AND is_muted = 0
  AND EXISTS (SELECT 1 FROM asset WHERE asset.job_id = job.job_id)
ORDER BY bulk_number

-- bulks_forget --
-- Questions that nobody answered, or with no, or that became one request.
DELETE FROM bulk WHERE begun = 0 AND state IN ('asked', 'joined', 'done') AND created_at < :before

-- ============================================================ what an admin has to agree to

-- approval_add --
-- Answers its number, which its buttons carry.
INSERT INTO approval (user_id, chat_id, thread_id, message_id, language, provider, request,
                      parent_id, replaces_id, cost_vnd, state, created_at)
VALUES (:user_id, :chat_id, :thread_id, :message_id, :language, :provider, :request,
        :parent_id, :replaces_id, :cost_vnd, 'asked', :now)
RETURNING approval_id

-- approval_reference_add --
-- A request may name the same picture twice.
INSERT INTO approval_reference (approval_id, path) VALUES (:approval_id, :path)
ON CONFLICT DO NOTHING

-- approval_get --
SELECT * FROM approval WHERE approval_id = :approval_id

-- approval_decide --
-- Compare and set: 0 rows when somebody decided before.
UPDATE approval SET state = :state, decided_by = :decided_by
WHERE approval_id = :approval_id AND state = 'asked'

-- approval_set_cost --
-- It has become dearer, and the new price is asked about.
UPDATE approval SET cost_vnd = :cost_vnd WHERE approval_id = :approval_id AND state = 'asked'

-- approval_set_shown --
UPDATE approval SET shown_id = :message_id WHERE approval_id = :approval_id

-- approvals_forget --
-- What nobody answered, or nobody looks at any more: who agreed stands with the job.
DELETE FROM approval WHERE created_at < :before

-- ============================================================ many requests of one group

-- board_add --
-- Answers its number.
INSERT INTO board (chat_id, thread_id, created_at) VALUES (:chat_id, :thread_id, :now)
RETURNING board_id

-- board_get --
SELECT * FROM board WHERE board_id = :board_id

-- board_to_join --
-- The latest one of a topic that is still near and has a seat.
SELECT b.board_id FROM board b
WHERE b.chat_id = :chat_id AND COALESCE(b.thread_id, 0) = :thread_id
  AND b.ended_at IS NULL AND b.created_at > :since
  AND :seats > (
      SELECT COUNT(*) FROM job j
      WHERE j.board_id = b.board_id
        AND j.state IN ('queued', 'submitting', 'unknown', 'running', 'ready', 'delivering')
  )
ORDER BY b.board_id DESC LIMIT 1

-- own_statuses --
-- How many requests of a topic are under way that have a status message of their own.
SELECT COUNT(*) AS n FROM job
WHERE chat_id = :chat_id AND COALESCE(thread_id, 0) = :thread_id
  AND board_id IS NULL AND bulk_id IS NULL AND is_muted = 0
  AND state IN ('queued', 'submitting', 'unknown', 'running', 'ready', 'delivering')

-- board_set_message --
UPDATE board SET message_id = :message_id WHERE board_id = :board_id

-- board_counts --
-- How many ever stood on it, and how many have ended.
SELECT COUNT(*) AS jobs,
       COUNT(CASE WHEN state IN ('done', 'failed', 'cancelled', 'needs_review') THEN 1 END) AS ended
FROM job WHERE board_id = :board_id

-- board_end --
-- When it ended first stays.
UPDATE board SET ended_at = :now WHERE board_id = :board_id AND ended_at IS NULL

-- jobs_of_board --
SELECT * FROM job WHERE board_id = :board_id ORDER BY accepted_at, job_id

-- ============================================================ inbox

-- inbox_add --
-- 0 rows when Telegram delivers the same update again.
INSERT INTO inbox (update_id, lane, payload, received_at)
VALUES (:update_id, :lane, :payload, :now)
ON CONFLICT (update_id) DO NOTHING

-- inbox_lanes --
-- Chats with something to handle, the one that has waited longest first. However much waits in
-- one of them, one row of it is read.
WITH RECURSIVE lanes (lane) AS (
    SELECT MIN(lane) FROM inbox WHERE state = 'new'
    UNION ALL
    SELECT (SELECT MIN(further.lane) FROM inbox further
            WHERE further.state = 'new' AND further.lane > lanes.lane)
    FROM lanes WHERE lanes.lane IS NOT NULL
)
SELECT lanes.lane,
       (SELECT MIN(first.received_at) FROM inbox first
        WHERE first.state = 'new' AND first.lane = lanes.lane) AS since
FROM lanes WHERE lanes.lane IS NOT NULL
ORDER BY since, lanes.lane LIMIT :most

-- inbox_next --
SELECT * FROM inbox WHERE state = 'new' AND lane = :lane
ORDER BY received_at, update_id LIMIT 1

-- inbox_failed --
-- How many updates nobody could read are still kept.
SELECT COUNT(*) AS n FROM inbox WHERE state = 'failed'

-- inbox_settle --
UPDATE inbox SET state = :state, error = :error WHERE update_id = :update_id AND state = 'new'

-- ============================================================ outbox

-- outbox_add --
-- 0 rows when the very thing (by key) was said or is waiting already.
INSERT INTO outbox (say, chat_id, thread_id, reply_to, job_id, tile, payload, urgency, due_at,
                    created_at, key)
VALUES (:say, :chat_id, :thread_id, :reply_to, :job_id, :tile, :payload, :urgency, :now,
        :now, :key)
ON CONFLICT (key) DO NOTHING

-- outbox_said_lately --
-- Whether a thing said again and again, under a key for each stretch of time, was said just now.
SELECT 1 AS yes FROM outbox WHERE key IN (:key, :key_before) AND created_at > :since

-- status_rearm --
-- The one status row of a job: last write wins, and an answer is never made to wait. What waits
-- already is not put off by newer progress. `first_ms` is the pause before the first edit.
-- `most` messages it may come to in all, this one among them.
UPDATE outbox
SET state = 'waiting', attempts = 0,
    urgency = CASE WHEN state = 'waiting' AND urgency < :urgency THEN urgency ELSE :urgency END,
    due_at = CASE WHEN state = 'waiting' AND urgency = 0 THEN due_at
                  WHEN :urgency = 0 THEN :now
                  -- the first edit, also while the message is still being sent
                  WHEN sends = 0 OR (sends = 1 AND state <> 'sending') THEN
                      CASE WHEN state = 'waiting' AND due_at < COALESCE(sent_at, :now) + :first_ms
                           THEN due_at ELSE COALESCE(sent_at, :now) + :first_ms END
                  WHEN state = 'waiting' AND due_at < sent_at + :pause_ms THEN due_at
                  -- being sent this instant: the pause begins now, not at the time before
                  WHEN state = 'sending' THEN :now + :pause_ms
                  ELSE COALESCE(sent_at, :now) + :pause_ms END
WHERE key = :key AND state <> 'dropped'
  AND sends + CASE WHEN state = 'sending' THEN 1 ELSE 0 END < :most

-- status_rest --
-- The result takes its message over: progress is dropped rather than sent late. In a group a
-- status that has not begun to go out is spared as well, and the result comes as a new message.
UPDATE outbox SET state = 'sent'
WHERE key = :key AND state = 'waiting' AND (sends > 0 OR (chat_id < 0 AND attempts = 0))

-- status_sends --
-- How many messages a job's status has come to.
SELECT sends FROM outbox WHERE key = :key

-- statuses_rearm --
-- Everybody who waits at one provider is told once that something has changed there; in groups as
-- long as there is room for it.
UPDATE outbox
SET state = 'waiting', attempts = 0,
    urgency = CASE WHEN state = 'waiting' THEN urgency ELSE 2 END,
    due_at = CASE WHEN state = 'waiting' AND due_at < :now THEN due_at ELSE :now END
WHERE state <> 'dropped'
  AND (chat_id > 0 OR sends + CASE WHEN state = 'sending' THEN 1 ELSE 0 END < CASE
      WHEN say = 'bulk' THEN (
          SELECT :each_of_bulk * bulk.begun - :cancel_and_end FROM bulk
          WHERE bulk.bulk_id = CAST(SUBSTR(outbox.key, 6) AS INTEGER)
      )
      WHEN say = 'board' THEN (
          SELECT COUNT(*) + 1 FROM job
          WHERE job.board_id = CAST(SUBSTR(outbox.key, 7) AS INTEGER)
      )
      ELSE :most_in_group - :cancel_and_end END)
  AND (
    say = 'status'
    AND job_id IN (SELECT job_id FROM job WHERE provider = :provider AND state = 'queued')
    OR key IN (SELECT 'bulk:' || bulk_id FROM job
               WHERE provider = :provider AND state = 'queued' AND bulk_id IS NOT NULL)
    OR key IN (SELECT 'board:' || board_id FROM job
               WHERE provider = :provider AND state = 'queued' AND board_id IS NOT NULL)
)

-- outbox_heads --
-- Of every chat the first row of each urgency, media apart from words, and apart from both a nod,
-- which is no message and waits for nobody's turn: what may go next. Which of
-- them goes is delivery's to say. However many rows wait in a chat, few of them are read.
-- A result waits until its status message is there, one for a private chat not for the group's; in
-- a group progress waits while a result does, unless that waits for its status, or for longer than
-- 5 s until it is tried again.
WITH RECURSIVE chats (chat_id) AS (
    SELECT MIN(chat_id) FROM outbox WHERE state = 'waiting'
    UNION ALL
    SELECT (SELECT MIN(further.chat_id) FROM outbox further
            WHERE further.state = 'waiting' AND further.chat_id > chats.chat_id)
    FROM chats WHERE chats.chat_id IS NOT NULL
),
kinds (urgency, kind) AS (
    VALUES (0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0), (2, 1)
)
SELECT first.* FROM chats CROSS JOIN kinds JOIN outbox first ON first.outbox_id = (
    SELECT head.outbox_id FROM outbox head
    WHERE head.state = 'waiting' AND head.chat_id = chats.chat_id
      AND head.urgency = kinds.urgency AND head.due_at <= :now
      AND CASE WHEN head.say IN ('result', 'pick', 'files', 'album') THEN 1
               WHEN head.say = 'nod' THEN 2 ELSE 0 END = kinds.kind
      AND NOT EXISTS (
          SELECT 1 FROM outbox other
          WHERE other.job_id = head.job_id AND other.outbox_id <> head.outbox_id
            AND (other.state = 'sending'
                 OR (other.state = 'waiting' AND other.say = 'status' AND other.sends = 0
                     AND other.chat_id = head.chat_id))
      )
    ORDER BY head.outbox_id LIMIT 1
)
WHERE chats.chat_id > 0 OR kinds.urgency < 2 OR NOT EXISTS (
    SELECT 1 FROM outbox result
    WHERE result.state = 'waiting' AND result.chat_id = chats.chat_id AND result.urgency = 1
      AND result.due_at <= :now + 5000
      AND NOT EXISTS (
          SELECT 1 FROM outbox other
          WHERE other.job_id = result.job_id AND other.chat_id = result.chat_id
            AND other.state = 'waiting' AND other.say = 'status' AND other.sends = 0
      )
)

-- outbox_next_due --
SELECT MIN(due_at) AS due_at FROM outbox WHERE state = 'waiting' AND due_at > :now

-- outbox_sending --
-- Written before the call leaves: if the process ends now, it may have arrived.
-- In a group, a result that has come since the look goes before progress.
UPDATE outbox SET state = 'sending', attempts = attempts + 1
WHERE outbox_id = :outbox_id AND state = 'waiting' AND due_at <= :now
  AND (chat_id > 0 OR urgency < 2 OR NOT EXISTS (
      SELECT 1 FROM outbox result
      WHERE result.state = 'waiting' AND result.chat_id = outbox.chat_id AND result.urgency = 1
        AND result.due_at <= :now + 5000
        AND NOT EXISTS (
            SELECT 1 FROM outbox other
            WHERE other.job_id = result.job_id AND other.chat_id = result.chat_id
              AND other.state = 'waiting' AND other.say = 'status' AND other.sends = 0
        )
  ))

-- outbox_sent --
-- A status that was made to wait again meanwhile stays waiting. What is put off until later is
-- progress from the first message on: an answer goes past it.
UPDATE outbox
SET state = CASE WHEN state = 'sending' THEN 'sent' ELSE state END,
    urgency = CASE WHEN state = 'waiting' AND sends = 0 AND due_at > :now THEN 2 ELSE urgency END,
    sends = sends + :messages, sent_at = :now, error = NULL
WHERE outbox_id = :outbox_id

-- outbox_sent_since --
-- What Telegram still counts; the latest `most` of them.
SELECT say, chat_id, sends, sent_at FROM outbox WHERE sent_at > :since
ORDER BY sent_at DESC LIMIT :most

-- outbox_unsure --
-- After a start: what was being sent may have arrived.
SELECT * FROM outbox WHERE state = 'sending'

-- outbox_untaken --
-- It was sent, in words alone.
UPDATE outbox SET error = :error WHERE outbox_id = :outbox_id

-- outbox_again --
UPDATE outbox
SET state = 'waiting', due_at = :due_at, error = :error
WHERE outbox_id = :outbox_id AND state IN ('sending', 'waiting')

-- outbox_put_off --
-- It did not arrive: that was no attempt.
UPDATE outbox
SET state = 'waiting', due_at = :due_at, error = :error, attempts = attempts - 1
WHERE outbox_id = :outbox_id AND state IN ('sending', 'waiting') AND attempts > 0

-- outbox_drop --
UPDATE outbox SET state = 'dropped', error = :error WHERE outbox_id = :outbox_id

-- outbox_withdraw --
-- What would show a result where it stands no longer, and is not sent yet.
UPDATE outbox SET state = 'dropped'
WHERE job_id = :job_id AND chat_id = :chat_id AND state = 'waiting'
  AND say IN ('result', 'buttons', 'pick', 'files', 'ping')

-- outbox_skip --
-- A status nobody can read now: it may be brought up to date again later.
UPDATE outbox SET state = 'sent', error = :error WHERE outbox_id = :outbox_id

-- statuses_revive --
-- Those that were skipped are brought up to date: somebody is there to read them again. So are those
-- whose result could not take their message over.
UPDATE outbox SET state = 'waiting', attempts = 0, urgency = 1, due_at = :now
WHERE chat_id = :chat_id AND state = 'sent' AND (
    error IS NOT NULL AND say IN ('status', 'bulk', 'board')
    OR key IN (SELECT 'status:' || job_id FROM job
               WHERE chat_id = :chat_id AND state = 'done' AND detail <> '' AND ended_at >= :since
                 AND status_message_id IS NOT NULL)
)

-- results_missed --
-- How many results were finished since then and could not be shown in this chat.
SELECT COUNT(DISTINCT j.job_id) AS n
FROM outbox o JOIN job j ON j.job_id = o.job_id
WHERE o.chat_id = :chat_id AND o.error IS NOT NULL AND o.state = 'dropped' AND o.say = 'result'
  AND j.state = 'done' AND j.ended_at >= :since

-- results_untaken --
-- What was made and Telegram took no pictures of, so that words stand there: counted once.
UPDATE outbox SET error = NULL
WHERE chat_id = :chat_id AND error IS NOT NULL AND state = 'sent' AND say = 'result'

-- outbox_recover --
-- After a start: what was being sent may have arrived; it is sent again.
UPDATE outbox SET state = 'waiting' WHERE state = 'sending'

-- outbox_get --
SELECT * FROM outbox WHERE outbox_id = :outbox_id

-- outbox_of_chat --
SELECT * FROM outbox WHERE chat_id = :chat_id AND state = 'waiting'

-- ============================================================ groups that become supergroups

-- chat_home --
-- Where a group goes on that became a supergroup.
SELECT moved_to FROM chat WHERE chat_id = :chat_id AND moved_to IS NOT NULL

-- chat_moves --
-- 0 rows when it has moved before.
UPDATE chat SET moved_to = :new_id, admins_at = NULL
WHERE chat_id = :old_id AND moved_to IS NULL

-- chat_arrives --
-- What was set for the old one holds in the new one, where that has nothing set yet.
INSERT INTO chat (chat_id, kind, title, language, is_allowed, is_banned, refused_at, created_at,
                  seen_at)
SELECT :new_id, kind, title, language, is_allowed, is_banned, refused_at, created_at, seen_at
FROM chat WHERE chat_id = :old_id
ON CONFLICT (chat_id) DO UPDATE
SET language = COALESCE(chat.language, excluded.language),
    is_allowed = CASE WHEN excluded.is_allowed > chat.is_allowed
                      THEN excluded.is_allowed ELSE chat.is_allowed END,
    is_banned = CASE WHEN excluded.is_banned > chat.is_banned
                     THEN excluded.is_banned ELSE chat.is_banned END,
    refused_at = COALESCE(chat.refused_at, excluded.refused_at)

-- user_arrives --
-- The group acting as itself; its old row stays behind, and nothing names it.
INSERT INTO user (user_id, first_name, username, language, language_code, is_banned,
                  is_allowed, refused_at, created_at)
SELECT :new_id, first_name, username, language, language_code, is_banned, is_allowed,
       refused_at, created_at
FROM user WHERE user_id = :old_id
ON CONFLICT (user_id) DO UPDATE
SET language = COALESCE(user.language, excluded.language),
    is_banned = CASE WHEN excluded.is_banned > user.is_banned
                     THEN excluded.is_banned ELSE user.is_banned END,
    is_allowed = CASE WHEN excluded.is_allowed > user.is_allowed
                      THEN excluded.is_allowed ELSE user.is_allowed END,
    refused_at = COALESCE(user.refused_at, excluded.refused_at)

-- settings_arrive --
INSERT INTO setting (scope, name, value)
SELECT :new_id, name, value FROM setting WHERE scope = :old_id
ON CONFLICT (scope, name) DO NOTHING

-- settings_forget --
DELETE FROM setting WHERE scope = :scope

-- moved_entries --
UPDATE ledger_entry SET wallet_id = :new_id WHERE wallet_id = :old_id

-- allowance_days_arrive --
-- Both used it on the same day: that is used together.
INSERT INTO allowance_day (user_id, day, kind, used, given)
SELECT :new_id, day, kind, used, given FROM allowance_day WHERE user_id = :old_id
ON CONFLICT (user_id, day, kind) DO UPDATE
SET used = allowance_day.used + excluded.used,
    given = CASE WHEN allowance_day.used + excluded.used > allowance_day.given
                 THEN allowance_day.used + excluded.used ELSE allowance_day.given END

-- term_lapsing --
-- The one of a wallet that is not ended and whose balance lapses.
SELECT * FROM plan_term WHERE wallet_id = :wallet_id AND ends_at IS NOT NULL AND ended_at IS NULL

-- term_takes_in --
-- Another's balance becomes a part of it, until the later end.
UPDATE plan_term
SET ends_at = :ends_at, bought_vnd = bought_vnd + :bought_vnd, gone_vnd = gone_vnd + :gone_vnd,
    spent_vnd = spent_vnd + :spent_vnd
WHERE term_id = :term_id

-- term_is_taken_in --
-- Nothing of it is left by itself.
UPDATE plan_term
SET bought_vnd = 0, gone_vnd = 0, spent_vnd = 0, ended_at = ends_at, ended_by = 'easel', ended_why = 'over',
    settled_at = ends_at, end_told_at = ends_at
WHERE term_id = :term_id

-- moved_jobs_of_term --
UPDATE job SET term_id = :new_term WHERE term_id = :old_term

-- moved_entries_of_term --
UPDATE ledger_entry SET term_id = :new_term WHERE term_id = :old_term

-- moved_payments_of_term --
UPDATE payment SET term_id = :new_term WHERE term_id = :old_term

-- moved_terms --
UPDATE plan_term SET wallet_id = :new_id WHERE wallet_id = :old_id

-- moved_invoices --
-- Where they are shown; there alone a group's balance is filled and the group itself asks.
UPDATE invoice
SET chat_id = :new_id,
    wallet_id = CASE WHEN wallet_id = :old_id THEN :new_id ELSE wallet_id END,
    user_id = CASE WHEN user_id = :old_id THEN :new_id ELSE user_id END
WHERE chat_id = :old_id

-- moved_payments --
-- Whose balance they filled, and the group itself where it paid.
UPDATE payment
SET wallet_id = CASE WHEN wallet_id = :old_id THEN :new_id ELSE wallet_id END,
    user_id = CASE WHEN user_id = :old_id THEN :new_id ELSE user_id END
WHERE wallet_id = :old_id OR user_id = :old_id

-- moved_vouchers --
-- Whose balance they filled, and the group itself where it gave the code.
UPDATE voucher
SET wallet_id = CASE WHEN wallet_id = :old_id THEN :new_id ELSE wallet_id END,
    used_by = CASE WHEN used_by = :old_id THEN :new_id ELSE used_by END
WHERE wallet_id = :old_id OR used_by = :old_id

-- moved_uses --
UPDATE allowance_use SET user_id = :new_id WHERE user_id = :old_id

-- allowance_days_empty --
UPDATE allowance_day SET used = 0 WHERE user_id = :user_id

-- outbox_to_move --
-- What is not said yet, or could not be.
SELECT outbox_id, say, state, payload FROM outbox
WHERE chat_id = :chat_id AND state IN ('sending', 'waiting')
UNION
SELECT outbox_id, say, state, payload FROM outbox WHERE chat_id = :chat_id AND error IS NOT NULL

-- outbox_moves --
-- What it would have replied to stands in the old chat.
UPDATE outbox SET chat_id = :chat_id, thread_id = NULL, reply_to = NULL, payload = :payload
WHERE outbox_id = :outbox_id

-- statuses_over --
-- The results tell by themselves how these stand.
UPDATE outbox SET state = 'sent'
WHERE say = 'status' AND state = 'waiting' AND job_id IN (
    SELECT job_id FROM job
    WHERE chat_id = :chat_id AND state IN ('ready', 'delivering', 'done') AND is_muted = 0
)

-- statuses_anew --
-- How open work stands is said again, in the new chat. The result waits for none of it, and so it
-- counts as sent before.
UPDATE outbox
SET chat_id = :new_id, thread_id = NULL, reply_to = NULL, state = 'waiting', attempts = 0,
    urgency = CASE WHEN sends = 0 THEN urgency ELSE 2 END,
    sends = CASE WHEN sends = 0 THEN 0 ELSE 1 END, due_at = :now
WHERE state <> 'dropped' AND key IN (
    SELECT 'status:' || job_id FROM job
    WHERE chat_id = :old_id AND bulk_id IS NULL AND board_id IS NULL AND is_muted = 0
      AND state IN ('queued', 'submitting', 'unknown', 'running')
    UNION ALL
    SELECT 'bulk:' || bulk_id FROM bulk
    WHERE chat_id = :old_id AND state IN ('asked', 'running', 'stopped')
    UNION ALL
    SELECT 'board:' || board_id FROM board WHERE chat_id = :old_id AND ended_at IS NULL
)

-- moved_jobs --
-- Asked for, and perhaps by the group itself; results come as new messages.
UPDATE job
SET chat_id = :new_id, thread_id = NULL, request_message_id = NULL, status_message_id = NULL,
    user_id = CASE WHEN user_id = :old_id THEN :new_id ELSE user_id END,
    payer_id = CASE WHEN payer_id = :old_id THEN :new_id ELSE payer_id END
WHERE chat_id = :old_id

-- moved_messages --
UPDATE message SET chat_id = :new_id, message_id = message_id + :shift WHERE chat_id = :old_id

-- moved_questions --
-- A reply to one of before is still its answer.
UPDATE question
SET chat_id = :new_id, message_id = message_id + :shift,
    user_id = CASE WHEN user_id = :old_id THEN :new_id ELSE user_id END
WHERE chat_id = :old_id

-- moved_albums --
-- Their numbers only tell the order within one album.
UPDATE album_item SET chat_id = :new_id WHERE chat_id = :old_id

-- moved_drafts --
-- What asked stands in the old chat: nothing replies to it.
UPDATE draft
SET chat_id = :new_id, thread_id = NULL, message_id = message_id + :shift,
    user_id = CASE WHEN user_id = :old_id THEN :new_id ELSE user_id END
WHERE chat_id = :old_id

-- moved_presses --
-- The same press a moment later is still one finger.
UPDATE press
SET chat_id = :new_id, message_id = message_id + :shift,
    user_id = CASE WHEN user_id = :old_id THEN :new_id ELSE user_id END
WHERE chat_id = :old_id

-- moved_bulks --
-- Each is shown in a new message.
UPDATE bulk
SET chat_id = :new_id, thread_id = NULL, message_id = NULL, status_message_id = NULL,
    user_id = CASE WHEN user_id = :old_id THEN :new_id ELSE user_id END
WHERE chat_id = :old_id

-- moved_boards --
UPDATE board SET chat_id = :new_id, thread_id = NULL, message_id = NULL WHERE chat_id = :old_id

-- moved_approvals --
-- Admins are the same people in both.
UPDATE approval
SET chat_id = :new_id, thread_id = NULL, message_id = NULL, shown_id = NULL,
    user_id = CASE WHEN user_id = :old_id THEN :new_id ELSE user_id END,
    decided_by = CASE WHEN decided_by = :old_id THEN :new_id ELSE decided_by END
WHERE chat_id = :old_id

-- moved_looks --
UPDATE account_look SET chat_id = :new_id, thread_id = NULL, reply_to = NULL
WHERE chat_id = :old_id

-- ============================================================ providers and settings

-- account_pause --
-- A pause that goes on keeps its beginning.
INSERT INTO provider_account (provider, paused_why, paused_at, probe_at)
VALUES (:provider, :why, :now, :probe_at)
ON CONFLICT (provider) DO UPDATE
SET paused_why = excluded.paused_why, probe_at = excluded.probe_at, probes = 0, on_trial = 0,
    paused_at = COALESCE(provider_account.paused_at, excluded.paused_at)

-- account_fails_otherwise --
-- Another reason now; when it is looked at stays as it is.
UPDATE provider_account SET paused_why = :why WHERE provider = :provider

-- account_resume --
-- By hand; 0 rows when it neither rested nor had asked to be left alone.
UPDATE provider_account
SET paused_why = NULL, paused_at = :now, probe_at = NULL, probes = 0, busy_until = NULL,
    on_trial = 1
WHERE provider = :provider AND (paused_why IS NOT NULL OR busy_until > :now)

-- jobs_hasten --
-- What was put off because its provider asked for it is tried now.
UPDATE job SET version = version + 1, due_at = :now
WHERE provider = :provider AND state = 'queued' AND due_at > :now

-- account_well --
UPDATE provider_account
SET paused_why = NULL, paused_at = NULL, probe_at = NULL, probes = 0, on_trial = 0
WHERE provider = :provider

-- account_try --
-- It still counts as paused; it is not looked at again before it has been tried.
UPDATE provider_account SET on_trial = 1, probe_at = NULL
WHERE provider = :provider AND paused_why <> :by_hand

-- account_busy --
-- It asked to be left alone; what was asked for longer still holds.
INSERT INTO provider_account (provider, busy_until) VALUES (:provider, :until)
ON CONFLICT (provider) DO UPDATE
SET busy_until = CASE WHEN provider_account.busy_until > excluded.busy_until
                      THEN provider_account.busy_until ELSE excluded.busy_until END

-- account_probed --
UPDATE provider_account SET probes = probes + 1, probe_at = :probe_at, on_trial = 0
WHERE provider = :provider

-- accounts_to_probe --
-- Paused ones that are due to be looked at.
SELECT * FROM provider_account WHERE probe_at <= :now

-- account_get --
SELECT * FROM provider_account WHERE provider = :provider

-- account_look_add --
-- An operator wants to see the accounts.
INSERT INTO account_look (chat_id, thread_id, reply_to, language, day)
VALUES (:chat_id, :thread_id, :reply_to, :language, :day)

-- account_looks --
SELECT * FROM account_look ORDER BY look_id

-- account_look_done --
DELETE FROM account_look WHERE look_id = :look_id

-- jobs_waiting --
SELECT COUNT(*) AS waiting FROM job WHERE provider = :provider AND state = 'queued'

-- jobs_of_day --
-- Totals by state of what was asked for on one of the operator's days.
SELECT state, COUNT(*) AS n FROM job WHERE allowance_day = :day GROUP BY state

-- stats_jobs --
-- What was asked for on these local dates, and what became of it; the index alone answers.
SELECT allowance_day, provider, state, reason, output_kind, price_key, COUNT(*) AS jobs,
       SUM(outputs) AS outputs, SUM(charged_vnd) AS charged_vnd
FROM job WHERE allowance_day BETWEEN :first_day AND :last_day
GROUP BY allowance_day, provider, state, reason, output_kind, price_key

-- stats_said --
-- What providers said of jobs that failed on these local dates, where it is about the request.
SELECT allowance_day, provider, reason, detail, COUNT(*) AS jobs
FROM job WHERE allowance_day BETWEEN :first_day AND :last_day
    AND state = 'failed' AND reason IN ('refused', 'failed')
GROUP BY allowance_day, provider, reason, detail

-- stats_money --
-- What moved between two moments, by what the entries mean.
SELECT kind, SUM(amount_vnd) AS amount_vnd FROM ledger_entry
WHERE created_at >= :since AND created_at < :until GROUP BY kind

-- stats_paid --
-- Stars paid between two moments: those that stand, and all but those that are about to go back.
SELECT COALESCE(SUM(CASE state WHEN 'paid' THEN stars ELSE 0 END), 0) AS stars,
       COALESCE(SUM(CASE state WHEN 'paid' THEN amount_vnd ELSE 0 END), 0) AS standing_vnd,
       COALESCE(SUM(CASE state WHEN 'refunding' THEN 0 ELSE amount_vnd END), 0) AS paid_vnd
FROM payment WHERE paid_at >= :since AND paid_at < :until

-- stats_given_back --
-- Payments that went back between two moments, of them those made before a third, and what the
-- shop bore of them all.
SELECT COALESCE(SUM(amount_vnd), 0) AS back_vnd, COALESCE(SUM(borne_vnd), 0) AS borne_vnd,
       COALESCE(SUM(CASE WHEN paid_at < :first THEN amount_vnd ELSE 0 END), 0) AS earlier_vnd
FROM payment WHERE refunded_at >= :since AND refunded_at < :until

-- stats_look_add --
-- An operator wants to see them.
INSERT INTO stats_look (chat_id, thread_id, reply_to, page_id, language, stretch)
VALUES (:chat_id, :thread_id, :reply_to, :page_id, :language, :stretch)

-- stats_looks --
SELECT * FROM stats_look ORDER BY look_id

-- stats_look_done --
DELETE FROM stats_look WHERE look_id = :look_id

-- setting_get --
SELECT value FROM setting WHERE scope = :scope AND name = :name

-- setting_set --
INSERT INTO setting (scope, name, value) VALUES (:scope, :name, :value)
ON CONFLICT (scope, name) DO UPDATE SET value = excluded.value

-- counts --
-- What waits where, for the metrics and to see that the database answers.
SELECT 'job' AS what, state, COUNT(*) AS n FROM job GROUP BY state
UNION ALL
SELECT 'outbox', state, COUNT(*) FROM outbox WHERE state = 'waiting' GROUP BY state
UNION ALL
SELECT 'inbox', state, COUNT(*) FROM inbox WHERE state = 'new' GROUP BY state
