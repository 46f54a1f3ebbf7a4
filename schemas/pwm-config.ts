import { type Static, Type } from '@sinclair/typebox';

/** The part `pwm` of a configured output: with it, the output can be dimmed. */
export const PwmConfigSchema = Type.Object(
  {
    frequency_hz: Type.Integer({
      default: 1000,
      minimum: 1,
      maximum: 100_000,
      description:
        'Pulses a second. pigpio offers 8000, 4000, 2000, 1600, 1000, 800, 500, 400, 320, 250, 200, 160, 100, 80, 50, 40, ' +
        '20 and 10 Hz.',
    }),
    chip: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 255,
        description: 'N of /sys/class/pwm/pwmchipN; otherwise the PWM of the header. Not for pigpio.',
      }),
    ),
    channel: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 255,
        description: 'Channel on that chip; otherwise the one that the header has on this pin. Not for pigpio.',
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'Makes the output dimmable: on GPIO 12, 13, 18 or 19, with pigpio on any pin. See docs/hardware.md.',
  },
);
export type PwmConfig = Static<typeof PwmConfigSchema>;
