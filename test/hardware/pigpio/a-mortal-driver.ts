import { after, type TestContext } from 'node:test';
import type { Driver } from '../../../src/hardware/driver.ts';
import { openPigpio } from '../../../src/hardware/pigpio/pigpio-driver.ts';
import { FakeClock, settled } from '../../support/fake-clock.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { aBoard } from './a-board.ts';
import { FakeChildren } from './fake-children.ts';

export const ON = { active: 'high', initial: true } as const;
export const machine = aBoard(temporaryFolder({ after }));

/** A driver whose child dies, hangs or stays away as the test says, and everything that it told of faults. */
export async function aMortalDriver(t: TestContext) {
  const [children, clock, faults] = [new FakeChildren(), new FakeClock(), [] as string[]];
  const driver: Driver = await openPigpio({ ...machine, clock, start: children.start });
  t.after(async () => {
    const closed = driver.close();
    await clock.advance(10_000);
    await closed;
  });
  driver.onFault?.((fault) => faults.push(fault?.message ?? 'all is well'));
  return { driver, children, clock, faults, wires: children.wires };
}

/** Long enough for a few messages to and fro. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await settled();
}
