import { HardwareError } from '../driver.ts';
import type { HeaderChip } from './chip.ts';
import { type Kernel, refusalCode } from './kernel.ts';
import {
  decodeLineDescriptor,
  decodeLineInfo,
  encodeLineRequest,
  GET_LINE,
  GET_LINE_INFO,
  GET_VALUES,
  type LineRequest,
  lineInfoRequest,
  lineValues,
  readValue,
  SET_VALUES,
  writeValue,
} from './uapi.ts';

/** A claimed line. States are logical: the kernel applies `active: low`. */
export interface Line {
  readonly name: string;
  readonly fd: number;
  read(): boolean;
  write(on: boolean): void;
  release(): void;
}

/** What the kernel shows as the line's user, for instance in `gpioinfo`. */
const CONSUMER = 'pi-edge-api';

/** Claims one line of an open chip. Throws {@link HardwareError} with one sentence when the kernel refuses. */
export function claimLine(
  kernel: Kernel,
  chip: HeaderChip & { fd: number },
  request: Omit<LineRequest, 'consumer'>,
): Line {
  const name = `GPIO ${request.offset} on ${chip.path} (${chip.label})`;
  const bytes = encodeLineRequest({ ...request, consumer: CONSUMER });
  try {
    kernel.ioctl(chip.fd, GET_LINE, bytes);
  } catch (error) {
    const code = refusalCode(error);
    if (code === 'EBUSY') throw new HardwareError(`${name} is already taken${by(kernel, chip.fd, request.offset)}`);
    throw new HardwareError(`${name} cannot be claimed: ${code ?? error}`, { cause: error });
  }

  let fd = decodeLineDescriptor(bytes);
  const values = lineValues();
  const transfer = (call: number, verb: string) => {
    // A closed descriptor's number may belong to another file by now.
    if (fd < 0) throw new HardwareError(`${name} cannot be ${verb}: it is released`);
    try {
      kernel.ioctl(fd, call, values);
    } catch (error) {
      throw new HardwareError(`${name} cannot be ${verb}: ${refusalCode(error) ?? error}`, { cause: error });
    }
  };

  return {
    name,
    fd,
    read() {
      transfer(GET_VALUES, 'read');
      return readValue(values);
    },
    write(on) {
      writeValue(values, on);
      transfer(SET_VALUES, 'written');
    },
    release() {
      if (fd >= 0) kernel.close(fd);
      fd = -1;
    },
  };
}

function by(kernel: Kernel, chipFd: number, offset: number): string {
  try {
    const info = lineInfoRequest(offset);
    kernel.ioctl(chipFd, GET_LINE_INFO, info);
    const { consumer } = decodeLineInfo(info);
    return consumer === '' ? '' : ` by "${consumer}"`;
  } catch {
    // The refusal itself is the news; who holds the line only adds to it.
    return '';
  }
}
