/** Smallest and largest value; null where there is no limit. */
export interface Range {
  min: number | null;
  max: number | null;
}

/** Absolute zero to the end of tungsten-rhenium thermocouples (IEC 60584-1, type C): no thermometer measures more. */
const CELSIUS = { min: -273.15, max: 2320 };
const AMOUNT = { min: 0, max: 1e9 };
/** A chip of relative humidity that is not clamped reports a little more than there is (Sensirion SHT4x, formula 2). */
const HUMIDITY = { min: -10, max: 120 };

/** What a unit allows at all, whatever the sensor: beyond it stands a driver's error code or a loose wire. */
const BY_UNIT: Readonly<Record<string, Range>> = {
  '°C': CELSIUS,
  '°F': { min: -459.67, max: 4208 },
  K: { min: 0, max: 2593.15 },
  '%': { min: -1000, max: 1000 },
  V: { min: -1e6, max: 1e6 },
  A: { min: -1e6, max: 1e6 },
  W: { min: -1e9, max: 1e9 },
  hPa: { min: -1e6, max: 1e7 },
  lx: { min: 0, max: 1e6 },
  ppm: { min: 0, max: 1e6 },
  ppb: AMOUNT,
  'µg/m³': AMOUNT,
  rpm: { min: 0, max: 1e6 },
};

/** Larger than any quantity in a unit that a person would choose, and smaller than what a broken file may hold. */
const ANYTHING: Range = { min: -1e12, max: 1e12 };

/** The widest range that a value in this unit can have. */
export function possibleInUnit(unit: string | null | undefined): Range {
  return (unit == null ? undefined : BY_UNIT[unit]) ?? ANYTHING;
}

/** Channels of the kernel whose chips reach less far than their unit does, by the beginning of their names. */
const BY_CHANNEL: Readonly<Record<string, Range>> = {
  humidity: HUMIDITY,
  humidityrelative: HUMIDITY,
  temp: CELSIUS,
  in: { min: -1000, max: 1000 },
  voltage: { min: -1000, max: 1000 },
  fan: { min: 0, max: 100_000 },
  pressure: { min: 0, max: 100_000 },
  illuminance: { min: 0, max: 1e6 },
  concentration: { min: 0, max: 1e6 },
};

/** The widest range that a channel of the kernel, like temp1 or humidityrelative, can have in its own unit. */
export function possibleOfChannel(channel: string): Range {
  return BY_CHANNEL[/^[a-z]+/.exec(channel)?.[0] ?? ''] ?? ANYTHING;
}
