import type { Pull } from '../driver.ts';

export type Level = 0 | 1;

/**
 * What the child is to do with a pin. An order says all about its pin, and the same one again changes nothing: claiming a
 * pin, writing to it and bringing it back in a new child are one message. Levels and duties are electrical.
 */
export type Order =
  | { do: 'level'; pin: number; level: Level }
  | { do: 'input'; pin: number; pull: Pull; steadyUs: number }
  /** `duty` counts in parts of {@link DUTY_RANGE}. */
  | { do: 'pwm'; pin: number; duty: number; frequencyHz: number }
  | { do: 'servo'; pin: number; pulseUs: number };

/** From the server: an order with a number for its answer, or the end, after every order before it. */
export type Request = { ask: number; order: Order } | { end: true };

/** From the child. */
export type Report =
  /** pigpio is open: orders can come. */
  | { ready: true }
  /** pigpio could not be opened; the child ends. */
  | { failed: string }
  /** An input answers with its level. */
  | { answer: number; level?: Level }
  | { answer: number; refused: string }
  | { edge: number; level: Level };

/** Steps of a duty. Finer than pigpio's own at every frequency that it has. */
export const DUTY_RANGE = 40_000;

/** The longest period that pigpio's filter can watch. */
export const LONGEST_STEADY_MS = 300;
