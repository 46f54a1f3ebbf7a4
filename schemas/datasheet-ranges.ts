import type { Ina219Config } from './chip-config.ts';
import type { HwmonSensorConfig, IioSensorConfig } from './kernel-sensor-config.ts';
import { possibleInUnit, possibleOfChannel, type Range } from './possible-ranges.ts';
import type { SensorConfig } from './sensor-config.ts';

/** Bosch, BMP280 (BST-BMP280-DS001) and BME280 (BST-BME280-DS002), operating range on the first page. */
const BOSCH = {
  temperature: { min: -40, max: 85 },
  pressure: { min: 300, max: 1100 },
  humidity: { min: 0, max: 100 },
};

/** Maxim, DS18B20 (19-7487): "Measures Temperatures from -55°C to +125°C". TI, LM75A (SNOS808): the same. */
const THERMOMETER = { min: -55, max: 125 };

/** Maxim, MAX31850 (19-5955): a thermocouple behind a 1-wire chip that has the family of the DS1825. */
const MAYBE_THERMOCOUPLE = { min: -270, max: 1800 };

/** Aosong, DHT11 (newer chips; older ones from 0 °C) and AM2302, which is the DHT22. */
const DHT = {
  dht11: { temperature: { min: -20, max: 60 }, humidity: { min: 0, max: 100 } },
  dht22: { temperature: { min: -40, max: 80 }, humidity: { min: 0, max: 100 } },
};

/** Broadcom's chips stop at a junction temperature of 110 °C; below -40 °C no Pi runs. */
const PROCESSOR = { min: -40, max: 125 };

const UNLIMITED: Range = { min: null, max: null };

/** The range that holds for a sensor: what is configured, else what its chip, or its unit, allows. */
export function plausibleRange(entry: SensorConfig): Range {
  if (entry.kind === 'gpio') return UNLIMITED;
  const { min, max } = datasheetRange(entry);
  return { min: entry.min ?? min, max: entry.max ?? max };
}

function datasheetRange(entry: SensorConfig): Range {
  switch (entry.kind) {
    case 'cpu':
      return PROCESSOR;
    case 'ds18b20':
      return entry.serial.startsWith('3b-') ? MAYBE_THERMOCOUPLE : THERMOMETER;
    case 'lm75':
      return THERMOMETER;
    case 'dht11':
    case 'dht22':
      return DHT[entry.kind][entry.measure];
    case 'bmp280':
    case 'bme280':
      return BOSCH[entry.measure];
    case 'ina219':
      return ina219Range(entry);
    case 'hwmon':
    case 'iio':
      return channelRange(entry);
    case 'sysfs':
      return possibleInUnit(entry.unit);
    default:
      return UNLIMITED;
  }
}

/** With a scale or an offset of its own a channel measures something else, of which only the unit is known. */
function channelRange({ channel, unit, scale, offset }: HwmonSensorConfig | IioSensorConfig): Range {
  const isConverted = scale !== 1 || offset !== 0 || unit !== undefined;
  return isConverted ? possibleInUnit(unit) : possibleOfChannel(channel);
}

/** TI, INA219 (SBOS448): 0 to 26 V on the bus; ±320 mV across the shunt, the gain that the kernel's driver sets. */
const BUS_V = 26;
const SHUNT_V = 0.32;

function ina219Range({ measure, shunt_ohm: ohm }: Ina219Config): Range {
  if (measure === 'voltage') return { min: 0, max: BUS_V };
  if (measure === 'shunt') return { min: -SHUNT_V, max: SHUNT_V };
  if (ohm === undefined) return possibleInUnit(measure === 'current' ? 'A' : 'W');
  const amperes = rounded(SHUNT_V / ohm);
  return measure === 'current' ? { min: -amperes, max: amperes } : { min: 0, max: rounded(BUS_V * amperes) };
}

/** Cuts the digits that binary arithmetic adds. */
const rounded = (value: number): number => Number(value.toPrecision(6));
