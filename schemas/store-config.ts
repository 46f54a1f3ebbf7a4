import { Type } from '@sinclair/typebox';

/** The section `store` of the configuration. */
export const StoreConfigSchema = Type.Object(
  {
    dir: Type.String({
      default: './data',
      minLength: 1,
      env: 'EDGE_DATA_DIR',
      description: 'Folder of the database and the key. Only the default one is made when it is missing.',
    }),
    commit_every_s: Type.Number({
      default: 5,
      minimum: 0.1,
      maximum: 60,
      description:
        'A power cut loses at most the readings of this many seconds; fewer commits wear a card less. Above 10, a disk ' +
        'that begins to fail is seen as much later.',
    }),
    max_mb: Type.Integer({
      default: 512,
      minimum: 16,
      description:
        'Most megabytes (MiB) of database and log on the card. Near it the oldest makes room, what has arrived first. A ' +
        'smaller number does not shrink the file.',
    }),
    keep_readings_days: Type.Number({
      default: 7,
      minimum: 0.1,
      maximum: 3650,
      description: 'Days that single readings are kept; their summaries stay longer.',
    }),
  },
  { additionalProperties: false, default: {}, description: 'Where readings are kept.' },
);
