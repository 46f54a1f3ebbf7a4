/** Which way the hardware is reached. `simulated` is a laptop or CI; it never stands in for a driver that was asked for. */
export type DriverName = 'gpiochip' | 'pigpio' | 'simulated';

/** What a driver can do beyond reading and writing a level. */
export type Capability = 'pull' | 'debounce' | 'edges' | 'pwm' | 'servo';

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

export interface PwmOptions {
  active: Active;
  /** Level from the moment of the claim: 0 is off, 1 fully on. */
  initial: number;
  frequencyHz: number;
  /** Number of the kernel's PWM chip, and of the channel on it, where they do not follow from the pin. */
  chip?: number;
  channel?: number;
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

/** A claimed output that can be dimmed. Levels are logical, 0 to 1: 1 is fully on, whatever `active` says. */
export interface PwmLine {
  readonly pin: number;
  /** Synchronous, like the write of an output. Throws {@link HardwareError} when the line is gone, or the level is none. */
  write(level: number): void;
  read(): number;
}

/** A claimed output that steers a servo: a pulse every 20 ms, whose length is the position. */
export interface ServoLine {
  readonly pin: number;
  /** 500 to 2500 µs; 0 stops the pulses, and the servo is free. */
  write(pulseUs: number): void;
  read(): number;
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
  /** Rejects with {@link HardwareUnsupported} where the pin cannot be dimmed this way. */
  pwm(pin: number, options: PwmOptions): Promise<PwmLine>;
  /** Present where `servo` is among the capabilities. */
  servo?(pin: number, options: { pulseUs: number }): Promise<ServoLine>;
  /**
   * Hears of what goes wrong between calls, and with `undefined` when all is well again. For drivers whose pins are in
   * other hands: while such a fault lasts, outputs keep their levels, and calls throw. One listener.
   */
  onFault?(listener: (fault: HardwareError | undefined) => void): void;
  /** Releases every line. Levels stay as they are: safe states are driven before, by the bank of outputs. */
  close(): Promise<void>;
}

/** The hardware said no. The message is one sentence for a person and names the pin or the device. */
export class HardwareError extends Error {
  override name = 'HardwareError';
}

/** It cannot be done with this driver, or this pin: another try changes nothing. */
export class HardwareUnsupported extends HardwareError {
  override name = 'HardwareUnsupported';
}
