import type { Clock } from '../../src/clock.ts';
import { Collector, type Tick } from '../../src/collector/collector.ts';
import type { Reading, Sensor } from '../../src/sensors/sensor.ts';
import { FakeClock } from '../support/fake-clock.ts';

export interface Rig {
  collector: Collector;
  clock: FakeClock;
  readings: Reading[];
  changes: Reading[];
  ticks: Tick[];
  /** Milliseconds since the start at which each round was over. */
  tickTimes: number[];
}

interface Options {
  sensors?: readonly Sensor[];
  intervalMs?: number;
  afterTick?: () => void;
  /** The clock that the collector sees, made from the test's own. */
  seenThrough?: (clock: FakeClock) => Clock;
}

/** A collector of 10 s rounds on a fake clock that remembers everything it gave away. Nothing runs yet. */
export function aCollector({ sensors = [], intervalMs = 10_000, ...hooks }: Options = {}): Rig {
  const clock = new FakeClock();
  const readings: Reading[] = [];
  const changes: Reading[] = [];
  const ticks: Tick[] = [];
  const tickTimes: number[] = [];
  const collector = new Collector({
    sensors,
    intervalMs,
    clock: hooks.seenThrough?.(clock) ?? clock,
    sinks: {
      onReading: (reading) => void readings.push(reading),
      onChange: (reading) => void changes.push(reading),
      onTick(tick) {
        ticks.push(tick);
        tickTimes.push(clock.monotonic());
        hooks.afterTick?.();
      },
    },
  });
  return { collector, clock, readings, changes, ticks, tickTimes };
}
