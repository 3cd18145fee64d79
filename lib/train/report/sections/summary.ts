import { counted } from '../../../counted';
import { numberColumns, type Section, textColumns } from '../pages/page';
import { dataWords, numberWords, percentWords, taskWords, timeWords } from '../pages/words';
import type { Report } from '../report';

/** What a reader wants to know first. */
export function leadOf({ accuracy, accuracyOverRuns, counts, runs, intervals }: Report): string {
  const [run] = runs;
  if (run === undefined) return '';
  const task = taskWords(run.protocol);
  const asked = `${counted(counts.queries, 'query', 'queries')} in ${counted(counts.episodes, 'episode')}`;
  const over = intervals.unit === 'episode' ? 'over episodes' : 'over queries';
  const several =
    accuracyOverRuns === null
      ? ''
      : ` Over ${runs.length} runs: ${percentWords(accuracyOverRuns)} %.`;
  return (
    `${run.protocol.model} on ${dataWords(run.protocol)}${task === '' ? '' : `, ${task}`}: ` +
    `accuracy ${percentWords(accuracy)} % (95 % interval ${over}; ${asked}).${several}`
  );
}

export function summarySection(report: Report): Section {
  const { counts, calibration, selective, outOfScope, latency } = report;
  const rows = [
    ['Accuracy, %', percentWords(report.accuracy)],
    ...(report.accuracyOverRuns === null
      ? []
      : [['Accuracy over runs, %', percentWords(report.accuracyOverRuns)]]),
    ['Macro F1, %', percentWords(report.macroF1)],
    ['Balanced accuracy, %', percentWords(report.balancedAccuracy)],
    ['Calibration error (ECE)', numberWords(calibration.ece)],
    ['Log loss, nats', numberWords(calibration.logLoss)],
    ['Brier score', numberWords(calibration.brier)],
    ['Area under risk and coverage', numberWords(selective.aurc)],
    ...(outOfScope === null
      ? []
      : [
          ['Out of scope: AUROC, %', percentWords(outOfScope.auroc)],
          ['Out of scope: FPR at 95 % TPR, %', percentWords(outOfScope.fprAt95)],
        ]),
    ...(latency === null
      ? []
      : [
          ['Milliseconds a query, median', timeWords(latency.p50)],
          ['Milliseconds a query, 99 %', timeWords(latency.p99)],
        ]),
  ];
  const known = counted(counts.known, 'query', 'queries');
  return {
    id: 'summary',
    title: 'Summary',
    paragraphs: [
      `${known} of ${counted(counts.labels, 'label')}, ${counts.outOfScope.toLocaleString('en')} out of scope, ` +
        `in ${counted(counts.episodes, 'episode')}. ` +
        `The model took ${counted(counts.refused, 'query', 'queries')} to be out of scope.`,
    ],
    table: { columns: [...textColumns('Figure'), ...numberColumns('Value, 95 % interval')], rows },
  };
}

/** The runs that were put together; nothing for a single one. */
export function runsSection({ runs }: Report): Section[] {
  if (runs.length < 2) return [];
  return [
    {
      id: 'runs',
      title: 'Runs',
      table: {
        columns: [
          ...textColumns('Run', 'Split', 'Seed'),
          ...numberColumns('Queries', 'Accuracy, %'),
        ],
        rows: runs.map(({ name, protocol, queries, accuracy }) => [
          name,
          protocol.split ?? '',
          String(protocol.seed ?? ''),
          queries.toLocaleString('en'),
          percentWords(accuracy),
        ]),
      },
    },
  ];
}

/** How the figures were made. */
export function methodSection({ intervals, runs, metatorch }: Report): Section {
  const draws = `${intervals.resamples.toLocaleString('en')} draws of ${
    intervals.unit === 'episode' ? 'whole episodes' : 'queries'
  }, seed ${intervals.seed}`;
  const commands = [...new Set(runs.flatMap(({ protocol }) => protocol.command ?? []))];
  return {
    id: 'method',
    title: 'How these figures were made',
    paragraphs: [
      'All of them follow from the saved predictions, and nothing else. Accuracy, precision, recall, F1, calibration ' +
        'and latency are of the queries that have one of the labels, latency of all.',
      'Intervals are of 95 %. That of the accuracy is 1.96·s/√n over episodes, or that of Wilson for a single ' +
        `episode; those of shares allow for few queries; others are from the bootstrap, ${draws}.`,
      `Made by metatorch ${metatorch}.${commands.length === 0 ? '' : ` Predictions: ${commands.join('; ')}`}`,
    ],
  };
}
