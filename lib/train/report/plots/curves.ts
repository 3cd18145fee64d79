import { greatest } from '../../../extremes';
import type { Report } from '../report';
import { ACCENT, type Drawing, LINE, NARROW, type Pen, SOFT } from './drawing';

const SQUARE = { width: 420, height: 380, marginBottom: 42 } as const;
const LEAST_RISK = 0.05;
const PERCENT = { tickFormat: '.0%', domain: [0, 1], grid: true } as const;

/** How often answers of some probability are right. */
export function reliabilityPlot({ plot, draw }: Pen, { calibration: { bins } }: Report): Drawing[] {
  const filled = bins.flatMap((bin) => {
    const { confidence, accuracy } = bin;
    return confidence === null || accuracy === null ? [] : [{ ...bin, ...accuracy, confidence }];
  });
  if (filled.length === 0) return [];
  const total = filled.reduce((sum, { queries }) => sum + queries, 0);
  return [
    draw(
      {
        ...SQUARE,
        x: { ...PERCENT, label: 'probability of the answer' },
        y: { ...PERCENT, label: 'right' },
        marks: [
          plot.link([{}], { x1: 0, y1: 0, x2: 1, y2: 1, stroke: SOFT, strokeDasharray: '4 4' }),
          plot.rect(filled, {
            x1: 'from',
            x2: 'to',
            y1: 0,
            y2: 'value',
            fill: ACCENT,
            fillOpacity: 0.25,
            inset: 1,
          }),
          plot.ruleX(filled, { x: 'confidence', y1: 'low', y2: 'high', stroke: ACCENT }),
          plot.dot(filled, {
            x: 'confidence',
            y: 'value',
            r: ({ queries }: { queries: number }) => 2 + 5 * Math.sqrt(queries / total),
            fill: ACCENT,
          }),
        ],
        r: { type: 'identity' },
      },
      'Reliability: how often answers are right, by their probability. On the dashed line it is as often as it says. Larger dots are of more queries; lines are 95 % intervals.',
    ),
  ];
}

/** How many answers are wrong if only the surest are given. */
export function coveragePlot({ plot, draw }: Pen, { selective: { curve } }: Report): Drawing[] {
  if (curve.length < 2) return [];
  // Where nothing is wrong the axis has a length all the same.
  const most = greatest(
    curve.map(({ risk }) => risk),
    LEAST_RISK,
  );
  return [
    draw(
      {
        ...SQUARE,
        height: 300,
        x: { ...PERCENT, label: 'answered' },
        y: { tickFormat: '~%', ticks: 5, grid: true, domain: [0, most], label: 'wrong of these' },
        marks: [
          plot.areaY(curve, { x: 'coverage', y1: 0, y2: 'risk', fill: ACCENT, fillOpacity: 0.15 }),
          plot.lineY(curve, { x: 'coverage', y: 'risk', stroke: ACCENT, strokeWidth: 2 }),
        ],
      },
      'Risk and coverage: the share of wrong answers, if only the most probable ones are given.',
    ),
  ];
}

/** The receiver operating characteristic of queries out of scope. */
export function scopePlot({ plot, draw }: Pen, { outOfScope }: Report): Drawing[] {
  if (outOfScope === null) return [];
  const points = [{ known: 0, outOfScope: 0 }, ...outOfScope.curve];
  return [
    draw(
      {
        ...SQUARE,
        x: { ...PERCENT, label: 'out of scope taken as known' },
        y: { ...PERCENT, label: 'known taken as known' },
        marks: [
          plot.link([{}], { x1: 0, y1: 0, x2: 1, y2: 1, stroke: SOFT, strokeDasharray: '4 4' }),
          plot.ruleY([0.95], { stroke: LINE, strokeWidth: 1.5 }),
          plot.areaY(points, {
            x: 'outOfScope',
            y1: 0,
            y2: 'known',
            fill: ACCENT,
            fillOpacity: 0.15,
          }),
          plot.line(points, { x: 'outOfScope', y: 'known', stroke: ACCENT, strokeWidth: 2 }),
        ],
      },
      'Receiver operating characteristic: the further to the upper left, the better queries out of scope are told from others. The level line is at 95 %.',
    ),
  ];
}

/** How long answers took. */
export function latencyPlot({ plot, draw }: Pen, { latency }: Report): Drawing[] {
  if (latency === null || latency.histogram.length < 2) return [];
  return [
    draw(
      {
        width: NARROW,
        height: 220,
        marginBottom: 42,
        x: { type: 'log', label: 'milliseconds a query', tickFormat: '~g' },
        y: { label: 'queries', grid: true, zero: true },
        marks: [
          plot.rectY(latency.histogram, {
            x1: 'from',
            x2: 'to',
            y: 'queries',
            fill: ACCENT,
            fillOpacity: 0.6,
            insetLeft: 0.5,
            insetRight: 0.5,
          }),
          plot.ruleX(
            [latency.p50?.value ?? 0, latency.p99?.value ?? 0].filter((ms) => ms > 0),
            {
              stroke: SOFT,
              strokeDasharray: '4 4',
            },
          ),
          plot.ruleY([0], { stroke: LINE }),
        ],
      },
      'Milliseconds a query, on a logarithmic scale. The dashed lines are at the median and at 99 %.',
    ),
  ];
}
