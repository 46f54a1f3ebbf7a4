import { readdir } from 'node:fs/promises';
import { busOf } from './bus.ts';
import { hwmonChannels, hwmonUnit, openHwmonChannel } from './hwmon-channel.ts';
import { iioChannels, iioUnit, openIioChannel } from './iio-channel.ts';
import { type DeviceClass, isStillThere, type KernelDevice } from './kernel-devices.ts';
import { withoutBinaryNoise } from './number-file.ts';
import { SensorError, type Source } from './sensor.ts';

/** A unit that people use, and what turns the kernel's number into it. */
export interface Unit {
  unit: string | null;
  factor: number;
}

/** Reads the kernel's own number of a channel. */
export type ReadChannel = () => Promise<number>;

interface ChannelClass {
  unitOf(channel: string): Unit;
  /** How the channel is read, given the names of all files of its device; null where it has no such channel. */
  open(device: KernelDevice, files: ReadonlySet<string>, channel: string): ReadChannel | null;
  channelsIn(files: Iterable<string>): string[];
}

export const CHANNELS: Record<DeviceClass, ChannelClass> = {
  hwmon: { unitOf: hwmonUnit, open: openHwmonChannel, channelsIn: hwmonChannels },
  iio: { unitOf: iioUnit, open: openIioChannel, channelsIn: iioChannels },
};

interface Wanted {
  deviceClass: DeviceClass;
  channel: string;
  source: string;
  /** Looks for the device; rejects with SensorError that says what is there instead. */
  find(): Promise<KernelDevice>;
  /** From the channel's unit to the sensor's. */
  convert?: { unit?: string | undefined; scale: number; offset: number };
  /** What the number is multiplied by besides, read from the files of the device. */
  correction?: ((folder: string) => Promise<number>) | undefined;
  /** Bus where the device is not there to tell. */
  bus: string;
}

/** A channel of a device that is found by what it is: once, and again when it went away or another one took its place. */
export async function channelSource(wanted: Wanted): Promise<Source> {
  const { deviceClass, channel, source, find, convert, correction } = wanted;
  const own = CHANNELS[deviceClass].unitOf(channel);
  const { scale = 1, offset = 0 } = convert ?? {};
  let found: { device: KernelDevice; read: ReadChannel } | undefined;
  const located = async () => {
    if (found !== undefined && (await isStillThere(found.device))) return found;
    found = undefined;
    const device = await find();
    found = { device, read: await openChannel(device, wanted) };
    return found;
  };
  return {
    unit: convert?.unit ?? own.unit,
    source,
    bus: await located().then(
      ({ device }) => busOf(device.folder),
      () => wanted.bus,
    ),
    async read() {
      const { device, read } = await located();
      const corrected = correction === undefined ? 1 : await correction(device.folder);
      return withoutBinaryNoise((await read()) * own.factor * corrected * scale + offset);
    },
  };
}

async function openChannel(device: KernelDevice, { deviceClass, channel }: Wanted): Promise<ReadChannel> {
  const { open, channelsIn } = CHANNELS[deviceClass];
  const files = new Set(await readdir(device.folder).catch(() => []));
  const read = open(device, files, channel);
  if (read !== null) return read;
  const others = channelsIn(files).join(', ') || 'none that can be read';
  throw new SensorError(`${device.name} has no channel ${channel}; its channels: ${others}`);
}
