import type { Reading, Sensor } from '../../src/sensors/sensor.ts';

/** A sensor that reads 1, with what a test wants to have different. */
export function aSensor(changes: Partial<Sensor> = {}): Sensor {
  const id = changes.id ?? 'air';
  return {
    id,
    kind: 'simulated',
    unit: '°C',
    source: 'a test',
    min: null,
    max: null,
    maxStepPerS: null,
    stuckAfterS: null,
    powerOnValue: null,
    staleAfterS: 30,
    simulated: false,
    bus: id,
    read: async () => 1,
    ...changes,
  };
}

/** A good reading of 20 by the sensor `air` at the beginning of time. */
export function aReading(changes: Partial<Reading> = {}): Reading {
  return {
    sensor: 'air',
    at: 0,
    monotonic: 0,
    value: 20,
    quality: 'good',
    reason: null,
    simulated: false,
    ...changes,
  };
}

/** An answer that a test gives when it likes. */
export interface Question {
  read(): Promise<number>;
  /** How often the sensor was asked. */
  readonly asked: number;
  answer(value: number): void;
}

/** The read of a sensor that hangs until the test answers; each answer serves the oldest question. */
export function aSlowRead(): Question {
  const waiting: ((value: number) => void)[] = [];
  let asked = 0;
  return {
    read() {
      asked += 1;
      return new Promise((resolve) => waiting.push(resolve));
    },
    get asked() {
      return asked;
    },
    answer: (value) => waiting.shift()?.(value),
  };
}
