import { type Clock, systemClock } from '../../clock.ts';
import { type Capability, type Driver, HardwareError, type InputOptions, type OutputOptions } from '../driver.ts';
import { kernelFiles } from '../pwm/files.ts';
import type { PwmClass } from '../pwm/find-channel.ts';
import { SysfsPwm } from '../pwm/sysfs-pwm.ts';
import { type HeaderChip, type Place, requireHeaderChip } from './chip.ts';
import { deliverEdges } from './edges.ts';
import { type Kernel, loadKernel, refusalCode } from './kernel.ts';
import { claimLine, type Line } from './line.ts';
import { FLAG, type LineRequest } from './uapi.ts';

const CAPABILITIES: ReadonlySet<Capability> = new Set<Capability>(['pull', 'debounce', 'edges', 'pwm']);
const LAST_HEADER_PIN = 27;
const PULL_FLAG = { up: FLAG.pullUp, down: FLAG.pullDown, off: FLAG.pullOff } as const;

/** Room for a contact that chatters through a stall of the event loop. */
const EVENT_BUFFER_SIZE = 256;

/** The kernel's two doors to the header; tests bring their own. */
export interface KernelPlace extends Place {
  pwm?: PwmClass;
  clock?: Pick<Clock, 'after'>;
}

const KERNEL_PWM: PwmClass = { files: kernelFiles, folder: '/sys/class/pwm' };

/**
 * Opens the header of a Raspberry Pi through the kernel's GPIO character device and its PWM class; needs the group gpio,
 * not root. Rejects with {@link HardwareError} where there is no header or no permission.
 */
export async function openGpiochip(place: KernelPlace = {}): Promise<Driver> {
  const chip = await requireHeaderChip(place);
  const kernel = place.kernel ?? (await loadKernel());
  const pwm = new SysfsPwm(place.pwm ?? KERNEL_PWM, place.clock ?? systemClock);
  return driveChip({ kernel, chip, chipFd: openChip(kernel, chip), pwm });
}

interface Header {
  kernel: Kernel;
  chip: HeaderChip;
  chipFd: number;
  pwm: SysfsPwm;
}

function driveChip({ kernel, chip, chipFd, pwm }: Header): Driver {
  const description = `${chip.path} (${chip.label})`;
  const claimed = new Set<number>();
  const closers: (() => void)[] = [];
  let open = true;

  const refuse = (pin: number) => {
    if (!open) throw new HardwareError(`GPIO ${pin} cannot be claimed: ${description} is closed`);
    refuseUnknownPin(pin, chip);
  };

  const claim = (request: Omit<LineRequest, 'consumer'>): Line => {
    refuse(request.offset);
    if (pwm.has(request.offset)) throw takenByUs(request.offset);
    const line = claimLine(kernel, { ...chip, fd: chipFd }, request);
    claimed.add(request.offset);
    closers.push(line.release);
    return line;
  };

  return {
    name: 'gpiochip',
    simulated: false,
    description,
    capabilities: CAPABILITIES,
    async output(pin, options) {
      const { read, write } = claim(outputRequest(pin, options));
      return { pin, read, write };
    },
    async input(pin, options) {
      const { fd, read } = claim(inputRequest(pin, options));
      const initial = read();
      return {
        pin,
        read,
        onEdge(listener) {
          // Before the line is released: libuv must not watch a descriptor that is closed.
          closers.unshift(deliverEdges(kernel, { fd, initial }, listener).close);
        },
      };
    },
    async pwm(pin, options) {
      refuse(pin);
      if (claimed.has(pin) || pwm.has(pin)) throw takenByUs(pin);
      return pwm.claim(pin, options);
    },
    async close() {
      if (!open) return;
      open = false;
      pwm.close();
      for (const close of closers.splice(0)) close();
      kernel.close(chipFd);
    },
  };
}

function outputRequest(pin: number, { active, initial }: OutputOptions): Omit<LineRequest, 'consumer'> {
  return { offset: pin, flags: FLAG.output | activeFlag(active), initial };
}

function inputRequest(pin: number, { active, pull, debounceMs }: InputOptions): Omit<LineRequest, 'consumer'> {
  // Edges are asked for with the claim: older kernels have no event queue for a debounced line that asks later.
  const flags = FLAG.input | FLAG.risingEdge | FLAG.fallingEdge | PULL_FLAG[pull] | activeFlag(active);
  return { offset: pin, flags, debounceUs: Math.round(debounceMs * 1000), eventBufferSize: EVENT_BUFFER_SIZE };
}

/** The GPIO chip and the PWM class do not know of each other's claims. */
const takenByUs = (pin: number) => new HardwareError(`GPIO ${pin} is already taken by "pi-edge-api"`);

const activeFlag = (active: 'high' | 'low') => (active === 'low' ? FLAG.activeLow : 0n);

function openChip(kernel: Kernel, chip: HeaderChip): number {
  try {
    return kernel.open(chip.path);
  } catch (error) {
    throw new HardwareError(`${chip.path} (${chip.label}) cannot be opened: ${refusalCode(error)}`, { cause: error });
  }
}

function refuseUnknownPin(pin: number, chip: HeaderChip): void {
  if (Number.isInteger(pin) && pin >= 0 && pin <= LAST_HEADER_PIN && pin < chip.lines) return;
  throw new HardwareError(
    `GPIO ${pin} is not on the header of ${chip.path} (${chip.label}): pins are 0 to ${LAST_HEADER_PIN}`,
  );
}
