import { OUTBOX_COUNT } from './outbox-count.ts';

/**
 * The steps from an empty file to today's tables; number n is `user_version` n. A step that has been released is
 * never changed: the next one mends it.
 *
 * `reading` is clustered by series and time (WITHOUT ROWID): rows of one sensor lie side by side, and a range is one walk
 * along the tree.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE series (
     id   INTEGER PRIMARY KEY,
     kind TEXT NOT NULL CHECK (kind IN ('sensor', 'output')),
     name TEXT NOT NULL,
     UNIQUE (kind, name)
   ) STRICT;
   CREATE TABLE reading (
     series    INTEGER NOT NULL REFERENCES series (id),
     at        INTEGER NOT NULL, -- milliseconds since 1970
     value     REAL,
     quality   INTEGER NOT NULL, -- see readings-table.ts
     simulated INTEGER NOT NULL,
     PRIMARY KEY (series, at)
   ) STRICT, WITHOUT ROWID;`,

  `-- A life of the process before its clock could be trusted: wall time = monotonic time + offset.
   CREATE TABLE run (
     id      INTEGER PRIMARY KEY,
     boot    TEXT NOT NULL,
     offset  INTEGER NOT NULL, -- as assumed at its start
     shift   INTEGER           -- what the assumption was wrong by; null until that is known
   ) STRICT;
   ALTER TABLE reading ADD COLUMN run INTEGER NOT NULL DEFAULT 0; -- 0: its time is to be trusted
   CREATE INDEX reading_untrusted ON reading (run, series, at) WHERE run > 0;
   ALTER TABLE series ADD COLUMN purged_until INTEGER NOT NULL DEFAULT 0; -- raw rows before it are gone

   -- Windows with rows that no summary counts yet.
   CREATE TABLE open_window (
     series INTEGER NOT NULL REFERENCES series (id),
     start  INTEGER NOT NULL,
     size   INTEGER NOT NULL, -- milliseconds
     PRIMARY KEY (series, start)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE summary (
     series   INTEGER NOT NULL REFERENCES series (id),
     start    INTEGER NOT NULL,
     size     INTEGER NOT NULL,
     revision INTEGER NOT NULL,
     count    INTEGER NOT NULL,
     mean     REAL NOT NULL,
     m2       REAL NOT NULL,
     min      REAL NOT NULL,
     max      REAL NOT NULL,
     first    INTEGER NOT NULL,
     last     INTEGER NOT NULL,
     PRIMARY KEY (series, start, size, revision)
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE outbox (
     id       INTEGER PRIMARY KEY,
     lane     TEXT NOT NULL CHECK (lane IN ('alert', 'summary')),
     item_id  TEXT NOT NULL UNIQUE,
     item     TEXT NOT NULL,
     series   INTEGER REFERENCES series (id), -- of a summary or a gap
     start    INTEGER NOT NULL,               -- what it is about begins here
     size     INTEGER NOT NULL,               -- 0 for what is no window
     readings INTEGER NOT NULL,               -- how many readings it stands for
     made_at  INTEGER NOT NULL,
     batch    INTEGER,                        -- not null: it may be under way, and must not change any more
     refused  TEXT                            -- not null: set aside, and why
   ) STRICT;
   CREATE INDEX outbox_order ON outbox (lane, start, id) WHERE refused IS NULL;
   CREATE INDEX outbox_batch ON outbox (batch) WHERE batch IS NOT NULL;
   CREATE INDEX outbox_refused ON outbox (id) WHERE refused IS NOT NULL;
   -- One row. A number that was given to a batch is never given to another one: a batch may be settled a second time.
   CREATE TABLE batch_count (last INTEGER NOT NULL) STRICT;
   INSERT INTO batch_count (last) VALUES (0);
   CREATE INDEX outbox_series ON outbox (series, start);`,

  `ALTER TABLE series ADD COLUMN forgotten_until INTEGER; -- delivered summaries before it are gone
   ALTER TABLE series ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0; -- readings that are counted in gaps
   CREATE INDEX outbox_gap ON outbox (series) WHERE lane = 'summary' AND size = 0;
   CREATE INDEX run_waiting ON run (id) WHERE shift IS NULL;`,

  `-- What every output did, in the order in which it did it: the wall clock may step.
   CREATE TABLE output_change (
     id     INTEGER PRIMARY KEY,
     output TEXT NOT NULL,
     at     INTEGER NOT NULL,
     run    INTEGER NOT NULL, -- as in reading
     before INTEGER,          -- 1 is on; null: not known
     after  INTEGER NOT NULL,
     level  REAL, -- 0 to 1; null: cannot be dimmed
     by     TEXT NOT NULL,
     rule   TEXT,
     why    TEXT NOT NULL
   ) STRICT;
   CREATE INDEX output_change_of ON output_change (output, id);
   CREATE INDEX output_change_untrusted ON output_change (run) WHERE run > 0;

   -- Rules that came over the API; they stand before those of the file.
   CREATE TABLE rule (
     id         TEXT PRIMARY KEY,
     definition TEXT NOT NULL, -- JSON
     changed_at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE rule_change (
     id         INTEGER PRIMARY KEY,
     rule       TEXT NOT NULL,
     at         INTEGER NOT NULL,
     definition TEXT -- null: it was taken away
   ) STRICT;
   CREATE INDEX rule_change_of ON rule_change (rule, id);
   CREATE TABLE rule_state (
     rule  TEXT PRIMARY KEY,
     state TEXT NOT NULL -- JSON
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE alert (
     id        INTEGER PRIMARY KEY,
     rule      TEXT NOT NULL,
     cause     TEXT NOT NULL,
     details   TEXT NOT NULL,    -- JSON: what is not asked for in a query
     raised_at INTEGER NOT NULL,
     run       INTEGER NOT NULL, -- as in reading
     cleared_at INTEGER,
     cleared_run INTEGER NOT NULL DEFAULT 0,
     acknowledged_at INTEGER,
     revision  INTEGER NOT NULL, -- counts what has happened to it
     published INTEGER NOT NULL  -- revision that the outbox was given last; -1: none
   ) STRICT;
   CREATE UNIQUE INDEX alert_open ON alert (rule, cause) WHERE cleared_at IS NULL;
   CREATE INDEX alert_unpublished ON alert (id) WHERE published < revision;`,

  `-- What a person did before the clock could be trusted: run as in reading.
   ALTER TABLE alert ADD COLUMN acknowledged_run INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE rule ADD COLUMN changed_run INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE rule_change ADD COLUMN run INTEGER NOT NULL DEFAULT 0;
   CREATE INDEX alert_raised_untrusted ON alert (run) WHERE run > 0;
   CREATE INDEX alert_cleared_untrusted ON alert (cleared_run) WHERE cleared_run > 0;
   CREATE INDEX alert_acknowledged_untrusted ON alert (acknowledged_run) WHERE acknowledged_run > 0;
   CREATE INDEX rule_change_untrusted ON rule_change (run) WHERE run > 0;`,

  `-- 1: readings of it are in a gap, because the receiver refused them. No later revision goes upstream.
   ALTER TABLE summary ADD COLUMN given_up INTEGER NOT NULL DEFAULT 0;`,

  `-- Readings that were given up before their time was known: told as a gap when it is.
   CREATE TABLE untrusted_loss (
     series INTEGER NOT NULL REFERENCES series (id),
     run    INTEGER NOT NULL, -- as in reading
     first  INTEGER NOT NULL,
     last   INTEGER NOT NULL,
     count  INTEGER NOT NULL,
     PRIMARY KEY (series, run)
   ) STRICT, WITHOUT ROWID;`,

  `-- One row: the rows in the log beside the database that are of this generation are not in \`reading\` yet. It begins by
   -- chance, so that a log that belonged to another database is not taken for its own. Null: nobody knows.
   CREATE TABLE row_log (generation INTEGER) STRICT;
   INSERT INTO row_log (generation) VALUES (abs(random() % 100000000000000));`,

  `-- A merged hour and the first window in it begin together, and both may be open.
   ALTER TABLE open_window RENAME TO open_window_before;
   CREATE TABLE open_window (
     series INTEGER NOT NULL REFERENCES series (id),
     start  INTEGER NOT NULL,
     size   INTEGER NOT NULL, -- milliseconds
     PRIMARY KEY (series, start, size)
   ) STRICT, WITHOUT ROWID;
   INSERT INTO open_window (series, start, size) SELECT series, start, size FROM open_window_before;
   DROP TABLE open_window_before;

   -- Run 0: its time is known, and it is told with the next windows that are closed.
   ALTER TABLE untrusted_loss ADD COLUMN reason TEXT NOT NULL DEFAULT 'the disk of the device did not take them';`,

  `-- How often the rule was broken again in one episode without an episode of its own.
   ALTER TABLE alert ADD COLUMN suppressed INTEGER NOT NULL DEFAULT 0;
   CREATE INDEX alert_of ON alert (rule, cause, raised_at);
   ALTER TABLE outbox ADD COLUMN alert INTEGER; -- whose revision it is
   ALTER TABLE outbox ADD COLUMN unseen INTEGER NOT NULL DEFAULT 0; -- 1: no earlier revision has left the device
   CREATE INDEX outbox_alert ON outbox (alert) WHERE alert IS NOT NULL;
   -- One row: changes of outputs and steps of alerts that were given up, since the database was made.
   CREATE TABLE dropped_record (count INTEGER NOT NULL) STRICT;
   INSERT INTO dropped_record (count) VALUES (0);`,

  `-- Not null: refused alone, and why. Whether the item or the receiver is at fault is not known yet.
   ALTER TABLE outbox ADD COLUMN held TEXT;
   CREATE INDEX outbox_held ON outbox (lane, start, id) WHERE held IS NOT NULL;`,

  OUTBOX_COUNT,
];
