import { systemClock } from '../../src/clock.ts';
import { recover } from '../../src/store/opening.ts';

/**
 * A process of its own that saves what it can of a broken database and is killed in the middle: `node dying-recovery.ts
 * FILE LOOKS`, where LOOKS is how often it looks at the time before.
 */
const [file = '', looks = ''] = process.argv.slice(2);
let left = Number(looks);
const { monotonic } = systemClock;
systemClock.monotonic = () => {
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
  return monotonic();
};
recover({ file, maxBytes: 2 ** 29 }, 'a test');
