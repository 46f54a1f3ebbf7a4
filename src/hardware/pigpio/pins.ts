import { DUTY_RANGE, type Level, type Order, type Report } from './protocol.ts';

type Library = Pick<typeof import('pigpio'), 'Gpio'>;
type Pin = InstanceType<Library['Gpio']>;
type OrderFor<What extends Order['do']> = Extract<Order, { do: What }>;

/** The pins on the child's side: carries orders out, and reports edges. */
export class Pins {
  readonly #library: Library;
  readonly #report: (report: Report) => void;
  readonly #pins = new Map<number, Pin>();
  readonly #frequencies = new Map<number, number>();

  constructor(library: Library, report: (report: Report) => void) {
    this.#library = library;
    this.#report = report;
  }

  /** Answers with the level of an input. Throws what pigpio says when it refuses. */
  obey(order: Order): Level | undefined {
    switch (order.do) {
      case 'level':
        // Without a mode first: pigpio then sets the level before it makes the pin an output.
        this.#pin(order.pin).digitalWrite(order.level);
        return undefined;
      case 'input':
        return this.#listen(order);
      case 'pwm':
        this.#dim(order);
        return undefined;
      case 'servo':
        this.#pin(order.pin).servoWrite(order.pulseUs);
        return undefined;
    }
  }

  #pin(number: number): Pin {
    const known = this.#pins.get(number);
    if (known) return known;
    const pin = new this.#library.Gpio(number);
    this.#pins.set(number, pin);
    return pin;
  }

  #listen({ pin, pull, steadyUs }: OrderFor<'input'>): Level {
    const { Gpio } = this.#library;
    const input = this.#pin(pin);
    input.mode(Gpio.INPUT);
    input.pullUpDown({ up: Gpio.PUD_UP, down: Gpio.PUD_DOWN, off: Gpio.PUD_OFF }[pull]);
    input.glitchFilter(steadyUs);
    // Alerts and not interrupts: those go through the sysfs files of the kernel, whose numbers have moved.
    input.on('alert', (level) => this.#report({ edge: pin, level: level as Level }));
    input.enableAlert();
    return input.digitalRead() as Level;
  }

  #dim({ pin, duty, frequencyHz }: OrderFor<'pwm'>): void {
    const output = this.#pin(pin);
    if (this.#frequencies.get(pin) !== frequencyHz) {
      output.pwmRange(DUTY_RANGE);
      output.pwmFrequency(frequencyHz);
      const nearest = output.getPwmFrequency();
      if (nearest !== frequencyHz) throw new Error(`pigpio has no ${frequencyHz} Hz, the nearest is ${nearest} Hz`);
      this.#frequencies.set(pin, frequencyHz);
    }
    output.pwmWrite(duty);
  }
}
