-- Money that adds up: more kinds of entries, terms of plans, payments in Stars, vouchers, caps.

-- The plans somebody has had, and by whose hand; none: the free one.
CREATE TABLE plan_term (
    term_id    INTEGER PRIMARY KEY AUTOINCREMENT,
    wallet_id  INTEGER NOT NULL REFERENCES wallet (wallet_id),
    plan       TEXT    NOT NULL,         -- its name in the plan file
    began_at   INTEGER NOT NULL,
    ends_at    INTEGER,                  -- then what is left of bought_vnd lapses; NULL: no end
    bought_vnd INTEGER NOT NULL DEFAULT 0 CHECK (bought_vnd >= 0),  -- balance that lapses
    gone_vnd   INTEGER NOT NULL DEFAULT 0,  -- of it lapsed, paid back or reversed
    spent_vnd  INTEGER NOT NULL DEFAULT 0,  -- of it taken or set aside for jobs
    is_funded  INTEGER NOT NULL DEFAULT 0,  -- money has come in: without any more it is used up
    author     TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    ended_at   INTEGER,
    ended_by   TEXT,
    ended_why  TEXT CHECK (ended_why IN ('over', 'used_up', 'early', 'reversed')),
    settled_at INTEGER,                  -- nothing of it is held any more, and the rest is gone
    near_told_for INTEGER,               -- the end that was told to be near; moved, it is told anew
    end_told_at   INTEGER,               -- that its time was up was told
    CHECK (gone_vnd >= 0 AND spent_vnd >= 0 AND gone_vnd + spent_vnd <= bought_vnd),
    CHECK ((ended_at IS NULL) = (ended_why IS NULL))
) STRICT;
CREATE UNIQUE INDEX plan_term_lapsing ON plan_term (wallet_id)
    WHERE ends_at IS NOT NULL AND ended_at IS NULL;
CREATE INDEX plan_term_of_wallet ON plan_term (wallet_id, began_at);
CREATE INDEX plan_term_unsettled ON plan_term (wallet_id, ends_at)
    WHERE settled_at IS NULL AND ends_at IS NOT NULL;
CREATE INDEX plan_term_untold ON plan_term (ended_at)
    WHERE ended_why = 'over' AND end_told_at IS NULL;

-- What began a term or went on with it. One that is undone counts for none: the term ends as if
-- the others alone had been. One whose days had been had by then, with others to come, is not.
CREATE TABLE term_purchase (
    purchase_id INTEGER PRIMARY KEY AUTOINCREMENT,
    term_id     INTEGER NOT NULL REFERENCES plan_term (term_id),
    key         TEXT    NOT NULL,         -- of the act; a payment's begins its entries' keys
    days        INTEGER,                  -- as the plan file had it then; NULL: no end
    bought_at   INTEGER NOT NULL,
    undone_at   INTEGER
) STRICT;
CREATE INDEX term_purchase_of_term ON term_purchase (term_id, bought_at);
CREATE INDEX term_purchase_by_key ON term_purchase (key);

-- Every amount is above nothing; the kind alone says which way it goes.
CREATE TABLE ledger_entry_now (
    entry_id   INTEGER PRIMARY KEY,
    wallet_id  INTEGER NOT NULL REFERENCES wallet (wallet_id),
    kind       TEXT    NOT NULL CHECK (kind IN (
        'grant',      -- + by hand
        'correction', -- - by hand
        'topup',      -- + paid in Stars
        'voucher',    -- + by a voucher
        'borne',      -- + what the shop adds so that a payment can go back
        'reversal',   -- - a payment or voucher that is undone
        'refund',     -- - paid back when a plan was ended early
        'lapse',      -- - what a plan's end leaves behind
        'hold', 'capture', 'release')),
    amount_vnd INTEGER NOT NULL CHECK (amount_vnd > 0),
    job_id     TEXT    REFERENCES job (job_id),
    term_id    INTEGER REFERENCES plan_term (term_id), -- the term whose bought balance it moves
    key        TEXT    NOT NULL UNIQUE,  -- the same act twice is one act
    author     TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    CHECK ((kind IN ('hold', 'capture', 'release')) = (job_id IS NOT NULL))
) STRICT;
INSERT INTO ledger_entry_now (entry_id, wallet_id, kind, amount_vnd, job_id, key, author, reason,
                              created_at)
SELECT entry_id, wallet_id, CASE WHEN amount_vnd < 0 THEN 'correction' ELSE kind END,
       ABS(amount_vnd), job_id, key, author, reason, created_at
FROM ledger_entry;
DROP TABLE ledger_entry;
ALTER TABLE ledger_entry_now RENAME TO ledger_entry;
CREATE INDEX ledger_entry_by_wallet ON ledger_entry (wallet_id, created_at);
-- However its key is written, a job is held for, taken for and given back once each.
CREATE UNIQUE INDEX ledger_entry_by_job ON ledger_entry (job_id, kind) WHERE job_id IS NOT NULL;
CREATE INDEX ledger_entry_by_term ON ledger_entry (term_id) WHERE term_id IS NOT NULL;
CREATE INDEX ledger_entry_by_time ON ledger_entry (created_at, kind, amount_vnd);
CREATE INDEX ledger_entry_of_no_job ON ledger_entry (wallet_id, created_at, entry_id)
    WHERE job_id IS NULL;

