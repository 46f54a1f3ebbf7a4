import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SensorConfig } from '../../schemas/sensor-config.ts';
import type { Driver } from '../../src/hardware/driver.ts';
import { openSimulated } from '../../src/hardware/simulated.ts';
import { buildSensors } from '../../src/sensors/build.ts';
import { type Sensor, SensorError } from '../../src/sensors/sensor.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** Puts a file of the kernel below a folder that stands for `/`. */
export function kernelFile(root: string, path: string, text: string): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

interface Place {
  root?: string;
  driver?: Driver;
  clock?: FakeClock;
}

/** The sensors of these entries, at 10 s, on simulated pins and without any file of the kernel. */
export function sensorsOf(entries: SensorConfig[], { root = '/nowhere', driver, clock = new FakeClock() }: Place = {}) {
  const parts = { root, clock, driver: driver ?? openSimulated(clock) };
  return buildSensors({ sensors: entries, collect: { interval_s: 10 } }, parts);
}

/** The only sensor of one entry. */
export async function sensorOf(entry: SensorConfig, place?: Place): Promise<Sensor> {
  const [sensor] = await sensorsOf([entry], place);
  if (sensor === undefined) throw new Error('There is no sensor.');
  return sensor;
}

/** A driver that says that it is real: its pins are simulated all the same. */
export function realDriver(): Driver {
  return { ...openSimulated(new FakeClock()), name: 'gpiochip', simulated: false };
}

/** Why the sensor gives no number. */
export async function refusalOf(sensor: Sensor): Promise<string> {
  try {
    return `not refused, but ${await sensor.read()}`;
  } catch (error) {
    if (error instanceof SensorError) return error.message;
    throw error;
  }
}
