import { AlertListSchema, AlertSchema } from './alerts.ts';
import { HealthSchema } from './health.ts';
import {
  CommandedOutputSchema,
  LedCommandSchema,
  LedSchema,
  OutputChangeSchema,
  OutputCommandSchema,
  OutputHistorySchema,
  OutputListSchema,
  OutputSchema,
} from './outputs.ts';
import { ProblemSchema } from './problem.ts';
import { ReadingListSchema, ReadingSchema } from './readings.ts';
import { RuleChangeSchema, RuleDefinitionSchema, RuleHistorySchema, RuleListSchema, RuleSchema } from './rules.ts';
import { SensorHistorySchema, SensorListSchema, SensorReadingSchema, SensorSchema } from './sensors.ts';
import { SensorStatusSchema, StatusSchema } from './status.ts';
import { SummaryListSchema, SummarySchema } from './summaries.ts';
import { RequeuedSchema, UplinkSchema } from './uplink.ts';

/** Every schema with a name: the server registers them once, and the OpenAPI document has them as components. */
export const namedSchemas = [
  StatusSchema,
  SensorStatusSchema,
  ReadingSchema,
  ReadingListSchema,
  HealthSchema,
  LedCommandSchema,
  LedSchema,
  SensorSchema,
  SensorListSchema,
  SensorReadingSchema,
  SensorHistorySchema,
  SummarySchema,
  SummaryListSchema,
  OutputSchema,
  OutputListSchema,
  OutputCommandSchema,
  CommandedOutputSchema,
  OutputChangeSchema,
  OutputHistorySchema,
  RuleDefinitionSchema,
  RuleSchema,
  RuleListSchema,
  RuleChangeSchema,
  RuleHistorySchema,
  AlertSchema,
  AlertListSchema,
  UplinkSchema,
  RequeuedSchema,
  ProblemSchema,
];
