/** Whether a good reading of this age says nothing about now any more. Health, rules and plausibility all ask here. */
export function isStale(ageMs: number, limitS: number): boolean {
  return ageMs >= limitS * 1000;
}
