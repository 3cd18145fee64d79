import { greatest } from '../../extremes';
import type { CatalogueEntry } from '../../text/datasets/catalogue/catalogue';
import { cut, screenWidth, tableLines, wrapped } from '../terminal';

const MEGABYTE = 1e6;
const MOST_FILES = 20;
const NAME = 10;

/** The catalogue as a table. */
export function listLines(entries: readonly CatalogueEntry[]): string[] {
  const rows = entries.map(({ name, classes = '', about }) => [name, String(classes), about]);
  const all = [['name', 'classes', 'about'], ...rows];
  const longest = greatest(entries.map(({ name }) => name.length));
  return all.map(([name = '', classes = '', about = '']) => {
    const start = `${name.padEnd(longest)}  ${classes.padStart(7)}  `;
    return `${start}${cut(about, screenWidth() - start.length)}`.trimEnd();
  });
}

/** What is known of a data set. */
export function infoLines(entry: CatalogueEntry): string[] {
  const known = entry.files.filter(({ sha256 }) => sha256 !== undefined).length;
  const bytes = entry.files.reduce((sum, { size }) => sum + (size ?? 0), 0);
  const sizes = bytes === 0 ? 'size unknown' : `${(bytes / MEGABYTE).toFixed(1)} MB known`;
  const files = entry.files
    .slice(0, MOST_FILES)
    .map(({ path, size, sha256 }) => [
      path,
      size === undefined ? 'unknown' : String(size),
      sha256 === undefined ? 'not published' : sha256.slice(0, 12),
    ]);
  const more = entry.files.length - files.length;
  const facts = [
    ['classes', String(entry.classes ?? 'see its source')],
    ['splits', entry.splits],
    ['licence', entry.licence],
    ['source', entry.source],
    ['paper', entry.citation],
    ['files', `${entry.files.length}, ${known} with a known sha256; ${sizes}`],
    ['archive', entry.archive?.url],
    ['note', entry.manual],
  ] as const;
  return [
    ...wrapped(`${entry.title}: ${entry.about}`, screenWidth()),
    '',
    ...facts.flatMap(([name, fact]) => (fact === undefined ? [] : beside(fact, name))),
    '',
    ...tableLines([['file', 'bytes', 'sha256'], ...files]),
    ...(more > 0 ? [`  and ${more} more (--json)`] : []),
  ];
}

/** A name, and beside it a text in as many lines as it takes. */
function beside(text: string, name: string): string[] {
  return wrapped(text, screenWidth() - NAME).map(
    (line, i) => `${(i === 0 ? name : '').padEnd(NAME)}${line}`,
  );
}
