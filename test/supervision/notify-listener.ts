import { join } from 'node:path';
import type { TestContext } from 'node:test';
import koffi from 'koffi';
import { temporaryFolder } from '../support/temporary-folder.ts';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const MSG_DONTWAIT = 0x40;

/** The service manager's end of the socket: everything that was told to it, a message an entry. */
export function aNotifySocket(t: TestContext, address = join(temporaryFolder(t), 'notify')) {
  const library = koffi.load(null);
  const socket = library.func('int socket(int domain, int type, int protocol)');
  const bind = library.func('int bind(int fd, const void *address, uint32_t size)');
  const recv = library.func('long recv(int fd, _Out_ uint8_t *buffer, size_t length, int flags)');
  const close = library.func('int close(int fd)');
  const fd: number = socket(AF_UNIX, SOCK_DGRAM, 0);
  const name = address.startsWith('@') ? `\0${address.slice(1)}` : `${address}\0`;
  const target = Buffer.concat([Buffer.from([AF_UNIX, 0]), Buffer.from(name)]);
  if (bind(fd, target, target.length) < 0) throw new Error(`no socket at ${address}`);
  t.after(() => void close(fd));
  const heard: string[] = [];
  return {
    address,
    /** All messages until now. */
    heard(): readonly string[] {
      const buffer = Buffer.alloc(4096);
      for (;;) {
        const length = Number(recv(fd, buffer, buffer.length, MSG_DONTWAIT));
        if (length < 0) return heard;
        heard.push(buffer.toString('utf8', 0, length));
      }
    },
  };
}
