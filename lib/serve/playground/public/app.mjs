import { colorOf, drawMap } from './map.mjs';

const at = (id) => document.getElementById(id);
const WAIT_MS = 120;
const MOST_BARS = 8;
let labels = [];
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

/** An element with content; texts are only ever set as text. */
function element(name, content = [], attributes = {}) {
  const one = document.createElement(name);
  one.append(...[content].flat());
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
  return one;
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;

function dotOf(label) {
  const dot = element('span', [], { class: 'dot', 'aria-hidden': 'true' });
  dot.style.background = colorOf(labels.indexOf(label));
  return dot;
}

function showPrediction(text, prediction) {
  const { labels, unknown, probabilities, nearest } = prediction;
  at('verdict').textContent =
    text === ''
      ? 'Nothing typed yet.'
      : labels.length === 0
        ? `Unknown: ${unknown}`
        : labels.map((label) => `${label}, ${percent(probabilities[label])}`).join('; ');
  const best = Object.entries(probabilities)
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_BARS);
  at('bars').replaceChildren(
    ...(text === '' ? [] : best).map(([name, share]) => {
      const fill = element('i');
      fill.style.width = percent(share).replace(' ', '');
      const bar = element('div', [fill], { class: 'bar', 'aria-hidden': 'true' });
      return element('li', [
        element('span', [name]),
        bar,
        element('span', [percent(share)], { class: 'number' }),
      ]);
    }),
  );
  at('nearest').replaceChildren(
    ...(text === '' ? [] : nearest).map((one) =>
      element('li', [
        one.text,
        ' ',
        element('small', [`${one.label}, similarity ${one.similarity.toFixed(2)}`]),
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
  at('legend').replaceChildren(...labels.map((label) => element('li', [dotOf(label), label])));
  at('label-list').replaceChildren(
    ...description.labels.map(({ label, examples }) => {
      const forget = element('button', ['Forget'], {
        type: 'button',
        'aria-label': `Forget ${label}`,
      });
      forget.addEventListener('click', () => change('DELETE', { label }));
      return element('li', [element('span', [dotOf(label), `${label} (${examples})`]), forget]);
    }),
  );
  return refresh();
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
    const { classifiers } = await api('GET', '/v1/classifiers');
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
