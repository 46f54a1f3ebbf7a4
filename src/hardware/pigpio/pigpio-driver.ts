import { type Clock, systemClock } from '../../clock.ts';
import { type Capability, type Driver, HardwareError } from '../driver.ts';
import { forkChild, type StartChild } from './fork-child.ts';
import { Lifeline } from './lifeline.ts';
import { claimInput, claimOutput, claimPwm, claimServo } from './lines.ts';
import { type Board, findObstacle, thisBoard } from './obstacle.ts';

/** Where pigpio is looked for, and how its process is started; tests bring their own. */
export interface PigpioPlace {
  root?: string;
  clock?: Clock;
  board?: Partial<Board>;
  start?: StartChild;
}

const CAPABILITIES: ReadonlySet<Capability> = new Set<Capability>(['pull', 'debounce', 'edges', 'pwm', 'servo']);
const LAST_HEADER_PIN = 27;

/**
 * Opens the header of a Raspberry Pi 0 to 4 through libpigpio, as root, in a process of its own. A write is on its way
 * to that process when it returns; a process that dies or hangs is replaced, and its pins are brought back. Rejects with
 * {@link HardwareError} where pigpio does not work.
 */
export async function openPigpio(place: PigpioPlace = {}): Promise<Driver> {
  const { root = '/', clock = systemClock, start = forkChild } = place;
  const obstacle = await findObstacle({ ...thisBoard(root), ...place.board });
  if (obstacle) throw new HardwareError(`pigpio cannot be used: ${obstacle.why}; ${obstacle.advice}`);
  const lifeline = new Lifeline({ start, clock });
  try {
    await lifeline.open();
  } catch (error) {
    throw new HardwareError(`pigpio did not start: ${withAdvice((error as Error).message)}`);
  }
  return drive(lifeline);
}

const withAdvice = (why: string) =>
  why.includes("Can't lock") ? `${why}; another program holds it: sudo systemctl disable --now pigpiod` : why;

function drive(lifeline: Lifeline): Driver {
  return {
    name: 'pigpio',
    simulated: false,
    description: 'pigpio, in a process of its own',
    capabilities: CAPABILITIES,
    async output(pin, options) {
      refuseUnknownPin(pin);
      return claimOutput(lifeline, pin, options);
    },
    async input(pin, options) {
      refuseUnknownPin(pin);
      return claimInput(lifeline, pin, options);
    },
    async pwm(pin, options) {
      refuseUnknownPin(pin);
      return claimPwm(lifeline, pin, options);
    },
    async servo(pin, { pulseUs }) {
      refuseUnknownPin(pin);
      return claimServo(lifeline, pin, pulseUs);
    },
    onFault: (listener) => lifeline.onFault(listener),
    close: () => lifeline.close(),
  };
}

function refuseUnknownPin(pin: number): void {
  if (Number.isInteger(pin) && pin >= 0 && pin <= LAST_HEADER_PIN) return;
  throw new HardwareError(`GPIO ${pin} is not on the header: pins are 0 to ${LAST_HEADER_PIN}`);
}
