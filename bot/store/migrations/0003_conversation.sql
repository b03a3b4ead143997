-- The conversation: what was asked of people, and several requests that were one message.

-- What the bot asked somebody to say: their reply fills the gap `{}` of a command line.
CREATE TABLE question (
    chat_id    INTEGER NOT NULL,
    message_id INTEGER NOT NULL,         -- the bot's, which is replied to
    user_id    INTEGER NOT NULL,         -- who was asked
    line       TEXT    NOT NULL,
    pictures   TEXT,                     -- JSON list: those it was answered with, without words
    media_group_id TEXT,                 -- the album they are of
    asked_at   INTEGER NOT NULL,
    PRIMARY KEY (chat_id, message_id)
) STRICT;
CREATE INDEX question_age ON question (asked_at);
CREATE INDEX outbox_arriving ON outbox (chat_id) WHERE state IN ('sending', 'waiting');

-- Several requests of one message: shown with their price, begun when that is agreed to.
CREATE TABLE bulk (
    bulk_id           INTEGER PRIMARY KEY AUTOINCREMENT,  -- an old button never names another
    user_id           INTEGER NOT NULL REFERENCES user (user_id),
    chat_id           INTEGER NOT NULL,
    thread_id         INTEGER,
    message_id        INTEGER,           -- what asked, and is replied to
    status_message_id INTEGER,           -- the question, then the progress of all of them
    state             TEXT    NOT NULL
        CHECK (state IN ('asked', 'running', 'stopped', 'joined', 'done')),
    parts             TEXT    NOT NULL,  -- JSON list, each with its provider
    joined            TEXT,              -- JSON: all of it as one request, where that could be meant
    begun             INTEGER NOT NULL DEFAULT 0,  -- how many of them are jobs
    rest_id           INTEGER REFERENCES bulk (bulk_id),  -- what the quota did not cover, begun later
    again_id          INTEGER REFERENCES bulk (bulk_id),  -- what failed, begun once more
    created_at        INTEGER NOT NULL,
    ended_at          INTEGER
) STRICT;
CREATE INDEX bulk_asked ON bulk (created_at) WHERE begun = 0;
CREATE INDEX bulk_of_rest ON bulk (rest_id) WHERE rest_id IS NOT NULL;
CREATE INDEX bulk_of_again ON bulk (again_id) WHERE again_id IS NOT NULL;

ALTER TABLE job ADD COLUMN bulk_id INTEGER REFERENCES bulk (bulk_id);
ALTER TABLE job ADD COLUMN bulk_number INTEGER;  -- its place in the message, from 1
CREATE INDEX job_of_bulk ON job (bulk_id, bulk_number) WHERE bulk_id IS NOT NULL;
CREATE INDEX job_history ON job (user_id, accepted_at, job_id);

-- Blocked and back: when a chat last spoke, and what could not be said there meanwhile.
ALTER TABLE chat ADD COLUMN seen_at INTEGER;
CREATE INDEX outbox_unsaid ON outbox (chat_id) WHERE error IS NOT NULL;

-- What the button said it costs that told which tile; NULL: none was pressed.
ALTER TABLE draft ADD COLUMN said_vnd INTEGER;
