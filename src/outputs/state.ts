/** State in the API's words; null where there is no such output. */
export function onOff(on: boolean): 'on' | 'off';
export function onOff(on: boolean | undefined): 'on' | 'off' | null;
export function onOff(on: boolean | undefined): 'on' | 'off' | null {
  if (on === undefined) return null;
  return on ? 'on' : 'off';
}
