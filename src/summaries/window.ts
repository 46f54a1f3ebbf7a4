/** A span of time, first millisecond included, end excluded. */
export interface Window {
  start: number;
  sizeMs: number;
}

/** An interval of time, `to` excluded. */
export interface Span {
  from: number;
  to: number;
}

export const HOUR_MS = 3_600_000;
const SECOND_MS = 1000;

/** The window of an instant: windows lie side by side from 1970 on, so that those of all devices are the same ones. */
export function windowAt(at: number, sizeMs: number): Window {
  return { start: Math.floor(at / sizeMs) * sizeMs, sizeMs };
}

/**
 * The window of an instant where those beside it leave only `free`, because they have another size: the largest that fits
 * and whose size divides `sizeMs` in whole seconds. It is aligned as all are, and the next one may be whole again.
 */
export function windowWithin(at: number, sizeMs: number, free: Span): Window {
  const seconds = sizeMs / SECOND_MS;
  for (let parts = 1; parts < seconds; parts++) {
    if (seconds % parts !== 0) continue;
    const window = windowAt(at, sizeMs / parts);
    if (window.start >= free.from && window.start + window.sizeMs <= free.to) return window;
  }
  return windowAt(at, SECOND_MS);
}

/**
 * A window is closed this long after its end: a sensor that was asked within it may still be answering, and the batch
 * with its last readings may still be on its way to the disk.
 */
export const CLOSE_AFTER_MS = 2000;

/** True when a window may be closed. */
export function isOver({ start, sizeMs }: Window, now: number): boolean {
  return start + sizeMs + CLOSE_AFTER_MS <= now;
}
