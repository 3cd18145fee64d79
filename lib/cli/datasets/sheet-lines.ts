import { counted } from '../../counted';
import { greatest } from '../../extremes';
import type { Datasheet, Spread } from '../../text/datasets/sheet/datasheet';
import { displayWidth } from '../../train/report/pages/display-width';
import { cut, padded, screenShare, screenWidth, tableLines } from '../terminal';

const MOST_CLASSES = 30;
/** What a label may take of the width. */
const LABEL = 0.43;
const LEAST_LABEL = 12;
const SPLIT = 9;
/** What a count takes at least, and what stands between columns. */
const DIGITS = 5;
const GAP = 3;
const SUSPECT_LABEL = 0.33;

/** A data sheet in lines as wide as the terminal at most. */
export function sheetLines(sheet: Datasheet): string[] {
  const width = screenWidth();
  return [
    ...tableLines([
      ['rows', String(sheet.rows)],
      ['classes', String(sheet.classes.length)],
      ['empty texts', String(sheet.empty)],
      ['repeated in split and class', String(sheet.duplicates)],
      ...sheet.overlaps.map(({ splits, texts }) => [
        cut(`texts in ${splits.join(' and ')}`, screenShare(LABEL)),
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
  ].map((line) => cut(line.trimEnd(), width));
}

function spread({ least, median, p95, most }: Spread): string[] {
  return [least, median, p95, most].map(String);
}

/** The largest classes first; of many the smallest ten are shown as well. */
function classLines({ classes, splits }: Datasheet): string[] {
  const total = (counts: Readonly<Record<string, number>>) =>
    Object.values(counts).reduce((sum, count) => sum + count, 0);
  const heads = Object.keys(splits).map((name) => cut(name, SPLIT));
  const room =
    screenWidth() - heads.reduce((sum, head) => sum + Math.max(head.length, DIGITS) + GAP, GAP);
  const hasRoom = room >= LEAST_LABEL;
  const width = hasRoom ? Math.min(screenShare(LABEL), room) : screenShare(LABEL);
  const cells = (name: string, counts: Readonly<Record<string, number>>) => [
    cut(name, width),
    ...(hasRoom
      ? Object.keys(splits).map((split) => String(counts[split] ?? 0))
      : [String(total(counts))]),
  ];
  const sorted = [...classes].sort((a, b) => total(b.bySplit) - total(a.bySplit));
  const rows = sorted.map(({ label, bySplit }) => cells(label, bySplit));
  const left = rows.length - MOST_CLASSES;
  const shown =
    left <= 0
      ? rows
      : [...rows.slice(0, MOST_CLASSES - 10), [`... ${left} others`], ...rows.slice(-10)];
  const table = tableLines([
    ['class', ...(hasRoom ? heads : ['rows'])],
    ...shown,
    cells('all', splits),
  ]);
  if (hasRoom) return table;
  const each = Object.entries(splits).map(([name, count]) => [
    cut(name, screenShare(LABEL)),
    String(count),
  ]);
  return [...tableLines([['split', 'rows'], ...each]), '', ...table];
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
  const widest = greatest(rows.map(({ place }) => displayWidth(place)));
  const shown = suspects.length < suspectCount ? `, the first ${suspects.length} of them` : '';
  return [
    `  ${counted(suspectCount, 'pair')} of like texts under different labels${shown}:`,
    ...rows.map(({ start, place, text, label }) => {
      const before = `  ${start.padEnd(4)}  ${padded(place, widest)}  `;
      const width = screenWidth() - before.length - screenShare(SUSPECT_LABEL) - 2;
      return `${before}${padded(cut(text, width), width)}  ${cut(label, screenShare(SUSPECT_LABEL))}`;
    }),
  ];
}
