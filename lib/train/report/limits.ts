import { counted } from '../../counted';
import { labelWords, percentOf, percentWords } from './pages/words';
import type { Report } from './report';

/** Of fewer queries a class says little. */
const FEW = 20;
/** A calibration error that a reader should know of. */
const UNCALIBRATED = 0.05;
const MOST_NAMES = 5;

/** What a model should not be trusted with, as far as its figures show it. */
export function limitsOf(report: Report): string[] {
  return [
    ...protocolLimits(report),
    ...classLimits(report),
    ...calibrationLimits(report),
    ...scopeLimits(report),
    ...groupLimits(report),
  ];
}

function protocolLimits({ runs, counts }: Report): string[] {
  const ways = runs[0]?.protocol.ways;
  const isFew = typeof ways === 'number' && ways < counts.labels;
  return [
    ...(isFew
      ? [
          `Each query was asked among ${ways} labels. Among all ${counts.labels} at once the accuracy is lower.`,
        ]
      : []),
    ...(runs.length === 1
      ? ['The figures are of a single run: what another seed or fold gives may differ by more.']
      : []),
  ];
}

function classLimits({ classes }: Report): string[] {
  const asked = classes.filter(({ queries }) => queries > 0);
  const few = asked.filter(({ queries }) => queries < FEW).length;
  const worst = asked
    .filter(({ queries, recall }) => queries >= FEW && (recall?.high ?? 1) < 0.5)
    .toSorted((a, b) => (a.recall?.value ?? 0) - (b.recall?.value ?? 0));
  const names = worst.slice(0, MOST_NAMES).map(({ label }) => labelWords(label));
  const others = worst.length - names.length;
  return [
    ...(few > 0
      ? [
          `${counted(few, 'class has', 'classes have')} fewer than ${FEW} queries: their own figures say little.`,
        ]
      : []),
    ...(names.length > 0
      ? [
          `Fewer than half of the queries of ${names.join(', ')}${others > 0 ? ` and ${others} more` : ''} are found.`,
        ]
      : []),
  ];
}

function calibrationLimits({ calibration: { ece, bins } }: Report): string[] {
  if (ece === null || ece.value < UNCALIBRATED) return [];
  const total = bins.reduce((sum, { queries }) => sum + queries, 0);
  const excess = bins.reduce(
    (sum, { queries, confidence, accuracy }) =>
      sum + queries * ((confidence ?? 0) - (accuracy?.value ?? 0)),
    0,
  );
  const direction = excess > 0 ? 'too high' : 'too low';
  return [
    `Probabilities are ${direction} on the whole, by ${percentOf(Math.abs(excess) / total)} points; ` +
      'they should not be taken at their word.',
  ];
}

function scopeLimits({ outOfScope }: Report): string[] {
  if (outOfScope === null) {
    return ['It was not measured what the model answers to texts that have none of its labels.'];
  }
  return [
    `Of texts that have none of its labels, ${percentWords(outOfScope.fprAt95)} % are taken for known ones where 95 % of ` +
      'the known are.',
  ];
}

function groupLimits({ groups, lengths }: Report): string[] {
  const all = [...(lengths === null ? [] : [lengths]), ...groups];
  return all.flatMap(({ name, worst, best, gap }) => {
    // Only a gap that chance alone would seldom make.
    if (worst === null || best === null || gap === null || (gap.low ?? 0) <= 0) return [];
    return [
      `By ${name}, the accuracy of ${worst} is ${percentWords(gap)} points below that of ${best}.`,
    ];
  });
}
