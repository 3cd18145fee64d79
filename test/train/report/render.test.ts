import {
  type CardDetails,
  cardMarkdown,
  comparePredictions,
  comparisonHtml,
  comparisonMarkdown,
  modelCard,
  type Report,
  report,
  reportHtml,
  reportMarkdown,
} from '../../../lib/train';
import { escapeHtml } from '../../../lib/train/report/pages/html';
import { escapeMarkdown } from '../../../lib/train/report/pages/markdown';
import { signed } from '../../../lib/train/report/pages/words';
import { fixture } from '../metrics/scored';
import { HOSTILE, hostileQueries } from './hostile';

const protocol = { dataset: 'banking77', split: 'test', model: 'MAML', ways: 4, shots: 1, seed: 3 };
const OPTIONS = { resamples: 30 };
const made: Report = report({ protocol, queries: fixture.first.queries }, OPTIONS);
const hostile = () => {
  const [name = ''] = HOSTILE;
  return { protocol: { dataset: name, model: name, command: name }, queries: hostileQueries() };
};

test('Markdown says the figures with their intervals, and has whole tables', () => {
  const text = reportMarkdown(made);
  expect(text).toMatch(
    /^# MAML on banking77, test\n\nMAML on banking77, test, 4-way 1-shot: accuracy/,
  );
  expect(text).toMatch(/\| Accuracy, % \| \d+\.\d ± \d+\.\d \|/);
  for (const block of text.split('\n\n').filter((part) => part.startsWith('|'))) {
    const cells = block.split('\n').map((line) => line.split(/(?<!\\)\|/).length);
    expect(new Set(cells).size).toBe(1);
  }
});

