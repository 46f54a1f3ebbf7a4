/**
 * Rows that are kept of what is recorded beside readings. A change of an output takes some 180 bytes with its index, an
 * alert with the item that waits to be sent 1.3 KB, a change of a rule 600 bytes: together they have a fifth of the room,
 * half of it for alerts, so that nothing that flaps takes the readings' space.
 */
export const recordRoom = (maxBytes: number) => ({
  changes: Math.min(100_000, Math.floor(maxBytes / 2000)),
  alerts: Math.min(10_000, Math.floor(maxBytes / 13_000)),
  ruleChanges: Math.min(10_000, Math.floor(maxBytes / 50_000)),
});

export type RecordRoom = ReturnType<typeof recordRoom>;
