import { closeSync, openSync, readSync } from 'node:fs';
import { getSystemErrorName } from 'node:util';

/** The calls into the kernel that a GPIO character device needs. Refusals are thrown with the kernel's name as `code`. */
export interface Kernel {
  open(path: string): number;
  ioctl(fd: number, request: number, argument: Buffer): void;
  /** Bytes read; 0 when nothing waits. */
  read(fd: number, into: Buffer): number;
  close(fd: number): void;
  /** Calls back in a turn of the event loop whenever something waits to be read. Keeps no process alive. */
  watch(fd: number, onReadable: () => void): { close(): void };
}

/** A call that the kernel refused. */
export class KernelRefusal extends Error {
  override name = 'KernelRefusal';
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** The kernel's name for the refusal, such as `EBUSY`; `undefined` for any other error. */
export function refusalCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** `FIONBIO` makes reads return instead of waiting; an ioctl, so that `ioctl` is the only foreign function. */
const SET_NON_BLOCKING = 0x5421;

/** Loads koffi, which costs some 10 ms and a few MB: call it only once there is a device to talk to. */
export async function loadKernel(): Promise<Kernel> {
  const { default: koffi } = await import('koffi');
  // No file name: the C library is the one that Node runs on, whatever the distribution calls it.
  const nativeIoctl = koffi.load(null).func('int ioctl(int fd, unsigned long request, void *argument)');

  const ioctl = (fd: number, request: number, argument: Buffer) => {
    if (nativeIoctl(fd, request, argument) < 0) throw new KernelRefusal(getSystemErrorName(-koffi.errno()));
  };

  return {
    // fs opens with O_CLOEXEC: no child inherits a chip.
    open: (path) => openSync(path, 'r+'),
    close: closeSync,
    ioctl,
    read(fd, into) {
      try {
        return readSync(fd, into);
      } catch (error) {
        if (refusalCode(error) === 'EAGAIN') return 0;
        throw error;
      }
    },
    watch(fd, onReadable) {
      ioctl(fd, SET_NON_BLOCKING, Buffer.from([1, 0, 0, 0]));
      let open = true;
      let awaited = false;
      const turn = () => {
        awaited = false;
        if (open) onReadable();
      };
      // koffi.node.poll is libuv's own uv_poll on the main loop: no thread waits. It calls back outside of a proper turn,
      // where promises would not run on and an exception would not surface: work is for the check phase that follows.
      const handle = koffi.node.poll(fd, () => {
        if (awaited) return;
        awaited = true;
        setImmediate(turn);
      });
      handle.unref();
      return {
        close() {
          if (!open) return;
          open = false;
          handle.close();
        },
      };
    },
  };
}
