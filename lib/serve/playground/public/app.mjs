import { colorOf, drawMap } from './map.mjs';
import { at, element } from './page.mjs';

const WAIT_MS = 120;
const MOST_BARS = 8;
let labels = [];
let readOnly = false;
let turn = 0;
let timer;

async function api(method, path, body) {
  const token = at('token').value;
  const response = await fetch(path, {
    method,
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: body && JSON.stringify(body),
  });
  const answer = response.status === 204 ? null : await response.json();
  if (response.ok) return answer;
  if (response.status === 401) at('token-row').hidden = false;
  throw new Error(answer.message);
}

/** `1 example`, `2 examples`. */
function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;

/** A text in its own direction of writing. */
const own = (text) => element('bdi', [text]);

function dotOf(label) {
  const dot = element('span', [], { class: 'dot', 'aria-hidden': 'true' });
  dot.style.background = colorOf(labels.indexOf(label));
  return dot;
}

function showPrediction(text, prediction) {
  const { labels, unknown, probabilities, nearest } = prediction;
  at('verdict').replaceChildren(
    ...(text === ''
      ? ['Nothing typed yet.']
      : labels.length === 0
        ? [`Unknown: ${unknown}`]
        : labels.flatMap((label, i) => [
            i === 0 ? '' : '; ',
            own(label),
            `, ${percent(probabilities[label])}`,
          ])),
  );
  const best = Object.entries(probabilities)
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_BARS);
  at('bars').replaceChildren(
    ...(text === '' ? [] : best).map(([name, share]) => {
      const fill = element('i');
      fill.style.width = percent(share).replace(' ', '');
      const bar = element('div', [fill], { class: 'bar', 'aria-hidden': 'true' });
      return element('li', [
        element('span', [own(name)]),
        bar,
        element('span', [percent(share)], { class: 'number' }),
      ]);
    }),
  );
  at('nearest').replaceChildren(
    ...(text === '' ? [] : nearest).map((one) =>
      element('li', [
        own(one.text),
        ' ',
        element('small', [own(one.label), `, similarity ${one.similarity.toFixed(2)}`]),
      ]),
    ),
  );
}

async function refresh() {
  const mine = ++turn;
  const classifier = at('classifier').value;
  const text = at('text').value;
  if (classifier === '') return;
  try {
    const [{ predictions }, map] = await Promise.all([
      api('POST', '/v1/classify', { classifier, text }),
      api('POST', '/v1/map', text === '' ? { classifier } : { classifier, text }),
    ]);
    if (mine !== turn) return;
    showPrediction(text, predictions[0]);
    drawMap(at('map'), map, labels);
  } catch (error) {
    if (mine === turn) at('verdict').textContent = error.message;
  }
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(refresh, WAIT_MS);
}

function showClassifier(description) {
  labels = description.labels.map(({ label }) => label);
  const accuracy = description.heldOutAccuracy;
  at('facts').textContent =
    `${counted(description.examples, 'example')}, head ${description.head}` +
    (accuracy === null ? '' : `, ${percent(accuracy)} right on held-out examples`);
  at('labels').replaceChildren(...labels.map((label) => element('option', [], { value: label })));
  at('legend').replaceChildren(...labels.map((label) => element('li', [dotOf(label), own(label)])));
  at('label-list').replaceChildren(
    ...description.labels.map(({ label, examples }, i) => {
      const name = element('span', [own(label), ` (${examples})`]);
      return element('li', [dotOf(label), name, ...(readOnly ? [] : [forgetButton(label, i)])]);
    }),
  );
  for (const list of [at('legend'), at('label-list')]) moveByKeys(list);
  return refresh();
}

/** Lets keys move a list that is longer than its place. */
function moveByKeys(list) {
  if (list.scrollHeight > list.clientHeight) list.tabIndex = 0;
  else list.removeAttribute('tabindex');
}

/** Forgets the label of a row; then the row that takes its place has the focus. */
function forgetButton(label, row) {
  const forget = element('button', ['Forget'], { type: 'button', 'aria-label': `Forget ${label}` });
  forget.addEventListener('click', async () => {
    await change('DELETE', { label });
    const buttons = at('label-list').querySelectorAll('button');
    buttons[Math.min(row, buttons.length - 1)]?.focus();
  });
  return forget;
}

async function change(method, body) {
  try {
    const changed = await api(method, '/v1/labels', {
      classifier: at('classifier').value,
      ...body,
    });
    at('taught').textContent =
      `Done: ${counted(changed.examples, 'example')} of ${counted(changed.labels.length, 'label')}.`;
    await showClassifier(changed);
    return true;
  } catch (error) {
    at('taught').textContent = error.message;
    return false;
  }
}

async function teach(event) {
  event.preventDefault();
  const texts = at('examples')
    .value.split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const label = at('label').value.trim();
  if (await change('POST', { examples: { [label]: texts } })) at('examples').value = '';
}

async function choose() {
  const name = at('classifier').value;
  if (name === '') return;
  await showClassifier(await api('GET', `/v1/classifiers/${encodeURIComponent(name)}`));
}

async function start() {
  try {
    const { classifiers, readOnly: keepsNothing } = await api('GET', '/v1/classifiers');
    readOnly = keepsNothing;
    at('teach-section').hidden = readOnly;
    at('labels-section').classList.toggle('wide', readOnly);
    at('read-only').hidden = !readOnly;
    at('classifier').replaceChildren(...classifiers.map(({ name }) => element('option', [name])));
    await choose();
    document.body.dataset.ready = 'true';
  } catch (error) {
    at('verdict').textContent = error.message;
  }
}

at('text').addEventListener('input', later);
at('classifier').addEventListener('change', choose);
at('token').addEventListener('change', start);
at('teach').addEventListener('submit', teach);
at('examples').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) at('teach').requestSubmit();
});
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target.closest('input, textarea, select')) return;
  event.preventDefault();
  at('text').focus();
});
start();
