import { counted } from '../../counted';
import type { Comparison } from '../../train/report/comparison';
import type { Section } from '../../train/report/pages/page';
import { plainText } from '../../train/report/pages/plain-text';
import { dataWords, taskWords } from '../../train/report/pages/words';
import type { Report } from '../../train/report/report';
import { classesSection, confusionSection } from '../../train/report/sections/classes';
import { comparisonPage } from '../../train/report/sections/comparison-page';
import { summarySection } from '../../train/report/sections/summary';
import { groupSections, lengthSection } from '../../train/report/sections/texts';
import { cut, tableLines } from '../try/lines';

const WIDTH = 80;
/** What a cell may take: of two columns, or of more. */
const WIDE = 44;
const NAME = 26;
const MOST_ROWS = 5;

/** A report in lines of at most 80 characters, for every terminal: the figures, and the worst of the rest. */
export function reportLines(report: Report): string[] {
  const [run] = report.runs;
  const { queries, episodes } = report.counts;
  const asked = `${counted(queries, 'query', 'queries')} in ${counted(episodes, 'episode')}`;
  const task = run === undefined ? '' : taskWords(run.protocol);
  return forTerminal([
    ...(run === undefined ? [] : [`${run.protocol.model} on ${dataWords(run.protocol)}`]),
    task === '' ? asked : `${task}; ${asked}`,
    '',
    ...rowsOf(summarySection(report)),
    '',
    ...rowsOf(classesSection(report), [0, 1, 5], MOST_ROWS),
    '',
    ...rowsOf(confusionSection(report), [0, 1, 2], MOST_ROWS),
    ...[...lengthSection(report), ...groupSections(report)].flatMap((section) => [
      '',
      ...rowsOf(section, undefined, 2 * MOST_ROWS),
    ]),
  ]);
}

/** A comparison in lines of at most 80 characters. */
export function comparisonLines(comparison: Comparison): string[] {
  const { title, lead, sections } = comparisonPage(comparison);
  const shown = sections.filter(({ id }) => id === 'summary' || id === 'answers');
  const differences = shown.flatMap((section) => ['', ...rowsOf(section, lastColumns(section))]);
  const p = shown.find(({ id }) => id === 'answers')?.paragraphs?.[0]?.split('. ', 1)[0] ?? '';
  return forTerminal([...broken(title), ...broken(lead), ...differences, '', p]);
}

/** The name and the difference: both models beside it have no room. */
function lastColumns({ table }: Section): number[] {
  return [0, (table?.columns.length ?? 1) - 1];
}

/** A table's columns of these numbers, and as many of its rows. */
function rowsOf(
  { title, paragraphs, table }: Section,
  columns?: readonly number[],
  most = Infinity,
) {
  if (table === undefined) return [title, ...(paragraphs ?? []).map((text) => `  ${text}`)];
  const places = columns ?? [...table.columns.keys()];
  const width = places.length === 2 ? WIDE : NAME;
  const cells = (row: readonly string[]) =>
    places.map((place) => cut(forEvery(plainText(row[place] ?? '')), width));
  const rows = table.rows.slice(0, most);
  const left = table.rows.length - rows.length;
  return [
    ...tableLines([cells(table.columns.map((column) => column.title)), ...rows.map(cells)]),
    ...(left > 0 ? [`  ... and more`] : []),
  ];
}

/** A text in lines of the width of a terminal. */
function broken(text: string): string[] {
  const lines: string[] = [];
  for (const word of plainText(text).split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function forTerminal(lines: readonly string[]): string[] {
  return lines.map((line) => cut(forEvery(plainText(line)).trimEnd(), WIDTH));
}

/** Signs that not every terminal has, as those that it has. */
function forEvery(text: string): string {
  return text.replaceAll('±', '+-').replaceAll('–', '-');
}
