import { getSystemErrorName } from 'node:util';

/** Tells the service manager something, in the form of sd_notify(3). */
export type Notify = (message: string) => void;

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/**
 * Opens the way to the service manager's socket. Node has no datagrams of this family, so the C library is asked, through
 * the bridge that the pins need anyway. The function throws where a message cannot be delivered.
 */
export async function openNotify(address: string): Promise<Notify> {
  const { default: koffi } = await import('koffi');
  const library = koffi.load(null);
  const socket = library.func('int socket(int domain, int type, int protocol)');
  const sendto = library.func(
    'long sendto(int fd, const void *buffer, size_t length, int flags, const void *address, uint32_t size)',
  );
  const fail = (what: string): never => {
    throw new Error(`${what} ${address}: ${getSystemErrorName(-koffi.errno())}`);
  };
  const fd: number = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail('no socket for');
  const target = socketAddress(address);
  return (message) => {
    const bytes = Buffer.from(message);
    const sent = sendto(fd, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL, target, target.length);
    if (Number(sent) < 0) fail('nothing can be sent to');
  };
}

/** `struct sockaddr_un`; an abstract name begins with a zero byte and has none at its end. */
function socketAddress(address: string): Buffer {
  const family = Buffer.alloc(2);
  if (address.startsWith('@')) return Buffer.concat([family, Buffer.from(`\0${address.slice(1)}`)]).fill(AF_UNIX, 0, 1);
  return Buffer.concat([family, Buffer.from(`${address}\0`)]).fill(AF_UNIX, 0, 1);
}
