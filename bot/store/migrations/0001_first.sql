-- The first shape of the database. Times are UTC milliseconds, money whole đồng.

-- Who talks with the bot; a chat acting as itself has its own (negative) id here.
CREATE TABLE user (
    user_id        INTEGER PRIMARY KEY,
    first_name     TEXT    NOT NULL,
    language       TEXT,                 -- own choice
    language_code  TEXT,                 -- Telegram's
    plan           TEXT    NOT NULL DEFAULT 'free',
    is_banned      INTEGER NOT NULL DEFAULT 0,
    created_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE chat (
    chat_id        INTEGER PRIMARY KEY,
    kind           TEXT    NOT NULL CHECK (kind IN ('private', 'group')),
    title          TEXT    NOT NULL,
    language       TEXT,                 -- the group's choice
    is_allowed     INTEGER NOT NULL DEFAULT 0,
    unreachable_at INTEGER,              -- blocked or kicked: keep results, stop pushing
    created_at     INTEGER NOT NULL
) STRICT;

-- Money of a user or a group. The entries below are the truth; these are their sums.
CREATE TABLE wallet (
    wallet_id   INTEGER PRIMARY KEY,     -- the user's or chat's id
    balance_vnd INTEGER NOT NULL DEFAULT 0 CHECK (balance_vnd >= 0),
    held_vnd    INTEGER NOT NULL DEFAULT 0 CHECK (held_vnd >= 0)
) STRICT;

-- Append-only. A hold takes from the balance, a release gives back, a capture keeps.
CREATE TABLE ledger_entry (
    entry_id   INTEGER PRIMARY KEY,
    wallet_id  INTEGER NOT NULL REFERENCES wallet (wallet_id),
    kind       TEXT    NOT NULL CHECK (kind IN ('grant', 'hold', 'capture', 'release')),
    amount_vnd INTEGER NOT NULL CHECK (amount_vnd <> 0),
    job_id     TEXT    REFERENCES job (job_id),
    key        TEXT    NOT NULL UNIQUE,  -- the same act twice is one act
    author     TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    CHECK (kind = 'grant' OR (amount_vnd > 0 AND job_id IS NOT NULL))
) STRICT;
CREATE INDEX ledger_entry_by_wallet ON ledger_entry (wallet_id);
CREATE INDEX ledger_entry_by_job ON ledger_entry (job_id);

-- How much of a day's free allowance is used; allowance_use is the truth, this its sum.
CREATE TABLE allowance_day (
    user_id    INTEGER NOT NULL,
    day        TEXT    NOT NULL,         -- local date
    kind       TEXT    NOT NULL CHECK (kind IN ('image', 'video')),
    used       INTEGER NOT NULL CHECK (used >= 0),
    given      INTEGER NOT NULL CHECK (given >= 0),
    PRIMARY KEY (user_id, day, kind),
    CHECK (used <= given)
) STRICT;

-- Append-only: outputs set aside (+) and given back (-).
CREATE TABLE allowance_use (
    use_id     INTEGER PRIMARY KEY,
    user_id    INTEGER NOT NULL,
    day        TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    delta      INTEGER NOT NULL CHECK (delta <> 0),
    job_id     TEXT    NOT NULL REFERENCES job (job_id),
    key        TEXT    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (user_id, day, kind) REFERENCES allowance_day (user_id, day, kind)
) STRICT;
CREATE INDEX allowance_use_by_day ON allowance_use (user_id, day, kind);
CREATE INDEX allowance_use_by_job ON allowance_use (job_id);

CREATE TABLE job (
    job_id             TEXT    PRIMARY KEY,
    version            INTEGER NOT NULL,
    state              TEXT    NOT NULL,
    user_id            INTEGER NOT NULL REFERENCES user (user_id),
    chat_id            INTEGER NOT NULL,
    thread_id          INTEGER,
    request_message_id INTEGER,
    status_message_id  INTEGER,
    provider           TEXT    NOT NULL,
    operation          TEXT    NOT NULL,
    request            TEXT    NOT NULL, -- JSON of model.Request
    parent_id          TEXT    REFERENCES job (job_id),
    parent_task_id     TEXT,
    price_each_vnd     INTEGER NOT NULL CHECK (price_each_vnd >= 0),
    held_free          INTEGER NOT NULL CHECK (held_free >= 0),
    held_vnd           INTEGER NOT NULL CHECK (held_vnd >= 0),
    charged_free       INTEGER NOT NULL DEFAULT 0 CHECK (charged_free >= 0),
    charged_vnd        INTEGER NOT NULL DEFAULT 0 CHECK (charged_vnd >= 0),
    allowance_day      TEXT    NOT NULL,
    priority           INTEGER NOT NULL,
    user_lanes         INTEGER,          -- how many jobs of the user may run at once; NULL: any
    reference          TEXT    NOT NULL UNIQUE,
    task_id            TEXT,
    holds_lane         INTEGER NOT NULL DEFAULT 0,
    is_muted           INTEGER NOT NULL DEFAULT 0,
    progress           INTEGER,
    reason             TEXT,
    detail             TEXT    NOT NULL DEFAULT '',
    attempts           INTEGER NOT NULL DEFAULT 0,
    accepted_at        INTEGER NOT NULL,
    submitted_at       INTEGER,
    started_at         INTEGER,
    deadline_at        INTEGER,
    ended_at           INTEGER,
    due_at             INTEGER,
    UNIQUE (provider, task_id)           -- one task belongs to one job
) STRICT;
CREATE INDEX job_queue ON job (provider, priority DESC, accepted_at) WHERE state = 'queued';
CREATE INDEX job_due ON job (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX job_due_at_provider ON job (provider, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX job_lanes ON job (provider) WHERE holds_lane = 1;
CREATE INDEX job_lanes_of_user ON job (user_id) WHERE holds_lane = 1;
CREATE INDEX job_turns ON job (user_id, submitted_at);
CREATE INDEX job_open_by_user ON job (user_id, accepted_at)
    WHERE state IN ('queued', 'submitting', 'unknown', 'running', 'ready', 'delivering');
CREATE INDEX job_by_state ON job (state);
CREATE INDEX job_typical ON job (provider, operation, ended_at) WHERE state = 'done';

-- Append-only: every transition, who made it and why.
CREATE TABLE job_event (
    event_id   INTEGER PRIMARY KEY,
    job_id     TEXT    NOT NULL REFERENCES job (job_id),
    at         INTEGER NOT NULL,
    from_state TEXT,
    to_state   TEXT    NOT NULL,
    who        TEXT    NOT NULL,
    why        TEXT    NOT NULL
) STRICT;
CREATE INDEX job_event_by_job ON job_event (job_id);

CREATE TABLE asset (
    job_id           TEXT    NOT NULL REFERENCES job (job_id),
    tile             INTEGER NOT NULL,   -- from 1; 0 is the grid
    kind             TEXT    NOT NULL CHECK (kind IN ('image', 'video')),
    path             TEXT    NOT NULL,   -- below the data folder
    mime             TEXT    NOT NULL,
    width            INTEGER NOT NULL,
    height           INTEGER NOT NULL,
    size_bytes       INTEGER NOT NULL,
    duration_ms      INTEGER,
    photo_file_id    TEXT,
    document_file_id TEXT,
    PRIMARY KEY (job_id, tile)
) STRICT;

-- Which message shows which result: what a reply or a press acts on.
CREATE TABLE message (
    chat_id    INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    job_id     TEXT    NOT NULL REFERENCES job (job_id),
    tile       INTEGER,                  -- NULL: the whole result
    PRIMARY KEY (chat_id, message_id)
) STRICT;

-- Updates as they came, kept before Telegram is told that we have them.
CREATE TABLE inbox (
    update_id   INTEGER PRIMARY KEY,
    lane        INTEGER NOT NULL,        -- the chat (or user): in order within, side by side without
    payload     TEXT    NOT NULL,
    received_at INTEGER NOT NULL,
    state       TEXT    NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done', 'failed')),
    error       TEXT
) STRICT;
CREATE INDEX inbox_new ON inbox (received_at, update_id) WHERE state = 'new';

-- Things to say. A row carries what happened; delivery finds the words.
CREATE TABLE outbox (
    outbox_id  INTEGER PRIMARY KEY,
    say        TEXT    NOT NULL,
    chat_id    INTEGER NOT NULL,
    thread_id  INTEGER,
    reply_to   INTEGER,
    job_id     TEXT    REFERENCES job (job_id),
    tile       INTEGER,
    payload    TEXT    NOT NULL,         -- JSON
    urgency    INTEGER NOT NULL,         -- 0 answer, 1 result, 2 progress
    state      TEXT    NOT NULL DEFAULT 'waiting'
               CHECK (state IN ('waiting', 'sending', 'sent', 'dropped')),
    attempts   INTEGER NOT NULL DEFAULT 0,
    sends      INTEGER NOT NULL DEFAULT 0,  -- how often it went out (a status is edited often)
    sent_at    INTEGER,
    due_at     INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    key        TEXT    UNIQUE,           -- the same thing is said once
    error      TEXT
) STRICT;
CREATE INDEX outbox_waiting ON outbox (due_at) WHERE state = 'waiting';
CREATE INDEX outbox_by_job ON outbox (job_id);

CREATE TABLE provider_account (
    provider   TEXT    PRIMARY KEY,
    paused_why TEXT,                     -- NULL: working
    paused_at  INTEGER,
    probe_at   INTEGER                   -- when to look whether it is well again
) STRICT;

CREATE TABLE setting (
    scope INTEGER NOT NULL,              -- 0 the bot, else a user's or chat's id
    name  TEXT    NOT NULL,
    value TEXT    NOT NULL,
    PRIMARY KEY (scope, name)
) STRICT;
