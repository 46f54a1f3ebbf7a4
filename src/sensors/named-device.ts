import type { HwmonSensorConfig, IioSensorConfig } from '../../schemas/kernel-sensor-config.ts';
import { channelSource } from './channel-source.ts';
import { type KernelDevice, kernelDevices } from './kernel-devices.ts';
import { SensorError, type Source } from './sensor.ts';

type NamedConfig = HwmonSensorConfig | IioSensorConfig;

/** A channel of any device of the kernel's two families, found by its name. */
export function namedSource(config: NamedConfig, root: string): Promise<Source> {
  const { kind, name, device, channel } = config;
  const on = device === undefined ? '' : ` on ${device}`;
  return channelSource({
    deviceClass: kind,
    channel,
    source: `${kind} device ${name}${on}, channel ${channel}`,
    find: () => findByName(config, root),
    convert: config,
    bus: `${kind} ${name}${on}`,
  });
}

async function findByName({ kind, name, device }: NamedConfig, root: string): Promise<KernelDevice> {
  const all = await kernelDevices(root, kind);
  const fitting = all.filter(
    (candidate) =>
      (candidate.name === name || candidate.label === name) && (device === undefined || candidate.parent === device),
  );
  const [only, another] = fitting;
  if (only === undefined) {
    const found = all.map((other) => `${other.name} (${other.parent})`).join(', ') || 'none at all';
    throw new SensorError(`No ${kind} device ${name}${device === undefined ? '' : ` on ${device}`}; found: ${found}`);
  }
  if (another !== undefined) {
    const parents = fitting.map(({ parent }) => parent).join(', ');
    throw new SensorError(`There are several ${kind} devices ${name}: add which one is meant, device: ${parents}`);
  }
  return only;
}
