import type { Datasheet, Spread } from '../../text/datasets/sheet/datasheet';
import { cut, tableLines } from '../try/lines';

const WIDTH = 80;
const MOST_CLASSES = 30;
const LABEL = 34;
const SUSPECT_LABEL = 26;

/** A data sheet in lines of at most 80 characters. */
export function sheetLines(sheet: Datasheet): string[] {
  return [
    ...tableLines([
      ['rows', String(sheet.rows)],
      ['classes', String(sheet.classes.length)],
      ['empty texts', String(sheet.empty)],
      ['repeated in split and class', String(sheet.duplicates)],
      ...sheet.overlaps.map(({ splits, texts }) => [
        cut(`texts in ${splits.join(' and ')}`, LABEL),
        String(texts),
      ]),
    ]),
    '',
    ...tableLines([
      ['lengths', 'least', 'median', '95 %', 'most'],
      ['words', ...spread(sheet.words)],
      ['characters', ...spread(sheet.characters)],
    ]),
    '',
    ...classLines(sheet),
    '',
    ...suspectLines(sheet),
  ].map((line) => cut(line.trimEnd(), WIDTH));
}

function spread({ least, median, p95, most }: Spread): string[] {
  return [least, median, p95, most].map(String);
}

/** The largest classes first; of many the smallest ten are shown as well. */
function classLines({ classes, splits }: Datasheet): string[] {
  const names = Object.keys(splits);
  const total = (bySplit: Readonly<Record<string, number>>) =>
    Object.values(bySplit).reduce((sum, count) => sum + count, 0);
  const sorted = [...classes].sort((a, b) => total(b.bySplit) - total(a.bySplit));
  const row = ({ label, bySplit }: Datasheet['classes'][number]) => [
    cut(label, LABEL),
    ...names.map((name) => String(bySplit[name] ?? 0)),
  ];
  const head = ['class', ...names.map((name) => cut(name, 9))];
  const all = ['all', ...names.map((name) => String(splits[name]))];
  if (sorted.length <= MOST_CLASSES) return tableLines([head, ...sorted.map(row), all]);
  const [first, last] = [sorted.slice(0, MOST_CLASSES - 10), sorted.slice(-10)];
  const left = [`... ${sorted.length - MOST_CLASSES} others`];
  return tableLines([head, ...first.map(row), left, ...last.map(row), all]);
}

function suspectLines({ suspects, suspectCount }: Datasheet): string[] {
  if (suspectCount === 0) return ['  No text has a near duplicate under another label.'];
  const rows = suspects.flatMap(({ texts, labels, splits, lines, similarity }) =>
    texts.map((text, i) => ({
      start: i === 0 ? similarity.toFixed(2) : '',
      place: [splits[i], lines[i]].filter((part) => part !== undefined).join(':'),
      text,
      label: labels[i] ?? '',
    })),
  );
  const widest = Math.max(...rows.map(({ place }) => place.length));
  const shown = suspects.length < suspectCount ? `, the first ${suspects.length} of them` : '';
  return [
    `  ${suspectCount} pairs of like texts under different labels${shown}:`,
    ...rows.map(({ start, place, text, label }) => {
      const before = `  ${start.padEnd(4)}  ${place.padEnd(widest)}  `;
      const width = WIDTH - before.length - SUSPECT_LABEL - 2;
      return `${before}${cut(text, width).padEnd(width)}  ${cut(label, SUSPECT_LABEL)}`;
    }),
  ];
}