-- What stands in the book stands: an adjustment is a new entry. A group that becomes a supergroup
-- is renamed, and where both had a plan the one becomes part of the other; nothing else changes.
CREATE TRIGGER ledger_entry_stays BEFORE DELETE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'a ledger entry stays'); END;
CREATE TRIGGER ledger_entry_is_not_rewritten
BEFORE UPDATE OF entry_id, kind, amount_vnd, job_id, key, author, reason, created_at ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'a ledger entry stays as it was written'); END;
CREATE TRIGGER ledger_entry_keeps_its_wallet BEFORE UPDATE OF wallet_id ON ledger_entry
WHEN NOT EXISTS (
    SELECT 1 FROM chat WHERE chat_id = OLD.wallet_id AND moved_to = NEW.wallet_id)
BEGIN SELECT RAISE(ABORT, 'a ledger entry stays in its wallet, unless a group moves'); END;
-- After the insert: an act that was written before is none, and is not looked at.
CREATE TRIGGER ledger_entry_settles AFTER INSERT ON ledger_entry
WHEN NEW.kind IN ('capture', 'release')
BEGIN
    SELECT RAISE(ABORT, 'more is taken and given back than was held') WHERE 0 > (
        SELECT SUM(CASE kind WHEN 'hold' THEN amount_vnd ELSE -amount_vnd END)
        FROM ledger_entry WHERE job_id = NEW.job_id);
END;
-- Set aside and given back once each, like money.
CREATE UNIQUE INDEX allowance_use_held ON allowance_use (job_id) WHERE delta > 0;
CREATE UNIQUE INDEX allowance_use_released ON allowance_use (job_id) WHERE delta < 0;
CREATE TRIGGER allowance_use_stays BEFORE DELETE ON allowance_use
BEGIN SELECT RAISE(ABORT, 'a use of the allowance stays'); END;
CREATE TRIGGER allowance_use_is_not_rewritten
BEFORE UPDATE OF use_id, day, kind, delta, job_id, key, created_at ON allowance_use
BEGIN SELECT RAISE(ABORT, 'a use of the allowance stays as it was written'); END;
CREATE TRIGGER allowance_use_settles AFTER INSERT ON allowance_use WHEN NEW.delta < 0
BEGIN
    SELECT RAISE(ABORT, 'more is given back than was set aside') WHERE 0 > (
        SELECT SUM(delta) FROM allowance_use WHERE job_id = NEW.job_id);
END;

ALTER TABLE wallet ADD COLUMN hinted_at INTEGER;  -- told that little is left; NULL: not since more came
ALTER TABLE wallet ADD COLUMN hinted_by TEXT REFERENCES job (job_id);  -- the request that left so little

INSERT INTO wallet (wallet_id) SELECT user_id FROM user WHERE plan <> 'free' ON CONFLICT DO NOTHING;
INSERT INTO plan_term (wallet_id, plan, began_at, author, reason)
SELECT user_id, plan, created_at, 'easel', 'had before terms were kept' FROM user
WHERE plan <> 'free';
INSERT INTO term_purchase (term_id, key, bought_at)
SELECT term_id, 'term:' || term_id, began_at FROM plan_term;
ALTER TABLE user DROP COLUMN plan;

ALTER TABLE job ADD COLUMN term_id INTEGER REFERENCES plan_term (term_id);  -- its balance goes first
ALTER TABLE job ADD COLUMN term_vnd INTEGER NOT NULL DEFAULT 0;  -- at most this of that balance
ALTER TABLE job ADD COLUMN outputs INTEGER NOT NULL DEFAULT 0;  -- that count against the day's caps
ALTER TABLE job ADD COLUMN price_key TEXT;  -- which price an output has; NULL: none, or not kept then
ALTER TABLE job ADD COLUMN output_kind TEXT NOT NULL DEFAULT 'image'
    CHECK (output_kind IN ('image', 'video'));
UPDATE job SET output_kind = 'video'
WHERE operation IN ('video', 'image_video', 'reference_video');
UPDATE job SET outputs = COALESCE(json_extract(request, '$.count'), 1) WHERE operation <> 'enlarge';
CREATE INDEX job_receipts ON job (payer_id, accepted_at, job_id, held_vnd, charged_vnd);
CREATE INDEX job_unsettled ON job (job_id)  -- none, unless something went wrong
    WHERE held_vnd + held_free > 0
      AND state NOT IN ('queued', 'submitting', 'unknown', 'running', 'ready', 'delivering');
CREATE INDEX job_of_term ON job (term_id, held_vnd, charged_vnd, term_vnd) WHERE term_id IS NOT NULL;
CREATE INDEX job_of_days ON job
    (allowance_day, provider, state, reason, output_kind, price_key, outputs, charged_vnd);
CREATE INDEX job_said ON job (state, allowance_day, provider, reason, detail)
    WHERE state = 'failed' AND reason IN ('refused', 'failed');
