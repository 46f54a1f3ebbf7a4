/** Which way the hardware is reached. `simulated` is a laptop or CI; it never stands in for a driver that was asked for. */
export type DriverName = 'gpiochip' | 'pigpio' | 'simulated';

/** What a driver can do beyond reading and writing a level. */
export type Capability = 'pull' | 'debounce' | 'edges';

export type Pull = 'up' | 'down' | 'off';
export type Active = 'high' | 'low';

export interface OutputOptions {
  /** Electrical level that means "on". */
  active: Active;
  /** State that the line has from the moment it is claimed: it never shows another one first. */
  initial: boolean;
}

export interface InputOptions {
  pull: Pull;
  /** Electrical level that means "pressed", "closed", "true". */
  active: Active;
  /** A new level counts once it has held this long, in milliseconds; 0 switches debouncing off. */
  debounceMs: number;
}

/** A claimed output. States are logical: `true` is on, whatever the level. */
export interface OutputLine {
  readonly pin: number;
  /** Synchronous, because the control path waits for nothing. Throws {@link HardwareError} when the line is gone. */
  write(on: boolean): void;
  read(): boolean;
}

/** A claimed input. States are logical: `true` is active. */
export interface InputLine {
  readonly pin: number;
  read(): boolean;
  /** Calls the listener with the new state at every debounced change. One listener per line. */
  onEdge(listener: (active: boolean) => void): void;
}

/** The one small door to the header's pins. Pins are BCM numbers, 0 to 27. */
export interface Driver {
  readonly name: DriverName;
  readonly simulated: boolean;
  /** One phrase for logs and `/api/health`: what was opened. */
  readonly description: string;
  readonly capabilities: ReadonlySet<Capability>;
  /** Claims a line. Rejects with {@link HardwareError} when it is taken, missing or not permitted. */
  output(pin: number, options: OutputOptions): Promise<OutputLine>;
  input(pin: number, options: InputOptions): Promise<InputLine>;
  /** Releases every line. Levels stay as they are: safe states are driven before, by the bank of outputs. */
  close(): Promise<void>;
}

/** The hardware said no. The message is one sentence for a person and names the pin or the device. */
export class HardwareError extends Error {
  override name = 'HardwareError';
}
