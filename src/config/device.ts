import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Device } from '../device.ts';
import { StartError } from '../start-error.ts';
import { type SmallFile, writeOnce } from '../write-once.ts';

interface Surroundings {
  dataDirectory: string;
  /** Folder that stands for `/` where the machine's own ids are read. */
  root?: string;
  host?: string;
}

const ID_FILE = 'device-id';
const UID_FILE = 'device-uid';
/** Name of every device that had none, before each got its own. */
const FORMER_ID = 'pi';
/** What a data directory holds after its first start. */
const DATABASE = 'edge.db';

const ID = /^[a-z][a-z0-9_-]{0,63}$/;
const UID = /^[A-Za-z0-9_-]{16}$/;
const HOST_CHARACTERS = 59;

/**
 * The configured id, else the one in the data directory, else a new one that is kept there: the name of the host and
 * four digits of the machine's own id, or the former default where the directory was in use before. It is kept also
 * while another one is configured: to take that setting away changes nothing else.
 */
export function loadDevice(configured: string | undefined, surroundings: Surroundings): Device {
  const { dataDirectory, root = '/', host = hostname() } = surroundings;
  const machine = uidOf(root);
  const drawn = () => kept(join(dataDirectory, UID_FILE), UID, () => randomBytes(12).toString('base64url'));
  const { text: uid, unkept: unkeptUid } = machine === undefined ? drawn() : { text: machine };
  const { text: own, unkept } = kept(join(dataDirectory, ID_FILE), ID, () =>
    existsSync(join(dataDirectory, DATABASE)) ? FORMER_ID : idFor(host, uid),
  );
  return { id: configured ?? own, ...(unkeptUid === undefined && { uid }), ...(unkept && { unkept }) };
}

/** Two cards written from one image have one host name: the digits tell them apart. */
function idFor(host: string, uid: string): string {
  const name = host
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, HOST_CHARACTERS);
  return `${name || FORMER_ID}-${hmac(uid, 'pi-edge-api device id').toString('hex', 0, 2)}`;
}

/** The serial number of a Pi's board, else the id of the installed system, which whoever writes an image copies. */
function uidOf(root: string): string | undefined {
  const read = (file: string) => {
    try {
      return readFileSync(join(root, file), 'utf8').replace(/[\0\s]+$/, '');
    } catch {
      return '';
    }
  };
  // Other boards may have none, or the same one each.
  const serial = read('proc/device-tree/model').startsWith('Raspberry Pi')
    ? read('proc/device-tree/serial-number')
    : '';
  const source = [serial, read('etc/machine-id')].find((text) => /^(?!0+$)[0-9a-f]{8,32}$/i.test(text));
  // What the machine is called stays here: programs that know it could be confused with this one.
  return source && hmac(source, 'pi-edge-api device uid').subarray(0, 12).toString('base64url');
}

const hmac = (key: string, text: string) => createHmac('sha256', key).update(text).digest();

interface Kept {
  text: string;
  /** Where the disk did not take it. */
  unkept?: SmallFile;
}

/** What the file holds; where there is none, it is made. */
function kept(file: string, form: RegExp, make: () => string): Kept {
  try {
    const text = readFileSync(file, 'utf8').trim();
    if (form.test(text)) return { text };
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return makeKept(file, form, make);
    throw new StartError(`Cannot read who this device is from ${file}: ${code}.`);
  }
  throw new StartError(`What ${file} holds is no name of a device: correct it, or set EDGE_DEVICE_ID and delete it.`);
}

function makeKept(file: string, form: RegExp, make: () => string): Kept {
  const text = make();
  const small = { file, text: `${text}\n` };
  try {
    writeOnce(small);
    return { text };
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    // Another start was faster: its name counts.
    if (code === 'EEXIST') return kept(file, form, make);
    // The disk has no room or fails, which the store says as well: the control must work all the same.
    return { text, unkept: small };
  }
}
