import {
  HardwareError,
  type InputLine,
  type InputOptions,
  type OutputLine,
  type OutputOptions,
  type PwmLine,
  type PwmOptions,
  type ServoLine,
} from '../driver.ts';
import { requirePulse, toDuty, toLevel } from '../level.ts';
import type { Lifeline } from './lifeline.ts';
import { DUTY_RANGE, LONGEST_STEADY_MS } from './protocol.ts';

/** Reads as what was commanded last: it holds until somebody else drives the pin. */
export async function claimOutput(
  lifeline: Lifeline,
  pin: number,
  { active, initial }: OutputOptions,
): Promise<OutputLine> {
  const order = (on: boolean) => ({ do: 'level', pin, level: on === (active === 'high') ? 1 : 0 }) as const;
  let state = initial;
  await lifeline.claim(order(initial));
  return {
    pin,
    write(on) {
      lifeline.order(order(on));
      state = on;
    },
    read: () => state,
  };
}

/** Reads as the child last reported it, and not at all while there is no child to report. */
export async function claimInput(lifeline: Lifeline, pin: number, options: InputOptions): Promise<InputLine> {
  const { pull, active, debounceMs } = options;
  if (debounceMs > LONGEST_STEADY_MS) {
    throw new HardwareError(`GPIO ${pin}: pigpio debounces up to ${LONGEST_STEADY_MS} ms, not ${debounceMs} ms`);
  }
  const isActive = (level: number) => (level === 1) === (active === 'high');
  let state = false;
  let listener = (_active: boolean) => {};
  const level = await lifeline.claim({ do: 'input', pin, pull, steadyUs: Math.round(debounceMs * 1000) }, (level) => {
    // After a restart the level comes again, changed or not; and an edge from before the claim's answer may follow it.
    if (isActive(level) === state) return;
    state = isActive(level);
    listener(state);
  });
  state = isActive(level ?? 0);
  return {
    pin,
    read() {
      lifeline.requireSight(pin);
      return state;
    },
    onEdge(listen) {
      listener = listen;
    },
  };
}

export async function claimPwm(lifeline: Lifeline, pin: number, options: PwmOptions): Promise<PwmLine> {
  const { active, initial, frequencyHz } = options;
  const order = (duty: number) => ({ do: 'pwm', pin, duty: Math.round(duty * DUTY_RANGE), frequencyHz }) as const;
  let duty = toDuty(pin, initial, active);
  await lifeline.claim(order(duty));
  return {
    pin,
    write(level) {
      const next = toDuty(pin, level, active);
      lifeline.order(order(next));
      duty = next;
    },
    read: () => toLevel(duty, active),
  };
}

export async function claimServo(lifeline: Lifeline, pin: number, pulseUs: number): Promise<ServoLine> {
  requirePulse(pin, pulseUs);
  let pulse = pulseUs;
  await lifeline.claim({ do: 'servo', pin, pulseUs });
  return {
    pin,
    write(next) {
      requirePulse(pin, next);
      lifeline.order({ do: 'servo', pin, pulseUs: next });
      pulse = next;
    },
    read: () => pulse,
  };
}
