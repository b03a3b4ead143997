-- Both providers, whole: pictures people bring, what accounts say, when progress was told.

ALTER TABLE job ADD COLUMN progress_at INTEGER;  -- when `progress` was told
ALTER TABLE job ADD COLUMN bar INTEGER;          -- how far the bar had been carried by then
ALTER TABLE job ADD COLUMN made_at INTEGER;      -- when its files were on our disk
ALTER TABLE job ADD COLUMN likeness TEXT;        -- twins share it; NULL: nothing is like it
UPDATE job SET likeness = operation || ' ' || COALESCE(json_extract(request, '$.prompt'), '')
WHERE operation IN ('image', 'video') AND state IN ('queued', 'submitting', 'unknown');
CREATE INDEX job_deadline ON job (state, deadline_at) WHERE state IN ('running', 'unknown');
CREATE INDEX job_enlarged ON job (request) WHERE operation = 'enlarge';

-- Items of albums as they arrive: each comes as an update of its own, and nothing marks the last.
CREATE TABLE album_item (
    chat_id        INTEGER NOT NULL,
    media_group_id TEXT    NOT NULL,
    message_id     INTEGER NOT NULL,
    picture        TEXT    NOT NULL,     -- JSON: Telegram's handle, kind and size of the file
    created_at     INTEGER NOT NULL,
    PRIMARY KEY (chat_id, media_group_id, message_id)
) STRICT;
CREATE INDEX album_item_age ON album_item (created_at);

-- Which pictures jobs are made from: a file that no job names may go.
CREATE TABLE job_reference (
    job_id TEXT NOT NULL REFERENCES job (job_id),
    path   TEXT NOT NULL,                -- below the data folder
    PRIMARY KEY (path, job_id)
) STRICT;

-- A command whose pictures must be fetched and looked at before anything is held.
CREATE TABLE draft (
    draft_id       INTEGER PRIMARY KEY,
    user_id        INTEGER NOT NULL REFERENCES user (user_id),
    chat_id        INTEGER NOT NULL,
    thread_id      INTEGER,
    message_id     INTEGER NOT NULL,     -- what asked, and is replied to
    text           TEXT    NOT NULL,
    media_group_id TEXT,                 -- its pictures are this album's, as far as it has come
    pictures       TEXT    NOT NULL,     -- JSON list as in album_item
    parent_id      TEXT    REFERENCES job (job_id),
    tile           INTEGER,
    attempts       INTEGER NOT NULL DEFAULT 0,
    created_at     INTEGER NOT NULL,
    due_at         INTEGER               -- NULL: waits for the person to say which tile
) STRICT;
CREATE INDEX draft_due ON draft (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX draft_of_user ON draft (user_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX draft_asking ON draft (created_at) WHERE due_at IS NULL;
CREATE INDEX draft_by_album ON draft (chat_id, media_group_id) WHERE media_group_id IS NOT NULL;

ALTER TABLE job ADD COLUMN moved_to TEXT REFERENCES job (job_id);  -- by another provider instead
CREATE UNIQUE INDEX job_moved ON job (moved_to) WHERE moved_to IS NOT NULL;
CREATE INDEX job_of_day ON job (allowance_day, state);

ALTER TABLE provider_account ADD COLUMN probes INTEGER NOT NULL DEFAULT 0;  -- since it was paused
ALTER TABLE provider_account ADD COLUMN on_trial INTEGER NOT NULL DEFAULT 0;  -- the next order tells
ALTER TABLE provider_account ADD COLUMN busy_until INTEGER;  -- it asked not to be ordered from before

-- An operator wants to see the accounts: they are asked, then the overview is said.
CREATE TABLE account_look (
    look_id   INTEGER PRIMARY KEY,
    chat_id   INTEGER NOT NULL,
    thread_id INTEGER,
    reply_to  INTEGER,
    language  TEXT    NOT NULL,
    day       TEXT    NOT NULL          -- the operator's local date, whose totals are shown
) STRICT;
