/** A span of time, first millisecond included, end excluded. */
export interface Window {
  start: number;
  sizeMs: number;
}

export const HOUR_MS = 3_600_000;

/** The window of an instant: windows lie side by side from 1970 on, so that those of all devices are the same ones. */
export function windowAt(at: number, sizeMs: number): Window {
  return { start: Math.floor(at / sizeMs) * sizeMs, sizeMs };
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
