import { counted } from '../../counted';
import type { Comparison } from '../../train/report/comparison';
import { type Cell, cellText, type Section } from '../../train/report/pages/page';
import { plainText } from '../../train/report/pages/plain-text';
import { dataWords, taskWords } from '../../train/report/pages/words';
import type { Report } from '../../train/report/report';
import { classesSection, confusionSection } from '../../train/report/sections/classes';
import { comparisonPage } from '../../train/report/sections/comparison-page';
import { summarySection } from '../../train/report/sections/summary';
import { groupSections, lengthSection } from '../../train/report/sections/texts';
import { cut, screenShare, screenWidth, tableLines, wrapped } from '../terminal';

/** What a cell may take of the width: in a table of two columns, or of more. */
const WIDE = 0.55;
const NAME = 0.33;
const MOST_ROWS = 5;

/** A report in lines for every terminal: the figures, and the worst of the rest. */
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

/** A comparison in lines for every terminal. */
export function comparisonLines(comparison: Comparison): string[] {
  const { lead, sections } = comparisonPage(comparison);
  const shown = sections.filter(({ id }) => id === 'summary' || id === 'answers');
  const differences = shown.flatMap((section) => ['', ...rowsOf(section, lastColumns(section))]);
  const p = shown.find(({ id }) => id === 'answers')?.paragraphs?.[0]?.split('. ', 1)[0] ?? '';
  return forTerminal([...wrapped(plainText(lead), screenWidth()), ...differences, '', p]);
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
  const width = screenShare(places.length === 2 ? WIDE : NAME);
  const texts = places.filter((place) => table.columns[place]?.kind === 'text').length;
  const cells = (row: readonly Cell[]) =>
    places.map((place) => cut(cellText(row[place] ?? ''), width));
  const rows = table.rows.slice(0, most);
  const left = table.rows.length - rows.length;
  return [
    ...tableLines([cells(table.columns.map((column) => column.title)), ...rows.map(cells)], texts),
    ...(left > 0 ? [`  ... and more`] : []),
  ];
}

function forTerminal(lines: readonly string[]): string[] {
  return lines.map((line) => cut(line.trimEnd(), screenWidth()));
}
