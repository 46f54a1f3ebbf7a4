/** Asks the kernel whether something keeps its clock synchronised. */
export type KernelClock = () => boolean;

/** The kernel's clock is not synchronised; adjtimex(2) returns this state, and `STA_UNSYNC` says the same. */
const TIME_ERROR = 5;
const STA_UNSYNC = 0x40;
/** `struct timex` where a long has 64 bits: `modes` and, behind `offset`, `freq`, `maxerror` and `esterror`, `status`. */
const TIMEX_BYTES = 208;
const STATUS_AT = 40;

/**
 * Opens the way to adjtimex(2), which Node does not have; with `modes` 0 it only reads. Every daemon that follows a server
 * clears STA_UNSYNC: ntpd, ntpsec and openntpd, which leave no other sign, as well as timesyncd and chrony.
 */
export async function openKernelClock(): Promise<KernelClock> {
  const { default: koffi } = await import('koffi');
  const adjtimex = koffi.load(null).func('int adjtimex(void *timex)');
  return () => {
    const timex = Buffer.alloc(TIMEX_BYTES);
    return isSynchronisedIn(adjtimex(timex), timex);
  };
}

/** What the call returned and filled in, as its manual page describes it. */
export function isSynchronisedIn(state: number, timex: Buffer): boolean {
  return state >= 0 && state !== TIME_ERROR && (timex.readInt32LE(STATUS_AT) & STA_UNSYNC) === 0;
}
