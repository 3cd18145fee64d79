import { counted } from '../../../counted';
import type { Groups } from '../../metrics/groups';
import type { HardText } from '../hardest';
import { cutText } from '../pages/display-width';
import { numberColumns, type Section, textColumns } from '../pages/page';
import { labelWords, NO_TEXT, percentOf, percentWords } from '../pages/words';
import type { NearestExample } from '../predictions';
import type { Report } from '../report';

/** How long a text is shown. */
const LONGEST = 160;
const NEAREST = 3;

export function lengthSection({ lengths }: Report): Section[] {
  return lengths === null
    ? []
    : [groupSection(lengths, 'length', 'Length of the text', 'Characters')];
}

/** A part for each column that the data names. */
export function groupSections({ groups }: Report): Section[] {
  return groups.map((one, i) => groupSection(one, `group-${i}`, `By ${one.name}`, one.name));
}

function groupSection(groups: Groups, id: string, title: string, column: string): Section {
  const { worst, best, gap, without } = groups;
  const paragraphs = [
    ...(gap === null || worst === null || best === null
      ? ['There are no two groups of at least 10 queries to compare.']
      : [`From the worst, ${worst}, to the best, ${best}, it is ${percentWords(gap)} points.`]),
    ...(without === 0
      ? []
      : [`${counted(without, 'query is', 'queries are')} in none of the groups.`]),
  ];
  return {
    id,
    title,
    paragraphs,
    table: {
      columns: [...textColumns(column), ...numberColumns('Queries', 'Accuracy, %')],
      rows: groups.groups.map(({ value, queries, accuracy }) => [
        value,
        queries.toLocaleString('en'),
        percentWords(accuracy),
      ]),
    },
  };
}

/** The texts whose answers are furthest from right, and what they are like. */
export function hardestSection({ hardest }: Report): Section[] {
  if (hardest.length === 0) return [];
  const hasNearest = hardest.some(({ nearest = [] }) => nearest.length > 0);
  return [
    {
      id: 'hardest',
      title: 'Hardest texts',
      paragraphs: [
        'Those that were answered wrongly with the least probability of the right label. Some may be labelled wrongly.',
      ],
      table: {
        columns: [
          ...textColumns('Text', 'Label', 'Answer'),
          ...numberColumns('Wrong', 'Probability of the label, %'),
          ...(hasNearest ? textColumns('Nearest examples') : []),
        ],
        rows: hardest.map((hard) => [
          textWords(hard),
          labelWords(hard.label),
          [labelWords(hard.predicted), `, ${percentOf(hard.confidence)} %`],
          `${hard.wrong} of ${hard.asked}`,
          percentOf(hard.probability),
          ...(hasNearest ? [nearestWords(hard.nearest ?? [])] : []),
        ]),
      },
    },
  ];
}

/** A text, or its place where there is none. */
export function textWords({ text, row }: Pick<HardText, 'text' | 'row'>): string {
  return text === undefined ? `${NO_TEXT} row ${row}` : cutText(text, LONGEST);
}

function nearestWords(nearest: readonly NearestExample[]): string[] {
  return nearest.slice(0, NEAREST).flatMap(({ text, row = '', label, similarity }, i) => {
    const words = text === undefined ? `row ${row}` : `“${cutText(text, LONGEST)}”`;
    return [...(i === 0 ? [] : ['; ']), words, ' (', label, `, ${similarity.toFixed(2)})`];
  });
}
