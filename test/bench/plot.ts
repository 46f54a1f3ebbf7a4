import { digits } from './figures.ts';
import type { Plot } from './question.ts';

const WIDTH = 760;
const HEIGHT = 380;
const AREA = { left: 80, right: 560, top: 50, bottom: 320 };
const LABEL_PX = 20;
/** Told apart also by people who do not see all colours (Okabe and Ito). */
const COLOURS = ['#d55e00', '#0072b2', '#009e73', '#cc79a7', '#56b4e9', '#e69f00'];
const TEXT = 'font-family="system-ui, sans-serif" fill="#222"';

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Powers of ten that enclose all values. */
function decades(values: readonly number[]): number[] {
  const logs = values.filter((value) => value > 0).map(Math.log10);
  const [low, high] = [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs))];
  return Array.from({ length: Math.max(2, high - low + 1) }, (_, n) => 10 ** (low + n));
}

/** Moves labels apart that would lie on each other; the first is the highest. */
function apart(heights: readonly number[]): number[] {
  let last = Number.NEGATIVE_INFINITY;
  return heights.map((height) => (last = Math.max(height, last + LABEL_PX)));
}

/** Lines over evenly spaced marks, as SVG with names at the ends of the lines. */
export function svg({ title, along, marks, unit, lines }: Plot): string {
  const scale = decades(lines.flatMap(({ values }) => values));
  const [low, high] = [Math.log10(scale[0] ?? 1), Math.log10(scale.at(-1) ?? 10)];
  const x = (index: number) => AREA.left + (index * (AREA.right - AREA.left)) / Math.max(1, marks.length - 1);
  const y = (value: number) => AREA.bottom - ((Math.log10(value) - low) / (high - low)) * (AREA.bottom - AREA.top);

  const grid = scale.map((value) => {
    const text = `<text x="${AREA.left - 8}" y="${y(value) + 4}" text-anchor="end" font-size="12" ${TEXT}>${digits(value)}</text>`;
    return `<line x1="${AREA.left}" x2="${AREA.right}" y1="${y(value)}" y2="${y(value)}" stroke="#ddd"/>${text}`;
  });
  const below = marks.map(
    (mark, index) =>
      `<text x="${x(index)}" y="${AREA.bottom + 20}" text-anchor="middle" font-size="12" ${TEXT}>${escaped(mark)}</text>`,
  );
  const sorted = lines.toSorted((a, b) => (b.values.at(-1) ?? 0) - (a.values.at(-1) ?? 0));
  const labels = apart(sorted.map(({ values }) => y(values.at(-1) ?? 1)));
  const curves = sorted.flatMap(({ name, values }, rank) => {
    const colour = COLOURS[lines.findIndex((line) => line.name === name) % COLOURS.length];
    const points = values.map((value, index) => `${x(index)},${y(value).toFixed(1)}`);
    return [
      `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2.5"/>`,
      ...points.map(
        (point) => `<circle cx="${point.split(',')[0]}" cy="${point.split(',')[1]}" r="3.5" fill="${colour}"/>`,
      ),
      `<text x="${AREA.right + 14}" y="${(labels[rank] ?? 0) + 4}" font-size="13" ${TEXT}><tspan fill="${colour}" font-weight="bold">●</tspan> ${escaped(name)}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${AREA.left}" y="28" font-size="16" font-weight="bold" ${TEXT}>${escaped(title)}</text>`,
    ...grid,
    ...below,
    `<text x="${(AREA.left + AREA.right) / 2}" y="${AREA.bottom + 44}" text-anchor="middle" font-size="13" ${TEXT}>${escaped(along)}</text>`,
    `<text x="20" y="${(AREA.top + AREA.bottom) / 2}" font-size="13" ${TEXT} text-anchor="middle" transform="rotate(-90 20 ${(AREA.top + AREA.bottom) / 2})">${escaped(unit)}</text>`,
    ...curves,
    '</svg>\n',
  ].join('\n');
}
