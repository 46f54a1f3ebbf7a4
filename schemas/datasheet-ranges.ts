import type { Ina219Config } from './chip-config.ts';
import type { SensorConfig } from './sensor-config.ts';

/** Smallest and largest plausible value; null where there is no limit. */
export interface PlausibleRange {
  min: number | null;
  max: number | null;
}

/** Bosch, BMP280 (BST-BMP280-DS001) and BME280 (BST-BME280-DS002), operating range on the first page. */
const BOSCH = {
  temperature: { min: -40, max: 85 },
  pressure: { min: 300, max: 1100 },
  humidity: { min: 0, max: 100 },
};

/** Maxim, DS18B20 (19-7487): "Measures Temperatures from -55°C to +125°C". TI, LM75A (SNOS808): the same. */
const THERMOMETER = { min: -55, max: 125 };

const UNLIMITED: PlausibleRange = { min: null, max: null };

/** The range that holds for a sensor: what is configured, else what the datasheet of its chip says. */
export function plausibleRange(entry: SensorConfig): PlausibleRange {
  if (entry.kind === 'gpio') return UNLIMITED;
  const { min, max } = datasheetRange(entry);
  return { min: entry.min ?? min, max: entry.max ?? max };
}

function datasheetRange(entry: SensorConfig): PlausibleRange {
  switch (entry.kind) {
    case 'ds18b20':
    case 'lm75':
      return THERMOMETER;
    case 'bmp280':
    case 'bme280':
      return BOSCH[entry.measure];
    case 'ina219':
      return ina219Range(entry);
    default:
      return UNLIMITED;
  }
}

/** TI, INA219 (SBOS448): 0 to 26 V on the bus; ±320 mV across the shunt, the gain that the kernel's driver sets. */
const BUS_V = 26;
const SHUNT_V = 0.32;

function ina219Range({ measure, shunt_ohm: ohm }: Ina219Config): PlausibleRange {
  if (measure === 'voltage') return { min: 0, max: BUS_V };
  if (measure === 'shunt') return { min: -SHUNT_V, max: SHUNT_V };
  if (ohm === undefined) return UNLIMITED;
  const amperes = rounded(SHUNT_V / ohm);
  return measure === 'current' ? { min: -amperes, max: amperes } : { min: 0, max: rounded(BUS_V * amperes) };
}

/** Cuts the digits that binary arithmetic adds. */
const rounded = (value: number): number => Number(value.toPrecision(6));
