import type { Child, ChildEvents, StartChild } from '../../../src/hardware/pigpio/fork-child.ts';
import { Pins } from '../../../src/hardware/pigpio/pins.ts';
import type { Report, Request } from '../../../src/hardware/pigpio/protocol.ts';
import { fakeLibrary, Wires } from './fake-library.ts';

/** Children in memory: real on the inside, on wires that a test can see, and mortal at its word. */
export class FakeChildren {
  readonly wires = new Wires();
  starts = 0;
  /** What the next children die of before they are ready. */
  stillborn: string | undefined;
  /** The next children take their time, until `wake`. */
  sleepy = false;
  #current: FakeChild | undefined;

  readonly start: StartChild = (events) => {
    this.starts += 1;
    this.wires.disconnect();
    this.#current = new FakeChild(this.wires, events, this);
    return this.#current;
  };

  /** The process is gone at once, as with kill -9. */
  die(how = 'SIGKILL', words = ''): void {
    this.#current?.die(how, words);
  }

  wake(): void {
    this.#current?.wake();
  }

  /** The process is there, but answers nothing any more. */
  hang(): void {
    this.#current?.hang();
  }
}

class FakeChild implements Child {
  readonly #events: ChildEvents;
  readonly #pins: Pins;
  #alive = true;
  #hangs = false;

  constructor(
    wires: Wires,
    events: ChildEvents,
    { stillborn, sleepy }: { stillborn?: string | undefined; sleepy: boolean },
  ) {
    this.#events = events;
    this.#pins = new Pins(fakeLibrary(wires), (report) => this.#report(report));
    if (sleepy) return;
    if (stillborn === undefined) this.wake();
    else {
      this.#report({ failed: 'pigpio error -1 in gpioInitialise' });
      setImmediate(() => this.die('status 1', stillborn));
    }
  }

  send(request: Request): void {
    const copy = JSON.parse(JSON.stringify(request)) as Request;
    setImmediate(() => {
      if (this.#alive && !this.#hangs) this.#receive(copy);
    });
  }

  kill(): void {
    setImmediate(() => this.die('SIGKILL', ''));
  }

  unref(): void {}

  wake(): void {
    this.#report({ ready: true });
  }

  die(how: string, words: string): void {
    if (this.#alive) this.#events.onEnd(how, words);
    this.#alive = false;
  }

  hang(): void {
    this.#hangs = true;
  }

  #receive(request: Request): void {
    if ('end' in request) {
      this.die('status 0', '');
      return;
    }
    try {
      const level = this.#pins.obey(request.order);
      this.#report(level === undefined ? { answer: request.ask } : { answer: request.ask, level });
    } catch (error) {
      this.#report({ answer: request.ask, refused: (error as Error).message });
    }
  }

  #report(report: Report): void {
    setImmediate(() => {
      if (this.#alive && !this.#hangs) this.#events.onReport(report);
    });
  }
}
