import { counted } from '../../../counted';
import type { ModelCard } from '../card';
import { numberColumns, type Page, type Section, textColumns } from '../pages/page';
import { numberWords, percentWords, taskWords, timeWords } from '../pages/words';

const UNSAID = 'Not stated.';

/** A model card as a page. */
export function cardPage(card: ModelCard): Page {
  const { details, name, limits } = card;
  return {
    title: name,
    lead: details.description ?? 'A model card, made from saved predictions.',
    sections: [
      paragraphs('use', 'Intended use', details.intendedUse ?? UNSAID),
      dataSection(card),
      ...(details.training === undefined
        ? []
        : [paragraphs('training', 'Training', details.training)]),
      protocolSection(card),
      metricsSection(card),
      ...groupsSections(card),
      { id: 'limits', title: 'Limits', list: limits },
      paragraphs('privacy', 'Privacy', ...privacyWords(card)),
      paragraphs('licence', 'Licence', details.licence ?? UNSAID),
      reproduceSection(card),
      ...(details.contact === undefined ? [] : [paragraphs('contact', 'Contact', details.contact)]),
    ],
  };
}

const paragraphs = (id: string, title: string, ...texts: string[]): Section => ({
  id,
  title,
  paragraphs: texts,
});

function dataSection({ data }: ModelCard): Section {
  const facts = [
    ['Data', data.title ?? data.name],
    ['Split', data.split],
    ['Source', data.source ?? UNSAID],
    ['Licence', data.licence ?? UNSAID],
    ['Paper', data.citation],
    ['Queries', data.queries.toLocaleString('en')],
    ['Out of scope', data.outOfScope.toLocaleString('en')],
    ['Labels', data.labels.toLocaleString('en')],
  ] as const;
  return {
    id: 'data',
    title: 'Data',
    table: {
      columns: textColumns('Fact', 'Value'),
      rows: facts.flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
    },
  };
}

function protocolSection({ protocols, episodes }: ModelCard): Section {
  return {
    id: 'protocol',
    title: 'Protocol',
    table: {
      columns: textColumns('Run', 'Model', 'Task', 'Seed'),
      rows: protocols.map((protocol, i) => [
        String(i + 1),
        protocol.model,
        taskWords(protocol),
        String(protocol.seed ?? ''),
      ]),
      note: `${counted(episodes, 'episode')} in all.`,
    },
  };
}

function metricsSection({ metrics }: ModelCard): Section {
  const rows = [
    ['Accuracy, %', percentWords(metrics.accuracy)],
    ['Accuracy over runs, %', percentWords(metrics.accuracyOverRuns)],
    ['Macro F1, %', percentWords(metrics.macroF1)],
    ['Balanced accuracy, %', percentWords(metrics.balancedAccuracy)],
    ['Calibration error (ECE)', numberWords(metrics.calibrationError)],
    ['Log loss, nats', numberWords(metrics.logLoss)],
    ['Out of scope: AUROC, %', percentWords(metrics.outOfScopeAuroc)],
    ['Milliseconds a query, median', timeWords(metrics.millisecondsMedian)],
    ['Milliseconds a query, 99 %', timeWords(metrics.millisecondsP99)],
  ].filter(([, value]) => value !== percentWords(null));
  return {
    id: 'metrics',
    title: 'Metrics',
    table: { columns: [...textColumns('Figure'), ...numberColumns('Value, 95 % interval')], rows },
  };
}

function groupsSections({ groups }: ModelCard): Section[] {
  return groups.map(({ name, groups: all }, i) => ({
    id: `group-${i}`,
    title: `By ${name}`,
    table: {
      columns: [...textColumns(name), ...numberColumns('Queries', 'Accuracy, %')],
      rows: all.map(({ value, queries, accuracy }) => [
        value,
        queries.toLocaleString('en'),
        percentWords(accuracy),
      ]),
    },
  }));
}

function privacyWords({ details }: ModelCard): string[] {
  return [
    ...(details.privacy === undefined ? [] : [details.privacy]),
    'A few-shot model keeps its examples, or vectors of them, and shows the nearest ones as reasons: whoever may ask ' +
      'it may read them. This card holds no text of the data.',
  ];
}

function reproduceSection({ protocols, metatorch }: ModelCard): Section {
  const commands = [...new Set(protocols.flatMap(({ command }) => command ?? []))];
  const configs = protocols.flatMap(({ config }) =>
    config === undefined ? [] : [JSON.stringify(config)],
  );
  return {
    id: 'reproduce',
    title: 'How to reproduce',
    paragraphs: [
      `metatorch ${metatorch}. All figures follow from the saved predictions: metatorch report.`,
      ...commands.map((command) => `Command: ${command}`),
      ...[...new Set(configs)].map((config) => `Config: ${config}`),
    ],
  };
}
