-- Groups: who may do what there, who pays, one message for many, groups that move.

ALTER TABLE user ADD COLUMN username TEXT;       -- Telegram's, in lower case, without the @
ALTER TABLE user ADD COLUMN refused_at INTEGER;  -- told once that they may not; silence since
ALTER TABLE user ADD COLUMN is_allowed INTEGER NOT NULL DEFAULT 0;  -- by an operator, by hand
CREATE INDEX user_by_username ON user (username) WHERE username IS NOT NULL;

ALTER TABLE chat ADD COLUMN is_banned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chat ADD COLUMN refused_at INTEGER;  -- told once that it may not; silence since
ALTER TABLE chat ADD COLUMN admins_at INTEGER;   -- when Telegram told who its admins are
ALTER TABLE chat ADD COLUMN moved_to INTEGER;    -- the supergroup it became
CREATE INDEX job_of_chat ON job (chat_id);       -- a group that moves takes them along

-- Who may set a group's rules, as Telegram said at `chat.admins_at`.
CREATE TABLE chat_admin (
    chat_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    PRIMARY KEY (chat_id, user_id)
) STRICT;

ALTER TABLE job ADD COLUMN payer_id INTEGER NOT NULL DEFAULT 0;  -- whose wallet: the asker's or the group's
UPDATE job SET payer_id = user_id;
CREATE INDEX job_paid_by ON job (payer_id, user_id, allowance_day);
ALTER TABLE job ADD COLUMN to_private INTEGER NOT NULL DEFAULT 0;  -- its result goes to the asker alone
CREATE INDEX message_by_job ON message (job_id, chat_id);

CREATE INDEX inbox_failed ON inbox (update_id) WHERE state = 'failed';

-- Many requests in one group at once: they share one message that tells how they stand.
CREATE TABLE board (
    board_id   INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id    INTEGER NOT NULL,
    thread_id  INTEGER,
    message_id INTEGER,
    created_at INTEGER NOT NULL,
    ended_at   INTEGER                           -- when the last of them had ended
) STRICT;
CREATE INDEX board_open ON board (chat_id) WHERE ended_at IS NULL;
ALTER TABLE job ADD COLUMN board_id INTEGER REFERENCES board (board_id);
CREATE INDEX job_of_board ON job (board_id) WHERE board_id IS NOT NULL;
CREATE INDEX job_open_in_chat ON job (chat_id)
    WHERE state IN ('queued', 'submitting', 'unknown', 'running', 'ready', 'delivering');

-- A request a group's admin has to agree to, because of its price.
CREATE TABLE approval (
    approval_id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id     INTEGER NOT NULL REFERENCES user (user_id),
    chat_id     INTEGER NOT NULL,
    thread_id   INTEGER,
    message_id  INTEGER,                         -- what asked, and is replied to
    language    TEXT    NOT NULL,                -- of the message with its buttons
    provider    TEXT    NOT NULL,
    request     TEXT    NOT NULL,                -- JSON of model.Request
    parent_id   TEXT    REFERENCES job (job_id),
    replaces_id TEXT    REFERENCES job (job_id), -- the waiting job it is made in place of
    cost_vnd    INTEGER NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('asked', 'agreed', 'refused')),
    decided_by  INTEGER,
    shown_id    INTEGER,                         -- the latest message that asked about it
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX approval_by_age ON approval (created_at);
CREATE INDEX approval_of_chat ON approval (chat_id);
-- Its pictures are kept for as long as somebody may agree.
CREATE TABLE approval_reference (
    approval_id INTEGER NOT NULL REFERENCES approval (approval_id) ON DELETE CASCADE,
    path        TEXT    NOT NULL,
    PRIMARY KEY (approval_id, path)
) STRICT;
CREATE INDEX approval_reference_by_path ON approval_reference (path);

-- What an anonymous admin chose, speaking as the group, is the group's language.
UPDATE chat SET language = (SELECT u.language FROM user u WHERE u.user_id = chat.chat_id)
WHERE chat_id < 0;
UPDATE user SET language = NULL WHERE user_id < 0;

-- How a chat's turns go, however much waits there; what went out before a start still counts.
CREATE INDEX outbox_turns ON outbox (chat_id, urgency, outbox_id, say, due_at)
    WHERE state = 'waiting';
CREATE INDEX outbox_sent_at ON outbox (sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX outbox_unsure ON outbox (outbox_id) WHERE state = 'sending';

-- The updates of a chat in order, of all chats the first ones.
CREATE INDEX inbox_lane ON inbox (lane, received_at, update_id) WHERE state = 'new';
DROP INDEX inbox_new;
