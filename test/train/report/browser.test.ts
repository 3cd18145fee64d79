import type { Browser, Page } from 'playwright-core';
import { report, reportHtml } from '../../../lib/train';
import { STYLE } from '../../../lib/train/report/pages/style';
import { STRENGTHS } from '../../../lib/train/report/plots/labels';
import { launchBrowser, withBrowser } from '../../helpers/chromium';
import { fixture } from '../metrics/scored';
import { HOSTILE, hostileQueries } from './hostile';

const [name = ''] = HOSTILE;
const OPTIONS = { resamples: 20 };
const hostile = () =>
  reportHtml(
    report({ protocol: { dataset: name, model: name }, queries: hostileQueries() }, OPTIONS),
  );
const ordinary = () =>
  reportHtml(
    report({ protocol: { dataset: 'd', model: 'm' }, queries: fixture.first.queries }, OPTIONS),
  );

withBrowser('a report in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  /** The page, what it asked for, and what the browser complained of. */
  async function open(html: string, options = {}) {
    const page: Page = await browser.newPage(options);
    const asked: string[] = [];
    const errors: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => errors.push(message.text()));
    await page.setContent(html);
    return { page, asked, errors };
  }

  test.each([
    [360, 'light'],
    [800, 'dark'],
    [1600, 'light'],
  ] as const)('fits into %d pixels, and hostile texts do nothing', async (width, colorScheme) => {
    const viewport = { width, height: 900 };
    const { page, asked, errors } = await open(hostile(), { viewport, colorScheme });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    expect(await page.title()).toContain('<script>document.title = "hacked"</script>');
    expect(asked).toEqual([]);
    expect(errors).toEqual([]);
    await page.close();
  });

  /** A report of three long names, the last of letters that are twice as wide. */
  const ofLongNames = () => {
    const labels = [
      'balance_not_updated_after_cheque',
      'a label of many words',
      '卡丢失或被盗需要补办新卡的',
    ];
    const queries = Array.from({ length: 36 }, (_, row) => {
      const [label = '', predicted = ''] = [labels[row % 3], labels[(row % 5) % 3]];
      const probabilities = Object.fromEntries(labels.map((one) => [one, 1 / 3]));
      return { episode: 0, row, text: 'x'.repeat(200), label, predicted, probabilities };
    });
    return reportHtml(report({ protocol: { dataset: 'd', model: 'm' }, queries }, OPTIONS));
  };

  test.each([800, 1600])('no table is cut off at %i pixels', async (width) => {
    const { page } = await open(ofLongNames(), { viewport: { width, height: 900 } });
    const cut = await page.evaluate(
      `[...document.querySelectorAll('.table')].filter((one) => one.scrollWidth > one.clientWidth).length`,
    );
    expect(cut).toBe(0);
    await page.close();
  });

  test('what an axis is of stands beside the names, and all of them are in the picture', async () => {
    const { page } = await open(ofLongNames(), { viewport: { width: 1600, height: 900 } });
    const [label, name, picture] = await page.evaluate<number[]>(`(() => {
      const [svg] = document.querySelectorAll('#confusion svg');
      const boxes = (part) => [...svg.querySelectorAll(part)].map((one) => one.getBoundingClientRect());
      return [
        Math.max(...boxes('[aria-label="y-axis label"] text').map(({ right }) => right)),
        Math.min(...boxes('[aria-label="y-axis tick label"] text').map(({ left }) => left)),
        svg.getBoundingClientRect().left,
      ];
    })()`);
    expect(label).toBeLessThanOrEqual(name ?? 0);
    expect(picture).toBeLessThan(name ?? 0);
    await page.close();
  });

  test('prints light, without links, no figure cut in two', async () => {
    const { page } = await open(ordinary(), { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('nav').isVisible()).toBe(false);
    const style = (of: string, property: string) =>
      page.evaluate(`getComputedStyle(document.querySelector('${of}')).${property}`);
    expect(await style('body', 'backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await style('body', 'color')).toBe('rgb(0, 0, 0)');
    expect(await style('figure', 'breakInside')).toBe('avoid');
    expect(await style('section > p', 'breakAfter')).toBe('avoid');
    expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
    await page.close();
  });
});

/** Red, green and blue, from 0 to 1. */
function channels(hex: string): number[] {
  const long =
    hex.length === 4 ? [...hex].slice(1).flatMap((digit) => [digit, digit]) : [...hex].slice(1);
  return [0, 2, 4].map((i) => Number.parseInt(long.slice(i, i + 2).join(''), 16) / 255);
}

/** The relative luminance of a colour: WCAG 2.2. */
function luminance(colour: readonly number[]): number {
  const [r = 0, g = 0, b = 0] = colour.map((c) =>
    c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: readonly number[], other: readonly number[]): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

test('text has a contrast of at least 4.5 on its ground, light, dark and on paper', () => {
  const palettes = STYLE.split(':root').slice(1);
  expect(palettes).toHaveLength(3);
  for (const palette of palettes) {
    const colour = (of: string) =>
      channels(new RegExp(`--${of}: (#\\w+)`).exec(palette)?.[1] ?? '');
    for (const [ink, ground] of [
      ['ink', 'panel'],
      ['ink', 'ground'],
      ['soft', 'panel'],
      ['accent', 'panel'],
      ['accent', 'ground'],
      ['on-accent', 'accent'],
    ] as const) {
      const isLegible = contrast(colour(ink), colour(ground)) >= 4.5;
      expect([ink, ground, isLegible]).toEqual([ink, ground, true]);
    }
    // Numbers in the cells of confusions, on the panel through which the accent shines.
    const { weak, strong } = STRENGTHS;
    for (const [ink, strengths] of [
      ['ink', weak],
      ['on-accent', strong],
    ] as const) {
      for (const strength of strengths) {
        const [accent, panel] = [colour('accent'), colour('panel')];
        const cell = accent.map((c, i) => c * strength + (panel[i] ?? 0) * (1 - strength));
        const isLegible = contrast(colour(ink), cell) >= 4.5;
        expect([ink, strength, isLegible]).toEqual([ink, strength, true]);
      }
    }
  }
});
