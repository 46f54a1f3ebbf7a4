import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Files = Record<string, string | number>;

interface Device {
  bus?: number;
  address: string;
  name: string;
  files?: Files;
  /** Of iio:deviceN or hwmonN. */
  number: number;
}

/** A folder that stands for `/`, with devices below /sys as the kernel lays them out: folders, and links to them. */
export class FakeKernel {
  readonly root: string;

  constructor(test: Parameters<typeof temporaryFolder>[0]) {
    this.root = temporaryFolder(test);
  }

  file(path: string, content: string | number): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${content}\n`);
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true });
  }

  /** A 1-wire bus with these devices on it, by name; a value in m°C, or a text as it stands in the file. */
  oneWire(devices: Files = {}): void {
    this.#device('/sys/devices/w1_bus_master1', { w1_master_name: 'w1_bus_master1' });
    this.#link('/sys/bus/w1/devices/w1_bus_master1', '/sys/devices/w1_bus_master1');
    for (const [name, temperature] of Object.entries(devices)) {
      this.#device(`/sys/devices/w1_bus_master1/${name}`, { name, temperature });
      this.#link(`/sys/bus/w1/devices/${name}`, `/sys/devices/w1_bus_master1/${name}`);
    }
  }

  unplugOneWire(name: string): void {
    this.remove(`/sys/bus/w1/devices/${name}`);
    this.remove(`/sys/devices/w1_bus_master1/${name}`);
  }

  i2cBus(bus = 1): void {
    this.#device(this.#adapter(bus), { name: 'bcm2835 (i2c@7e804000)' });
    this.#link(`/sys/bus/i2c/devices/i2c-${bus}`, this.#adapter(bus));
  }

  /** A device that the kernel was told of; its driver binds it, unless it found nothing there. */
  i2cDevice({ bus = 1, address, name }: Omit<Device, 'number'>, isBound = true): string {
    this.i2cBus(bus);
    const id = `${bus}-${address.slice(2).padStart(4, '0')}`;
    const folder = `${this.#adapter(bus)}/${id}`;
    this.#device(folder, { name });
    this.#link(`/sys/bus/i2c/devices/${id}`, folder);
    if (isBound) {
      this.#device(`/sys/bus/i2c/drivers/${name}`, {});
      this.#link(`${folder}/driver`, `/sys/bus/i2c/drivers/${name}`);
    }
    return folder;
  }

  iioOnI2c(device: Device): void {
    this.iio({ ...device, parent: this.i2cDevice(device) });
  }

  hwmonOnI2c(device: Device): void {
    this.hwmon({ ...device, parent: `${this.i2cDevice(device)}/hwmon` });
  }

  iio({ name, files = {}, number, parent = '/sys/devices' }: Omit<Device, 'address'> & { parent?: string }): void {
    const folder = `${parent}/iio:device${number}`;
    this.#device(folder, { name, ...files });
    this.#link(`/sys/bus/iio/devices/iio:device${number}`, folder);
  }

  hwmon({ name, files = {}, number, parent = '/sys/devices/virtual' }: Omit<Device, 'address'> & { parent?: string }) {
    const folder = `${parent}/hwmon${number}`;
    this.#device(folder, { name, ...files });
    this.#link(`/sys/class/hwmon/hwmon${number}`, folder);
  }

  /** As the kernel has it: the zone is a hwmon device as well. */
  thermalZone(zone: number, { type, temp, hwmon }: { type: string; temp: string | number; hwmon?: number }): void {
    const folder = `/sys/devices/virtual/thermal/thermal_zone${zone}`;
    this.#device(folder, { type, temp });
    this.#link(`/sys/class/thermal/thermal_zone${zone}`, folder);
    if (hwmon !== undefined) {
      this.hwmon({ name: type.replaceAll('-', '_'), files: { temp1_input: temp }, number: hwmon, parent: folder });
    }
  }

  #adapter = (bus: number) => `/sys/devices/platform/soc/fe804000.i2c/i2c-${bus}`;

  #device(folder: string, files: Files): void {
    mkdirSync(join(this.root, folder), { recursive: true });
    for (const [name, content] of Object.entries(files)) this.file(`${folder}/${name}`, content);
  }

  #link(path: string, target: string): void {
    const link = join(this.root, path);
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(relative(dirname(link), join(this.root, target)), link);
  }
}

/** What the test bench's kernel shows of a BMP280 with the worked example of its datasheet. */
export const BMP280 = {
  in_temp_input: '25080.000000000',
  in_temp_raw: '2508',
  in_temp_scale: '10.000000000',
  in_pressure_input: '100.653253906',
  in_pressure_raw: '25767233',
  in_pressure_scale: '0.000003906',
};

/** The same of an INA219: 5 V, 10 mV across the shunt. */
export const INA219 = {
  in0_input: 10,
  in1_input: 5000,
  curr1_input: 1000,
  power1_input: 5_000_000,
  shunt_resistor: 10_000,
};

/** And of its dummy of an analog-to-digital converter. */
export const ADC = {
  in_voltage0_raw: 73,
  in_voltage0_offset: 7,
  in_voltage0_scale: '0.001333',
  'in_voltage1-voltage2_raw': 33,
  'in_voltage-voltage_scale': '0.000001344',
  in_accel_x_raw: 34,
  in_accel_x_calibbias: -7,
  in_sampling_frequency: '3.000000033',
  in_activity_walking_input: 4,
  out_voltage0_raw: 0,
};
