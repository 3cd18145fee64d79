import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Browser, Page } from 'playwright-core';
import { createServer, FewShotClassifier, OpinionMonitor } from '../../../lib/serve';
import { launchBrowser, withBrowser } from '../../helpers/chromium';
import { temporaryFolder } from '../../helpers/folders';
import { sharedPool, twoClassifiers } from '../../helpers/served';

withBrowser('the playground', () => {
  const pool = sharedPool();
  const two = twoClassifiers(pool);
  const folder = temporaryFolder();
  let browser: Browser;
  let server: FastifyInstance;
  let address: string;
  let errors: string[];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    server = createServer({ ...two() }, { log: 'silent' });
    address = await server.listen({ port: 0, host: '127.0.0.1' });
    errors = [];
  });
  afterEach(() => server.close());

  async function open(options = {}, at = address): Promise<Page> {
    const page = await browser.newPage(options);
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(at);
    await page.locator('body[data-ready]').waitFor();
    return page;
  }

  /** Saves a picture where one is asked for, to be looked at. */
  async function picture(page: Page, name: string): Promise<void> {
    const folder = process.env.PLAYGROUND_PICTURES;
    if (folder !== undefined)
      await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  }

  test('shows a prediction with its reasons while one types, by keyboard alone', async () => {
    const page = await open();
    await page.keyboard.press('/');
    await page.keyboard.type('where is my card');
    await page.getByText(/^card_lost, \d/).waitFor();
    expect(await page.locator('#bars li').count()).toBe(2);
    await page.locator('#nearest li').first().waitFor();
    expect(await page.locator('#nearest li').first().textContent()).toMatch(
      /card.* similarity 0\./,
    );
    await page.locator('#map .here').waitFor();
    expect(await page.locator('#map circle').count()).toBe(5);
    await picture(page, 'light');
    expect(errors).toEqual([]);
    await page.close();
  });

  test('teaches a label, which counts at once, and shows texts as texts', async () => {
    const page = await open({ colorScheme: 'dark' });
    await page.getByLabel('Label', { exact: true }).fill('<b>weather</b>');
    await page.getByLabel('Examples, one a line').fill('will it rain tomorrow\nit is sunny');
    await page.keyboard.press('Control+Enter');
    await page.getByText('Done: 6 examples of 3 labels.').waitFor();
    await page.locator('#text').fill('rain tomorrow');
    await page.getByText(/^<b>weather<\/b>, \d/).waitFor();
    await picture(page, 'dark');
    await page.getByRole('button', { name: 'Forget <b>weather</b>' }).click();
    await page.getByText('Done: 4 examples of 2 labels.').waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });

  test('fits into 360 pixels, and every control has a name', async () => {
    const page = await open({ viewport: { width: 360, height: 740 } });
    await page.locator('#text').fill('where is my card');
    await page.getByText(/^card_lost, \d/).waitFor();
    await picture(page, 'narrow');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    const nameless = await page.evaluate(
      `[...document.querySelectorAll('input, select, textarea')].filter((one) => one.labels.length === 0).length`,
    );
    expect(nameless).toBe(0);
    await page.close();
  });

  test('a read-only server offers neither to teach nor to forget', async () => {
    const readOnly = createServer({ ...two() }, { log: 'silent', readOnly: true });
    const page = await open({}, await readOnly.listen({ port: 0, host: '127.0.0.1' }));
    await page.getByText('This server keeps no changes').waitFor();
    expect(await page.locator('#label-list li').count()).toBe(2);
    expect(await page.locator('button:visible, form:visible').count()).toBe(0);
    await readOnly.close();
    await page.close();
  });

  test('the row after a forgotten label has the focus', async () => {
    const page = await open();
    await page.getByLabel('Label', { exact: true }).fill('weather');
    await page.getByLabel('Examples, one a line').fill('will it rain tomorrow\nit is sunny');
    await page.keyboard.press('Control+Enter');
    const last = page.getByRole('button', { name: 'Forget weather' });
    await last.focus();
    await page.keyboard.press('Enter');
    await page.getByText('Done: 4 examples of 2 labels.').waitFor();
    await page.locator('#label-list li:last-child button:focus').waitFor();
    await page.close();
  });

  test.each([
    [360, 1],
    [1600, 2],
  ])('of many and long labels nothing leaves %i pixels, in columns: %i', async (width, columns) => {
    const long = 'a_label_without_any_space_in_it_that_goes_on_and_on_and_on_and_on';
    const examples = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [i === 0 ? long : `label_${i}`, [`topic ${i}`]]),
    );
    const classifier = await FewShotClassifier.fit(
      { ...examples, بطاقة: ['my card'] },
      { pool: pool(), head: 'class-mean' },
    );
    const many = createServer({ many: classifier }, { log: 'silent' });
    const at = await many.listen({ port: 0, host: '127.0.0.1' });
    const page = await open({ viewport: { width, height: 900 } }, at);
    await page.locator('#text').fill('my card');
    await page.getByText(/^بطاقة, \d/).waitFor();
    const measured = await page.evaluate(
      `[document.documentElement.scrollWidth, document.documentElement.scrollHeight,
        new Set([...document.querySelectorAll('section')].map((one) => one.getBoundingClientRect().x)).size]`,
    );
    expect(measured).toEqual([width, expect.any(Number), columns]);
    expect(Object(measured)[1]).toBeLessThan(2600);
    await many.close();
    await classifier.close();
    await page.close();
  });

  test('the page of a monitor keeps long names of topics within 360 pixels', async () => {
    const { cards, loans } = two();
    await cards.renameLabel('card_lost', `topic_${'on_and_'.repeat(12)}on`);
    const options = { topics: cards, sentiment: loans, negative: 'rate' };
    const monitor = await OpinionMonitor.open(join(folder(), 'monitor'), options);
    const watching = createServer({}, { monitor, pool: pool(), log: 'silent' });
    const at = await watching.listen({ port: 0, host: '127.0.0.1' });
    const page = await open({ viewport: { width: 360, height: 740 } }, `${at}/monitor`);
    await page.getByRole('heading', { name: /^topic_on/ }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await watching.close();
    await monitor.close();
    await page.close();
  });

  test('the page of the API has every route', async () => {
    const page = await browser.newPage();
    await page.goto(`${address}/docs`);
    await page.getByText('POST /v1/classify').waitFor();
    expect(await page.locator('article').count()).toBe(9);
    await page.close();
  });
});
