-- The registry of one issuer. Times are seconds since 1970, dates days since 1900-01-01.
-- Tables whose rows are facts (issuer, log, credentials, revocations, holder keys, publications) refuse UPDATE and DELETE; the
-- INSERT triggers refuse what INSERT OR REPLACE would overwrite.

CREATE TABLE issuer (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Ranges of region codes, as JSON: whose numbers are enrolled here.
    jurisdiction TEXT NOT NULL,
    publishing_key BLOB NOT NULL CHECK (length(publishing_key) = 32)
) STRICT;

-- Credential keys in the order of their making; the newest that is not retired signs.
CREATE TABLE keys (
    serial INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE CHECK (length(key) = 64),
    created INTEGER NOT NULL,
    retired INTEGER
) STRICT;

CREATE TABLE people (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE CHECK (length(number) = 18),
    holder_key BLOB NOT NULL CHECK (length(holder_key) = 32),
    loss_salt BLOB NOT NULL CHECK (length(loss_salt) = 32),
    loss_digest BLOB NOT NULL CHECK (length(loss_digest) = 32),
    current_index INTEGER NOT NULL,
    -- Wrong loss codes since loss_window began.
    loss_window INTEGER NOT NULL DEFAULT 0,
    loss_failures INTEGER NOT NULL DEFAULT 0,
    rebinds INTEGER NOT NULL DEFAULT 0,
    rebound INTEGER
) STRICT;

-- Every holder key ever enrolled, so that none serves two people and no lost one comes back.
CREATE TABLE holder_keys (
    holder_key BLOB PRIMARY KEY CHECK (length(holder_key) = 32),
    person INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Every revocation index ever given.
CREATE TABLE credentials (
    revocation_index INTEGER PRIMARY KEY CHECK (revocation_index BETWEEN 0 AND 66060287),
    person INTEGER NOT NULL,
    key INTEGER NOT NULL,
    issued INTEGER NOT NULL,
    expiry INTEGER NOT NULL
) STRICT;

-- Reason 'restored': read back from the newest publication after a backup was brought back, which may not know the
-- credential; all others have one.
CREATE TABLE revocations (
    revocation_index INTEGER PRIMARY KEY CHECK (revocation_index BETWEEN 0 AND 66060287),
    reason TEXT NOT NULL
        CHECK (reason IN ('expired', 'lost', 'moved-away', 'cancelled', 'replaced', 'restored')),
    revoked INTEGER NOT NULL
) STRICT;

CREATE TABLE publications (
    sequence INTEGER PRIMARY KEY,
    root BLOB NOT NULL CHECK (length(root) = 32),
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE log (
    sequence INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    person INTEGER,
    revocation_index INTEGER,
    detail TEXT NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TRIGGER issuer_update BEFORE UPDATE ON issuer
BEGIN SELECT RAISE(ABORT, 'an issuer stays what it was made'); END;
CREATE TRIGGER issuer_delete BEFORE DELETE ON issuer
BEGIN SELECT RAISE(ABORT, 'an issuer stays what it was made'); END;
CREATE TRIGGER issuer_insert BEFORE INSERT ON issuer
WHEN EXISTS (SELECT 1 FROM issuer)
BEGIN SELECT RAISE(ABORT, 'an issuer stays what it was made'); END;

CREATE TRIGGER log_update BEFORE UPDATE ON log
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER log_delete BEFORE DELETE ON log
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER log_insert BEFORE INSERT ON log
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM log)
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

CREATE TRIGGER credentials_update BEFORE UPDATE ON credentials
BEGIN SELECT RAISE(ABORT, 'an issued credential stays recorded'); END;
CREATE TRIGGER credentials_delete BEFORE DELETE ON credentials
BEGIN SELECT RAISE(ABORT, 'an issued credential stays recorded'); END;
CREATE TRIGGER credentials_insert BEFORE INSERT ON credentials
WHEN EXISTS (SELECT 1 FROM credentials WHERE revocation_index = NEW.revocation_index)
BEGIN SELECT RAISE(ABORT, 'each revocation index is given once'); END;

CREATE TRIGGER revocations_update BEFORE UPDATE ON revocations
BEGIN SELECT RAISE(ABORT, 'a revocation is final'); END;
CREATE TRIGGER revocations_delete BEFORE DELETE ON revocations
BEGIN SELECT RAISE(ABORT, 'a revocation is final'); END;
CREATE TRIGGER revocations_insert BEFORE INSERT ON revocations
WHEN EXISTS (SELECT 1 FROM revocations WHERE revocation_index = NEW.revocation_index)
BEGIN SELECT RAISE(ABORT, 'a revocation is final'); END;
CREATE TRIGGER revocations_of_nothing BEFORE INSERT ON revocations
WHEN NEW.reason <> 'restored'
    AND NOT EXISTS (SELECT 1 FROM credentials WHERE revocation_index = NEW.revocation_index)
BEGIN SELECT RAISE(ABORT, 'a revocation is one of a credential'); END;

CREATE TRIGGER holder_keys_update BEFORE UPDATE ON holder_keys
BEGIN SELECT RAISE(ABORT, 'a holder key stays with its holder'); END;
CREATE TRIGGER holder_keys_delete BEFORE DELETE ON holder_keys
BEGIN SELECT RAISE(ABORT, 'a holder key stays with its holder'); END;
CREATE TRIGGER holder_keys_insert BEFORE INSERT ON holder_keys
WHEN EXISTS (SELECT 1 FROM holder_keys WHERE holder_key = NEW.holder_key)
BEGIN SELECT RAISE(ABORT, 'a holder key stays with its holder'); END;

CREATE TRIGGER publications_update BEFORE UPDATE ON publications
BEGIN SELECT RAISE(ABORT, 'a publication stays recorded'); END;
CREATE TRIGGER publications_delete BEFORE DELETE ON publications
BEGIN SELECT RAISE(ABORT, 'a publication stays recorded'); END;
CREATE TRIGGER publications_insert BEFORE INSERT ON publications
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM publications)
    -- The publications since a backup are lost here, and their numbers used.
    AND NOT (NEW.sequence > (SELECT coalesce(max(sequence), 0) FROM publications)
        AND (SELECT action FROM log ORDER BY sequence DESC LIMIT 1) = 'restored')
BEGIN SELECT RAISE(ABORT, 'publications are numbered without gaps'); END;