CREATE INDEX job_counted ON job (allowance_day, output_kind, payer_id, chat_id, state, outputs);
CREATE INDEX job_counted_in_group ON job (chat_id, allowance_day, output_kind, state, outputs)
    WHERE chat_id < 0;

-- What was offered for Stars: an invoice's payload is its id, and proves nothing else.
CREATE TABLE invoice (
    invoice_id      TEXT    PRIMARY KEY,  -- 128 random bits
    user_id         INTEGER NOT NULL,     -- who asked for it
    wallet_id       INTEGER NOT NULL,     -- whose balance it fills
    chat_id         INTEGER NOT NULL,     -- where it is shown
    plan            TEXT,                 -- bought or entered by it; NULL: balance alone
    stars           INTEGER NOT NULL CHECK (stars BETWEEN 1 AND 25000),
    vnd_per_star    INTEGER NOT NULL CHECK (vnd_per_star > 0),
    is_subscription INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX invoice_age ON invoice (created_at);
CREATE INDEX invoice_of_chat ON invoice (chat_id);

CREATE TABLE payment (
    payment_id   INTEGER PRIMARY KEY AUTOINCREMENT,  -- short enough for a button
    charge_id    TEXT    NOT NULL UNIQUE, -- Telegram's, of this one charge
    invoice_id   TEXT    REFERENCES invoice (invoice_id),  -- NULL: no offer of ours is known for it
    user_id      INTEGER NOT NULL,        -- who paid
    wallet_id    INTEGER NOT NULL REFERENCES wallet (wallet_id),
    stars        INTEGER NOT NULL CHECK (stars > 0),
    vnd_per_star INTEGER NOT NULL CHECK (vnd_per_star >= 0),
    amount_vnd   INTEGER NOT NULL CHECK (amount_vnd >= 0),
    plan         TEXT,
    term_id      INTEGER REFERENCES plan_term (term_id),
    is_recurring INTEGER NOT NULL DEFAULT 0,
    state        TEXT    NOT NULL DEFAULT 'paid'
                 CHECK (state IN ('paid', 'refunding', 'refunded')),
    paid_at      INTEGER NOT NULL,
    reversed_vnd INTEGER NOT NULL DEFAULT 0,  -- taken out of the balance for its refund
    borne_vnd    INTEGER NOT NULL DEFAULT 0,  -- beside it, what the balance lacked: the shop bears it
    refund_by    TEXT,                    -- who asked for it
    refund_why   TEXT,
    refunded_at  INTEGER,
    refund_asks  INTEGER NOT NULL DEFAULT 0,  -- how often giving it back was begun
    due_at       INTEGER,                 -- when Telegram is asked again to give it back
    renewal      TEXT CHECK (renewal IN ('stopping', 'stopped')),  -- of a subscription's first
                                          -- charge; NULL: it is renewed
    stop_due_at  INTEGER,                 -- when Telegram is asked again not to renew it
    attempts     INTEGER NOT NULL DEFAULT 0,  -- calls in a row that came to nothing
    CHECK (reversed_vnd >= 0 AND borne_vnd >= 0 AND reversed_vnd + borne_vnd <= amount_vnd)
) STRICT;
CREATE INDEX payment_by_time ON payment (paid_at);
CREATE INDEX payment_of_invoice ON payment (invoice_id) WHERE invoice_id IS NOT NULL;
CREATE INDEX payment_of_term ON payment (term_id) WHERE term_id IS NOT NULL;
CREATE INDEX payment_gone_back ON payment (refunded_at) WHERE refunded_at IS NOT NULL;
CREATE INDEX payment_due ON payment (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX payment_stop_due ON payment (stop_due_at) WHERE stop_due_at IS NOT NULL;

CREATE TABLE voucher (
    code       TEXT    PRIMARY KEY,
    amount_vnd INTEGER NOT NULL CHECK (amount_vnd > 0),
    made_by    TEXT    NOT NULL,
    made_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_by    INTEGER,                   -- who gave its code
    wallet_id  INTEGER,                   -- whose balance it filled
    used_at    INTEGER,
    CHECK ((used_at IS NULL) = (used_by IS NULL))
) STRICT;
CREATE INDEX voucher_open ON voucher (expires_at) WHERE used_at IS NULL;
CREATE INDEX payment_of_wallet ON payment (wallet_id);
CREATE INDEX payment_of_user ON payment (user_id, paid_at);
CREATE INDEX voucher_of_wallet ON voucher (wallet_id) WHERE wallet_id IS NOT NULL;
CREATE INDEX voucher_of_user ON voucher (used_by) WHERE used_by IS NOT NULL;

-- An operator wants to know how the shop went: what takes a while is read beside the writer.
CREATE TABLE stats_look (
    look_id   INTEGER PRIMARY KEY,
    chat_id   INTEGER NOT NULL,          -- private
    thread_id INTEGER,
    reply_to  INTEGER,
    page_id   INTEGER,                   -- the message it is shown in place of
    language  TEXT    NOT NULL,
    stretch   TEXT    NOT NULL           -- how many days, as it stands in the button
) STRICT;
