import type { Difference } from '../../metrics/paired';
import type { ChangedText, Comparison } from '../comparison';
import { numberColumns, type Page, type Section, textColumns } from '../pages/page';
import {
  dataWords,
  labelWords,
  numberWords,
  percentWords,
  signed,
  taskWords,
} from '../pages/words';
import { textWords } from './texts';

/** A comparison as a page. */
export function comparisonPage(comparison: Comparison): Page {
  const { first, second, accuracy } = comparison;
  const [one, other] = [first[0]?.protocol, second[0]?.protocol];
  const [name, otherName] = namesOf(comparison);
  const task = one === undefined ? '' : [dataWords(one), taskWords(one)].filter(Boolean).join(', ');
  return {
    title: `${otherName} against ${name}`,
    lead:
      `${otherName} against ${name}${one && other ? ` on ${task}` : ''}: accuracy ` +
      `${signed(percentWords(accuracy.difference))} points on the same ${comparison.queries.toLocaleString('en')} queries.`,
    sections: [
      figuresSection(comparison, name, otherName),
      answersSection(comparison, name, otherName),
      ...changesSection(
        'better',
        `Texts that ${otherName} alone has right`,
        comparison.better,
        name,
        otherName,
      ),
      ...changesSection(
        'worse',
        `Texts that ${name} alone has right`,
        comparison.worse,
        name,
        otherName,
      ),
    ],
  };
}

/** What the two models are called: apart, even if both have one name. */
function namesOf({ first, second }: Comparison): [string, string] {
  const names = [first, second].map((runs) => runs[0]?.protocol.model ?? '');
  const [one = '', other = ''] = names;
  return one === other ? [`${one} (first)`, `${other} (second)`] : [one, other];
}

function figuresSection(comparison: Comparison, name: string, otherName: string): Section {
  const { accuracy, macroF1, ece, logLoss, auroc, overRuns } = comparison;
  const row = (
    title: string,
    { first, second, difference }: Difference,
    words: typeof percentWords,
  ) =>
    difference === null ? [] : [[title, words(first), words(second), signed(words(difference))]];
  return {
    id: 'summary',
    title: 'Figures',
    paragraphs: [
      'The interval of a difference is of the differences themselves, episode by episode: one that does not hold 0 ' +
        'is a difference that chance alone would seldom make.',
      ...(overRuns === null
        ? []
        : [
            `Over ${comparison.first.length} runs the accuracies differ by ${signed(percentWords(overRuns))} points.`,
          ]),
    ],
    table: {
      columns: [...textColumns('Figure'), ...numberColumns(name, otherName, 'Difference')],
      rows: [
        ...row('Accuracy, %', accuracy, percentWords),
        ...row('Macro F1, %', macroF1, percentWords),
        ...row('Calibration error (ECE)', ece, numberWords),
        ...row('Log loss, nats', logLoss, numberWords),
        ...row('Out of scope: AUROC, %', auroc, percentWords),
      ],
    },
  };
}

function answersSection({ mcNemar }: Comparison, name: string, otherName: string): Section {
  const { both, firstAlone, secondAlone, neither, p } = mcNemar;
  return {
    id: 'answers',
    title: 'Who is right',
    paragraphs: [
      `McNemar's exact test: p = ${p < 1e-4 ? p.toExponential(1) : p.toFixed(4)}. It takes queries for independent, which ` +
        'those of one episode are not quite; the intervals above do not.',
    ],
    table: {
      columns: [...textColumns('Right'), ...numberColumns('Queries')],
      rows: [
        ['both', both],
        [`${name} alone`, firstAlone],
        [`${otherName} alone`, secondAlone],
        ['neither', neither],
      ].map(([who, count]) => [String(who), count?.toLocaleString('en') ?? '']),
    },
  };
}

function changesSection(
  id: string,
  title: string,
  changes: readonly ChangedText[],
  name: string,
  otherName: string,
): Section[] {
  if (changes.length === 0) return [];
  return [
    {
      id,
      title,
      table: {
        columns: [
          ...textColumns('Text', 'Label', name, otherName),
          ...numberColumns('Change of its probability, points'),
        ],
        rows: changes.map((change) => [
          textWords(change),
          labelWords(change.label),
          labelWords(change.first),
          labelWords(change.second),
          signed((100 * change.change).toFixed(1)),
        ]),
      },
    },
  ];
}
