import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ds18b20Config } from '../../schemas/chip-config.ts';
import { ONE_WIRE } from './bus.ts';
import { enable } from './config-txt.ts';
import { readNumberFile } from './number-file.ts';
import { SensorError, type Source } from './sensor.ts';

const DEVICES = '/sys/bus/w1/devices';

/** Families of the kernel's driver for 1-wire thermometers; 28 is the DS18B20. */
const FAMILY = /^(10|22|28|3b|42)-/;

export const isThermometer = (name: string): boolean => FAMILY.test(name);

/** A 1-wire thermometer by its serial number, in °C (Documentation/w1/slaves/w1_therm.rst). */
export function ds18b20Source({ serial }: Pick<Ds18b20Config, 'serial'>, root: string): Source {
  const id = isThermometer(serial) ? serial : `28-${serial}`;
  const file = `${DEVICES}/${id}/temperature`;
  return {
    unit: '°C',
    source: file,
    bus: ONE_WIRE,
    async read() {
      try {
        return (await readNumberFile(join(root, file))) / 1000;
      } catch (error) {
        const present = await oneWireDevices(root);
        throw present?.includes(id) ? error : new SensorError(missing(id, present));
      }
    },
  };
}

/** Everything on the 1-wire buses by name; null where there is no such bus. Names that begin with 00 are noise. */
export async function oneWireDevices(root: string): Promise<string[] | null> {
  const names = await readdir(join(root, DEVICES)).catch(() => []);
  if (!names.some((name) => name.startsWith('w1_bus_master'))) return null;
  return names.filter((name) => /^[0-9a-f]{2}-[0-9a-f]+$/.test(name)).sort();
}

function missing(id: string, present: string[] | null): string {
  if (present === null) return `There is no 1-wire bus: is ${enable.oneWire} set?`;
  const sensors = present.filter(isThermometer);
  if (sensors.length > 0) return `No thermometer with serial ${id} on the 1-wire bus; found: ${sensors.join(', ')}`;
  return `No thermometer with serial ${id} on the 1-wire bus, and no other one: ${wiring(present)}`;
}

/** A line without its resistor picks up devices of family 00 that do not exist. */
const wiring = (present: string[]): string =>
  present.some((name) => name.startsWith('00-'))
    ? 'the devices there that begin with 00 mean that its pull-up resistor of 4.7 kΩ is missing'
    : 'check the wiring, the pull-up resistor of 4.7 kΩ and the pin';
