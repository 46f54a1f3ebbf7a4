import type { SensorResource } from '../../schemas/sensors.ts';
import type { LatestReadings } from '../collector/latest.ts';
import { HttpProblem } from '../plugins/problems.ts';

/** The sensor of this id; a 404 with the ids that exist where there is none. */
export function requireSensor(latest: LatestReadings, id: string): SensorResource {
  const sensor = latest.resource(id);
  if (sensor !== undefined) return sensor;
  throw new HttpProblem(404, `There is no sensor "${id}"`, { valid: latest.sensors.map((known) => known.id) });
}
