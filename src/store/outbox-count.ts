/**
 * A step of the migrations: the count of what waits in the outbox, and of the dead letters beside it, in a table of one row.
 * Triggers keep it in the transaction of each change, since counting a backlog of months reads all of it from the card.
 */
export const OUTBOX_COUNT = `
  CREATE TABLE outbox_count (
    items        INTEGER NOT NULL,
    bytes        INTEGER NOT NULL,
    readings     INTEGER NOT NULL,
    dead_letters INTEGER NOT NULL
  ) STRICT;
  INSERT INTO outbox_count SELECT
    count(*) FILTER (WHERE refused IS NULL),
    coalesce(sum(octet_length(item)) FILTER (WHERE refused IS NULL), 0),
    coalesce(sum(readings) FILTER (WHERE refused IS NULL), 0),
    count(*) FILTER (WHERE refused IS NOT NULL)
    FROM outbox;
  CREATE INDEX outbox_made ON outbox (made_at) WHERE refused IS NULL;
  CREATE TRIGGER outbox_added AFTER INSERT ON outbox BEGIN
    UPDATE outbox_count SET
      items = items + (new.refused IS NULL),
      bytes = bytes + octet_length(new.item) * (new.refused IS NULL),
      readings = readings + new.readings * (new.refused IS NULL),
      dead_letters = dead_letters + (new.refused IS NOT NULL);
  END;
  CREATE TRIGGER outbox_removed AFTER DELETE ON outbox BEGIN
    UPDATE outbox_count SET
      items = items - (old.refused IS NULL),
      bytes = bytes - octet_length(old.item) * (old.refused IS NULL),
      readings = readings - old.readings * (old.refused IS NULL),
      dead_letters = dead_letters - (old.refused IS NOT NULL);
  END;
  CREATE TRIGGER outbox_changed AFTER UPDATE OF item, readings, refused ON outbox BEGIN
    UPDATE outbox_count SET
      items = items + (new.refused IS NULL) - (old.refused IS NULL),
      bytes = bytes + octet_length(new.item) * (new.refused IS NULL) - octet_length(old.item) * (old.refused IS NULL),
      readings = readings + new.readings * (new.refused IS NULL) - old.readings * (old.refused IS NULL),
      dead_letters = dead_letters + (new.refused IS NOT NULL) - (old.refused IS NOT NULL);
  END;`;
