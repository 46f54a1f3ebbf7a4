/** Room that an item takes in the database, with its indexes and the summary that it was made of, per byte of JSON. */
const DISK_PER_BYTE = 1.85;
/** A summary with names of usual length. */
const ITEM_BYTES = 355;
/** Share of the limit that may be taken before summaries are merged; raw readings that are summarised go long before. */
const USABLE = 0.85;

interface Outlook {
  /** The limit of the database, or less where the disk has no more. */
  maxBytes: number;
  /** JSON of what waits already. */
  waitingBytes: number;
  itemsPerHour: number;
}

/** Hours for which items find room when none of them can be sent; Infinity never: a device without sensors gets 0. */
export function roomForHours({ maxBytes, waitingBytes, itemsPerHour }: Outlook): number {
  const roomBytes = maxBytes * USABLE - waitingBytes * DISK_PER_BYTE;
  if (itemsPerHour === 0) return 0;
  return Math.max(0, Math.round(roomBytes / (itemsPerHour * ITEM_BYTES * DISK_PER_BYTE)));
}
