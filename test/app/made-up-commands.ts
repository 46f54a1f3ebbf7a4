import fc from 'fast-check';

/** A request that writes, as text: what JSON.stringify would never write is sent as well. */
export interface Command {
  method: 'PUT' | 'POST' | 'DELETE';
  url: string;
  body: string | undefined;
}

const words = <T>(...values: T[]) => fc.constantFrom(...values);
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.double(),
  fc.string({ unit: 'binary', maxLength: 8 }),
  words<unknown>('on', 'none', 'gone', '__proto__', 'ö🔥', null, -1, -0, 0.001, 1e308, {}, []),
);
const amount = fc.oneof(fc.double({ min: 0.01, max: 600, noNaN: true }), fc.integer({ min: 1, max: 600 }));
const onOff = words('on', 'off');

const limit = fc
  .tuple(words('above', 'below'), fc.oneof(fc.integer({ min: -20, max: 60 }), words(1e308, -1e308, 5e-324)))
  .map(([name, at]) => ({ [name]: at }));
const consequence = fc
  .tuple(words('vent', 'heater', 'lamp'), onOff, fc.option(onOff), fc.option(onOff))
  .map(([output, ...actions]) => {
    const [first, otherwise, silent] = actions.map((action) => (action === null ? undefined : { output, action }));
    return { ...{ otherwise, when_stale: silent }, ...Object.fromEntries([['then', first]]) };
  });
const rule = fc
  .tuple(words('air_temp_c', 'soil_temp_c'), limit, fc.option(consequence), amount, fc.boolean())
  .map(([sensor, at, then, seconds, waits]) => {
    const members = { sensor, ...at, ...then, ...(waits && { for_s: seconds, hysteresis: seconds }) };
    return then === null ? { ...members, alert: 'warning' } : members;
  });
const level = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), words(0, -0, 1, 5e-324));
const wish = fc.oneof(
  { weight: 2, arbitrary: fc.record({ action: words('on', 'off', 'toggle', 'auto') }) },
  { weight: 1, arbitrary: fc.record({ level }) },
);
const command = fc.tuple(wish, fc.option(amount), fc.option(amount)).map(([what, duration, hold]) => ({
  ...what,
  ...(duration !== null && { duration_s: duration }),
  ...(hold !== null && { hold_s: hold }),
}));

/** A body as it should be, or with one member that is not, or not one at all. */
function orBroken(usual: fc.Arbitrary<object>): fc.Arbitrary<unknown> {
  const names = ['sensor', 'above', 'below', 'for_s', 'then', 'when_stale', 'alert', 'action', 'duration_s', 'level'];
  const name = words(...names, 'more', 'constructor', 'toString', 'é');
  const broken = fc.tuple(usual, name, odd).map(([body, member, value]) => ({ ...body, [member]: value }));
  return fc.oneof({ weight: 5, arbitrary: usual }, { weight: 4, arbitrary: broken }, { weight: 1, arbitrary: odd });
}

const NUMBERS = ['1e999', '-1e999', '1e-999', '1E+2', '0.5e0', '1e308', '-0', '1', '01', 'NaN', 'Infinity'];
const LONG = '123456789012345678901234567890';
const FIRST_MEMBERS = ['"action":"off"', '"level":1', '"above":7', '"sensor":"air_temp_c"', '"__proto__":{"id":1}'];
const PROTOTYPE = '"constructor":{"prototype":{"id":1}}';

/** What a serialiser would not write: a number of another kind, a member twice, a name of every object's prototype. */
const unusual: fc.Arbitrary<(text: string) => string> = fc.oneof(
  words(...NUMBERS, LONG, `0.${LONG}`).map(
    (number) => (text: string) => text.replace(/:-?\d[\d.e+-]*/, () => `:${number}`),
  ),
  words(...FIRST_MEMBERS, PROTOTYPE).map((member) => (text: string) => text.replace(/^\{(?=")/, () => `{${member},`)),
  words('\\ud800', '\\u0000', '\\u202e', '🔥').map(
    (sign) => (text: string) => text.replace(/"(on|off|air_temp_c|vent)"/, (_all, word) => `"${word}${sign}"`),
  ),
  words(
    (text: string) => `\ufeff${text}`,
    (text: string) => text.slice(0, -1),
    (text: string) => `[${text}]`,
  ),
  fc.integer({ min: 1, max: 5000 }).map((depth) => () => '['.repeat(depth)),
);
const asText = (body: fc.Arbitrary<unknown>) =>
  fc
    .tuple(body, fc.option(unusual, { freq: 3 }))
    .map(([value, change]) => (change ?? String)(JSON.stringify(value) ?? 'null'));

const id = fc.oneof(
  { weight: 6, arbitrary: words('vent', 'heater', 'lamp', 'a', 'b') },
  { weight: 1, arbitrary: words('A', '..', '%00', 'constructor', '__proto__', 'tostring', '%f0%9f%94%a5') },
  { weight: 1, arbitrary: fc.webSegment() },
);
const at = (folder: string) => id.map((name) => `/api/${folder}/${name}`);
const places = words(
  '/api/led',
  '/api/alerts/1/ack',
  '/api/alerts/x/ack',
  '/api/alerts/1e999/ack',
  '/api/uplink/flush',
);

/** All of these places but the LED refuse a body. */
function mostlyBodiless(command: Command & { body: string }): Command {
  const isKept = command.url === '/api/led' || command.body.length % 4 === 0;
  return isKept ? command : { ...command, body: undefined };
}

export const commands: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ method: words('PUT' as const), url: at('rules'), body: asText(orBroken(rule)) }),
  fc.record({ method: words('POST' as const), url: at('outputs'), body: asText(orBroken(command)) }),
  fc.record({ method: words('POST' as const), url: places, body: asText(orBroken(wish)) }).map(mostlyBodiless),
  fc.record({ method: words('DELETE' as const), url: at('rules'), body: fc.constant(undefined) }),
);