test('Markdown shows hostile labels and texts as they are', () => {
  const text = reportMarkdown(report(hostile(), OPTIONS));
  expect(text).not.toMatch(/(?<!\\)<(?:script|img|svg|style|base)/);
  expect(text).not.toMatch(/^# heading/m);
  expect(text).not.toMatch(/(?<!\\)\[link/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
  expect(text).not.toMatch(/[\u0000-\u0009\u001b\u202e\u2066]/);
});

test.each([
  ['card_lost', 'card_lost'],
  ['_a_', '\\_a\\_'],
  ['a|b*c', 'a\\|b\\*c'],
  ['- a', '\\- a'],
  ['1. a', '1\\. a'],
  ['97.0 ± 0.4', '97.0 ± 0.4'],
  ['a\n# b', 'a \\# b'],
])('Markdown of %j is %j', (text, escaped) => {
  expect(escapeMarkdown(text)).toBe(escaped);
});

test('HTML has every part, a plot with words for each that has one, and nothing from elsewhere', async () => {
  const { parseHTML } = await import('linkedom');
  const html = reportHtml(made);
  const { document } = parseHTML(html);
  const ids = [...document.querySelectorAll('section')].map(({ id }) => id);
  expect(ids).toEqual([
    'summary',
    'classes',
    'confusion',
    'calibration',
    'selective',
    'out-of-scope',
    'latency',
    'hardest',
    'method',
  ]);
  for (const link of document.querySelectorAll('nav a')) {
    expect(ids).toContain(link.getAttribute('href')?.slice(1));
  }
  const plots = [...document.querySelectorAll('svg')];
  expect(plots).toHaveLength(6);
  for (const svg of plots) {
    expect(svg.getAttribute('role')).toBe('img');
    expect(svg.getAttribute('aria-label')?.length).toBeGreaterThan(20);
  }
  // The one address is the name space of SVG, which nobody fetches.
  const addresses = html.match(/https?:[^"'\s<)]*/g) ?? [];
  expect(addresses.filter((one) => !one.startsWith('http://www.w3.org/'))).toEqual([]);
  expect(html).not.toMatch(/@import|url\((?!#)|<link|<script|<iframe/);
});

test('HTML keeps what is written from right to left beside its number, and signs beside numbers', () => {
  const queries = fixture.first.queries.map((query) => ({
    ...query,
    text: `a text ${query.row}`,
    nearest: [{ row: 3, text: 'בטא', label: 'מכתב', similarity: 1 }],
  }));
  const html = reportHtml(report({ protocol, queries }, OPTIONS));
  expect(html).toContain('<bdi>“בטא”</bdi><bdi> (</bdi><bdi>מכתב</bdi><bdi>, 1.00)</bdi></td>');
  expect(html).toMatch(/<bdi>, \d+\.\d\u00a0%<\/bdi><\/td>/);
  expect(html).toMatch(/<td class="number">\d+\.\d \(\d+\.\d\u00a0to\u00a0\d+\.\d\)</);
});

test('words that no column has room for may be broken', () => {
  const text = `${'x'.repeat(40)} in_part/s <b>`;
  const queries = fixture.first.queries.map((query) => ({ ...query, text }));
  const html = reportHtml(report({ protocol, queries }, OPTIONS));
  const piece = 'x'.repeat(18);
  expect(html).toContain(`<bdi>${piece}<wbr>${piece}<wbr>xxxx in_<wbr>part/<wbr>s &lt;b&gt;</bdi>`);
});

test('HTML of hostile labels and texts has no element and no attribute of theirs', async () => {
  const { parseHTML } = await import('linkedom');
  const { document } = parseHTML(reportHtml(report(hostile(), OPTIONS)));
  const tags = new Set([...document.querySelectorAll('*')].map(({ localName }) => localName));
  for (const tag of ['script', 'img', 'base', 'iframe', 'link', 'b']) {
    expect(tags).not.toContain(tag);
  }
  for (const element of document.querySelectorAll('*')) {
    const names = [...element.attributes].map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('on'))).toEqual([]);
  }
  expect(document.querySelectorAll('head style')).toHaveLength(1);
  expect(document.body.textContent).toContain('<script>document.title = "hacked"</script>');
});

test('nothing is left of a reader who asked for no texts', () => {
  const queries = fixture.first.queries.map((query) => ({
    ...query,
    text: `secret ${query.row}`,
    nearest: [{ row: 3, text: 'secret example', label: 'a', similarity: 1 }],
  }));
  const bare = report({ protocol, queries }, { ...OPTIONS, texts: false });
  expect(JSON.stringify(bare) + reportMarkdown(bare)).not.toContain('secret');
  expect(bare.hardest[0]?.nearest).toEqual([{ row: 3, label: 'a', similarity: 1 }]);
  expect(reportMarkdown(report({ protocol, queries }, OPTIONS))).toContain('“secret example”');
});

test('a comparison says which model is better, by how much and where', () => {
  const [first, second] = [fixture.second, fixture.first].map(({ queries }, i) => ({
    protocol: { ...protocol, model: ['ANIL', 'MAML'][i] ?? '' },
    queries,
  }));
  if (first === undefined || second === undefined) throw new Error('unreachable');
  const comparison = comparePredictions(first, second, OPTIONS);
  const text = comparisonMarkdown(comparison);
  expect(text).toMatch(/^# MAML against ANIL\n/);
  expect(text).toMatch(/accuracy \+\d+\.\d ± \d+\.\d points on the same 48 queries/);
  expect(comparison.better.every(({ second: own, label }) => own === label)).toBe(true);
  expect(comparison.better.length).toBe(comparison.mcNemar.secondAlone + outOfScopeChanges());
  expect(comparisonHtml(comparison)).toContain('<h1>MAML against ANIL</h1>');

  // Queries out of scope are never answered rightly here, since nothing is refused.
  function outOfScopeChanges(): number {
    return comparison.better.filter(({ label }) => label === null).length;
  }
});

test('a model card knows the source and licence of a catalogued data set, and the limits that figures show', () => {
  const details: CardDetails = { licence: 'Apache-2.0', limits: ['English alone.'] };
  const card = modelCard(made, details);
  expect(card.data).toMatchObject({ title: 'BANKING77', licence: 'CC BY 4.0' });
  expect(card.metrics.accuracy).toEqual(made.accuracy);
  expect(card.limits.at(-1)).toBe('English alone.');
  expect(card.limits.join('\n')).toMatch(
    /single run[\s\S]*fewer than 20 queries[\s\S]*Probabilities are/,
  );
  const text = cardMarkdown(card);
  expect(text).toMatch(/## Licence\n\nApache-2\.0\n/);
  expect(text).toContain('| Licence | CC BY 4.0 |');
  expect(() => modelCard(made, { license: 'MIT' } as CardDetails)).toThrow(
    'Unknown option license',
  );
});

test('what was not made by report is refused', () => {
  const other = { format: 'another' } as unknown as Report;
  expect(() => reportMarkdown(other)).toThrow(
    "'metatorch-report' for the format of reportMarkdown",
  );
  expect(() => reportHtml(null as unknown as Report)).toThrow('an object');
});

test('signs of differences, and HTML of quotation marks', () => {
  expect(['0.5', '-0.5', '0.0', '0.05 ± 0.1', '–'].map(signed)).toEqual([
    '+0.5',
    '-0.5',
    '0.0',
    '+0.05 ± 0.1',
    '–',
  ]);
  expect(escapeHtml(`<a href="x" b='y'>&`)).toBe('&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;');
});
