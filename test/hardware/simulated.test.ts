import type { Driver } from '../../src/hardware/driver.ts';
import { openSimulated, type SimulatedDriver } from '../../src/hardware/simulated.ts';
import { driverContract } from './contract.ts';

let opened: SimulatedDriver;

async function open(): Promise<Driver> {
  opened = openSimulated();
  return opened;
}

driverContract('simulated', open, {
  pull: (pin, level) => opened.press(pin, level),
  level: (pin) => opened.level(pin),
  pwm: { pins: [18, 19], duty: (pin) => opened.duty(pin) },
  pulseUs: (pin) => opened.pulseUs(pin),
});
