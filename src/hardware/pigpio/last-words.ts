const STAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S* (\w+: )?/;
const NOTHING_SAID = /^([+-]*|at .*|node:.*|Node\.js v.*|[\s^~]*)$/;
const MOST_CHARACTERS = 300;

/** What a process said before its end, as one line: without the frames, times and stacks around the words. */
export function lastWords(text: string): string {
  const lines = text.split('\n').map((line) =>
    line
      .replace(STAMP, '')
      .replace(/^\||\|$/g, '')
      .trim(),
  );
  const words = lines.filter((line) => !NOTHING_SAID.test(line)).join(' ');
  return words.length > MOST_CHARACTERS ? `… ${words.slice(-MOST_CHARACTERS)}` : words;
}
