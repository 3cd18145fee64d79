import { KNOWN_LEVELS } from '../../metrics/out-of-scope';
import { COVERAGE_LEVELS, type CoveragePoint } from '../../metrics/selective';
import { numberColumns, type Section, textColumns } from '../pages/page';
import { numberWords, percentOf, percentWords, timeWords } from '../pages/words';
import type { Report } from '../report';

export function calibrationSection({
  calibration: { ece, brier, logLoss, bins },
}: Report): Section {
  return {
    id: 'calibration',
    title: 'Calibration',
    paragraphs: [
      `A model is calibrated if, of answers with a probability of 80 %, 80 % are right. Calibration error ${numberWords(ece)}, ` +
        `Brier score ${numberWords(brier)}, log loss ${numberWords(logLoss)}.`,
    ],
    table: {
      columns: numberColumns('From, %', 'To, %', 'Queries', 'Mean probability, %', 'Right, %'),
      rows: bins
        .filter(({ queries }) => queries > 0)
        .map(({ from, to, queries, confidence, accuracy }) => [
          percentOf(from),
          percentOf(to),
          queries.toLocaleString('en'),
          percentOf(confidence ?? 0),
          percentWords(accuracy),
        ]),
    },
  };
}

/** What is left to people if only sure answers are given. */
export function selectiveSection({ selective: { aurc, curve } }: Report): Section[] {
  if (aurc === null) return [];
  const rows = COVERAGE_LEVELS.flatMap((coverage) => {
    const point = curve.find((one) => one.coverage >= coverage);
    return point === undefined ? [] : [point];
  });
  const distinct = rows.filter((point, i) => point !== rows[i - 1]);
  const cells = ({ threshold, coverage, risk }: CoveragePoint) => [
    percentOf(coverage),
    percentOf(risk),
    percentOf(threshold),
  ];
  return [
    {
      id: 'selective',
      title: 'Risk and coverage',
      paragraphs: [
        `If only answers of at least some probability are given, fewer are wrong. Area under the curve ${numberWords(aurc)}.`,
      ],
      table: {
        columns: numberColumns('Answered, %', 'Wrong of these, %', 'Least probability, %'),
        rows: distinct.map(cells),
      },
    },
  ];
}

export function outOfScopeSection({ outOfScope }: Report): Section[] {
  if (outOfScope === null) return [];
  const { queries, ownFamiliarity, auroc, fprAt95, curve, refused } = outOfScope;
  const rows = KNOWN_LEVELS.flatMap((found) => curve.find(({ known }) => known >= found) ?? []);
  return [
    {
      id: 'out-of-scope',
      title: 'Out of scope',
      paragraphs: [
        `${queries.toLocaleString('en')} queries have none of the labels. They are told from the others by ` +
          `${ownFamiliarity ? 'how familiar they are to the model' : 'the greatest probability'}: AUROC ${percentWords(auroc)} %; ` +
          `where 95 % of the others are taken as known, so are ${percentWords(fprAt95)} % of them.`,
        `The model took ${percentWords(refused.outOfScope)} % of them to be out of scope, and ${percentWords(refused.known)} % of the others.`,
      ],
      table: {
        columns: numberColumns(
          'Known taken as known, %',
          'Out of scope taken as known, %',
          'Threshold',
        ),
        rows: rows
          .filter((point, i) => point !== rows[i - 1])
          .map(({ known, outOfScope: taken, threshold }) => [
            percentOf(known),
            percentOf(taken),
            threshold.toFixed(3),
          ]),
      },
    },
  ];
}

export function latencySection({ latency }: Report): Section[] {
  if (latency === null) return [];
  const { mean, p50, p90, p95, p99, most, queries } = latency;
  return [
    {
      id: 'latency',
      title: 'Latency',
      paragraphs: [`Milliseconds a query, of ${queries.toLocaleString('en')} queries.`],
      table: {
        columns: [...textColumns('Figure'), ...numberColumns('Milliseconds')],
        rows: [
          ['Mean', timeWords(mean)],
          ['Median', timeWords(p50)],
          ['90 %', timeWords(p90)],
          ['95 %', timeWords(p95)],
          ['99 %', timeWords(p99)],
          ['Longest', String(Number(most.toPrecision(3)))],
        ],
      },
    },
  ];
}
