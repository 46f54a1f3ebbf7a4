import { Type } from '@sinclair/typebox';

/** Most readings that one answer holds, and most snapshots that the server keeps in memory. */
export const MAX_READINGS = 1000;

/** Readings in an answer when nobody says how many. */
export const DEFAULT_READINGS = 50;

export const LimitSchema = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER, // keeps out the text "Infinity"
  default: DEFAULT_READINGS,
  description: `How many readings; larger than ${MAX_READINGS} means ${MAX_READINGS}.`,
});
