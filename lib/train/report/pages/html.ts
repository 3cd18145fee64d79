import type { Drawing } from '../plots/drawing';
import type { Cell, Page, Section, Table } from './page';
import { plainText } from './plain-text';
import { STYLE } from './style';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text as HTML that shows it as it is, in an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return plainText(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** A text whose numbers stay on one line with their sign. */
const together = (text: string): string => text.replace(/(?<=[\d,)]) %/g, '\u00a0%');
const wordsHtml = (text: string): string => escapeHtml(together(text));

/** A table of so many columns has room beside a plot. */
const NARROW = 3;

/** Nothing is run, and nothing is fetched: whatever a text may hold. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/**
 * A page as one HTML file that needs nothing else.
 *
 * @param drawings plots by the ids of the sections that they belong to
 */
export function pageHtml(page: Page, drawings: ReadonlyMap<string, readonly Drawing[]>): string {
  const { title, lead, sections } = page;
  const links = sections.map(
    (section) => `<li><a href="#${escapeHtml(section.id)}">${escapeHtml(section.title)}</a></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p>${wordsHtml(lead)}</p>
</header>
<nav aria-label="Contents"><ul>
${links.join('\n')}
</ul></nav>
<main>
${sections.map((section) => sectionHtml(section, drawings.get(section.id) ?? [])).join('\n')}
</main>
</body>
</html>
`;
}

function sectionHtml(section: Section, drawings: readonly Drawing[]): string {
  const { title, paragraphs = [], list = [], table } = section;
  const id = escapeHtml(section.id);
  const isNarrow = table !== undefined && table.columns.length <= NARROW;
  return [
    `<section id="${id}" aria-labelledby="${id}-title">`,
    `<h2 id="${id}-title">${escapeHtml(title)}</h2>`,
    ...paragraphs.map((text) => `<p>${wordsHtml(text)}</p>`),
    ...(list.length === 0
      ? []
      : [`<ul>${list.map((text) => `<li>${wordsHtml(text)}</li>`).join('')}</ul>`]),
    ...(drawings.length > 0 && isNarrow ? ['<div class="beside">'] : ['<div>']),
    ...drawings.map(figureHtml),
    ...(table === undefined ? [] : [tableHtml(table, title)]),
    '</div>',
    '</section>',
  ].join('\n');
}

function figureHtml({ svg, caption }: Drawing): string {
  return `<figure>\n<div class="picture" tabindex="0">${svg}</div>\n<figcaption>${wordsHtml(caption)}</figcaption>\n</figure>`;
}

/** Wide tables are moved sideways on their own, also by keys. */
function tableHtml({ columns, rows, note }: Table, title: string): string {
  const cell = (content: Cell, i: number): string => {
    const isNumber = columns[i]?.kind === 'number';
    const kind = isNumber ? ' class="number"' : '';
    const inside = [content]
      .flat()
      .map(isNumber ? numberHtml : bdi)
      .join('');
    return i === 0 ? `<th scope="row"${kind}>${inside}</th>` : `<td${kind}>${inside}</td>`;
  };
  const heads = columns.map(
    ({ title: name, kind }) =>
      `<th scope="col"${kind === 'number' ? ' class="number"' : ''}>${bdi(name)}</th>`,
  );
  return `<div>
<div class="table" role="region" tabindex="0" aria-label="${escapeHtml(title)}, table">
<table>
<thead><tr>${heads.join('')}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n')}
</tbody>
</table>
</div>${note === undefined ? '' : `\n<p class="note">${escapeHtml(note)}</p>`}
</div>`;
}

/** A text that does not turn what is beside it if it is written from right to left. */
const bdi = (text: string): string => `<bdi>${breakable(text)}</bdi>`;

/** A figure, which may have its interval on a line of its own. */
const numberHtml = (text: string): string => escapeHtml(text).replace(/ (?!\()/g, '\u00a0');

/** Parts of names, which end with `_` or `/`, and of words that no column has room for. */
const PARTS = /[^\s_/]{1,18}[_/]*\s*|[\s_/]+/gu;

function breakable(text: string): string {
  const parts = together(text).match(PARTS) ?? [];
  return parts
    .map(escapeHtml)
    .join('<wbr>')
    .replace(/(\s)<wbr>/g, '$1');
}
