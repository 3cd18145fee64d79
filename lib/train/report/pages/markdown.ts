import { cellText, type Page, type Section, type Table } from './page';
import { plainText } from './plain-text';

/** Characters that mean something in Markdown wherever they stand. */
const SPECIAL = /[\\`*[\]<>|~&#$]/g;
/** An underscore within a word means nothing. */
const UNDERSCORE = /(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;
/** Characters that begin a list or a rule, if they begin a line. */
const START = /^(\s*)([-+=]|\d+[.)](?=\s|$))/;

/** A text as Markdown that shows it as it is, on one line. */
export function escapeMarkdown(text: string): string {
  return plainText(text)
    .replace(SPECIAL, '\\$&')
    .replace(UNDERSCORE, '\\_')
    .replace(
      START,
      (_, space: string, mark: string) => `${space}${mark.slice(0, -1)}\\${mark.slice(-1)}`,
    );
}

/** A page as GitHub-flavoured Markdown. */
export function pageMarkdown({ title, lead, sections }: Page): string {
  const parts = [
    `# ${escapeMarkdown(title)}`,
    escapeMarkdown(lead),
    ...sections.flatMap(sectionParts),
  ];
  return `${parts.join('\n\n')}\n`;
}

function sectionParts({ title, paragraphs = [], list = [], table }: Section): string[] {
  return [
    `## ${escapeMarkdown(title)}`,
    ...paragraphs.map(escapeMarkdown),
    ...(list.length === 0 ? [] : [list.map((item) => `- ${escapeMarkdown(item)}`).join('\n')]),
    ...(table === undefined ? [] : tableParts(table)),
  ];
}

function tableParts({ columns, rows, note }: Table): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const lines = [
    line(columns.map(({ title }) => escapeMarkdown(title))),
    line(columns.map(({ kind }) => (kind === 'number' ? '--:' : '---'))),
    ...rows.map((row) => line(row.map((cell) => escapeMarkdown(cellText(cell))))),
  ];
  return [lines.join('\n'), ...(note === undefined ? [] : [escapeMarkdown(note)])];
}
