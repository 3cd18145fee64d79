import { greatest } from '../../../extremes';
import type { Figure } from '../../metrics/figure';
import type { Groups } from '../../metrics/groups';
import { cutText, displayWidth } from '../pages/display-width';
import { plainText } from '../pages/plain-text';
import { labelWords } from '../pages/words';
import type { Report } from '../report';
import { ACCENT, type Drawing, LINE, NAME, NARROW, type Pen, WIDTH } from './drawing';

const MOST_BARS = 25;
const MOST_CELLS = 20;
const ROW = 18;
/** The width of a column of letters. */
const LETTER = 7;
const CELL = 24;
/** The height of names at 45 degrees beside their length. */
const TILT = 0.75;
/** Cells of a greater share have the digits of strong cells. */
const STRONG = 0.55;
/**
 * How much of the accent weak and strong cells have, from and to: between the two, neither ink on the panel nor ink on
 * the accent is legible, light and dark.
 */
export const STRENGTHS = { weak: [0.08, 0.5], strong: [0.88, 1] } as const;

type Bar = { readonly name: string; readonly figure: Figure };

const tickFormat = (name: string): string => cutText(plainText(labelWords(name)), NAME);

/** The F1 of the classes, the worst first. */
export function classPlot(pen: Pen, { classes }: Report): Drawing[] {
  const bars = classes
    .flatMap(({ label, f1 }) => (f1 === null ? [] : [{ name: label, figure: f1 }]))
    .sort((a, b) => a.figure.value - b.figure.value)
    .slice(0, MOST_BARS);
  const which = bars.length < classes.length ? `the ${bars.length} worst classes` : 'all classes';
  return barPlot(pen, bars, 'F1', `F1 of ${which}, with 95 % intervals.`, WIDTH);
}

export function groupPlot(pen: Pen, { name, groups }: Groups): Drawing[] {
  const bars = groups
    .map(({ value, accuracy }) => ({ name: value, figure: accuracy }))
    .slice(0, 2 * MOST_BARS);
  return barPlot(pen, bars, 'accuracy', `Accuracy by ${name}, with 95 % intervals.`, NARROW);
}

function barPlot(
  { plot, draw }: Pen,
  bars: readonly Bar[],
  label: string,
  caption: string,
  width: number,
): Drawing[] {
  if (bars.length === 0) return [];
  const longest = greatest(bars.map(({ name }) => displayWidth(tickFormat(name))));
  const rows = bars.map(({ name, figure: { value, low, high } }) => ({
    name,
    value,
    low: low ?? value,
    high: high ?? value,
  }));
  return [
    draw(
      {
        width,
        height: ROW * rows.length + 70,
        marginLeft: 30 + LETTER * longest,
        marginBottom: 42,
        x: { domain: [0, 1], tickFormat: '.0%', grid: true, label },
        y: { label: null, domain: rows.map(({ name }) => name), tickFormat, tickSize: 0 },
        marks: [
          plot.barX(rows, { x: 'value', y: 'name', fill: ACCENT, fillOpacity: 0.35, inset: 2 }),
          plot.ruleY(rows, { x1: 'low', x2: 'high', y: 'name', stroke: ACCENT, strokeWidth: 1.5 }),
          plot.dot(rows, { x: 'value', y: 'name', fill: ACCENT, r: 3 }),
          plot.ruleX([0], { stroke: LINE }),
        ],
      },
      caption,
    ),
  ];
}

/** Which classes are taken for which, as far as they fit: those that are in the most wrong answers. */
export function confusionPlot({ plot, draw }: Pen, { confusions: all }: Report): Drawing[] {
  const confusions = all.filter(({ label }) => label !== null);
  const wrong = new Map<string, number>();
  const asked = new Map<string, number>();
  for (const { label, predicted, queries } of confusions) {
    const [own, given] = [labelWords(label), labelWords(predicted)];
    asked.set(own, (asked.get(own) ?? 0) + queries);
    for (const name of [own, given]) {
      wrong.set(name, (wrong.get(name) ?? 0) + (own === given ? 0 : queries));
    }
  }
  const names = [...wrong]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_CELLS)
    .map(([name]) => name);
  if (names.length < 2) return [];
  const cells = confusions
    .map(({ label, predicted, queries }) => {
      const [own, given] = [labelWords(label), labelWords(predicted)];
      return { own, given, queries, share: queries / (asked.get(own) ?? queries) };
    })
    .filter(({ own, given }) => names.includes(own) && names.includes(given));
  const size = CELL * names.length;
  const longest = LETTER * greatest(names.map((name) => displayWidth(tickFormat(name))));
  // What the axes are of stands beyond the names.
  const [left, below] = [40 + longest, 40 + longest * TILT];
  const shown =
    names.length < wrong.size
      ? `the ${names.length} classes with the most wrong answers`
      : 'all classes';
  return [
    draw(
      {
        width: size + left + 20,
        height: size + below + 10,
        marginLeft: left,
        marginBottom: below,
        marginTop: 10,
        padding: 0,
        x: { domain: names, tickFormat, tickSize: 0, tickRotate: -45, label: 'answer' },
        y: { domain: names, tickFormat, tickSize: 0, label: 'true label' },
        opacity: { type: 'identity' },
        marks: [
          plot.cell(
            names.flatMap((own) => names.map((given) => ({ own, given }))),
            { x: 'given', y: 'own', stroke: LINE, strokeWidth: 0.5, fill: 'none' },
          ),
          plot.cell(cells, {
            x: 'given',
            y: 'own',
            fill: ACCENT,
            fillOpacity: ({ share }: { share: number }) => strengthOf(share),
            inset: 0.5,
          }),
          ...[true, false].map((isStrong) =>
            plot.text(
              cells.filter(({ share }) => share > STRONG === isStrong),
              {
                x: 'given',
                y: 'own',
                text: ({ queries }: { queries: number }) => shortCount(queries),
                fill: isStrong ? 'var(--on-accent)' : 'var(--ink)',
                fontSize: 9,
              },
            ),
          ),
        ],
      },
      `Confusions of ${shown}: rows are true labels, columns answers, numbers queries; the stronger a cell, the greater its share of the row.`,
    ),
  ];
}

function strengthOf(share: number): number {
  const [[weakest, weaker], [strong, strongest]] = [STRENGTHS.weak, STRENGTHS.strong];
  return share > STRONG
    ? strong + ((strongest - strong) * (share - STRONG)) / (1 - STRONG)
    : weakest + ((weaker - weakest) * share) / STRONG;
}

/** Four characters fit into a cell. */
function shortCount(count: number): string {
  if (count < 10_000) return String(count);
  return count < 1e6 ? `${Math.round(count / 1000)}k` : `${Math.round(count / 1e6)}M`;
}
