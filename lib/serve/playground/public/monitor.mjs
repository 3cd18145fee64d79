import { drawCurve, timeOf } from './curve.mjs';
import { at, element } from './page.mjs';

const EVERY_MS = 2000;
const percent = (share) => `${(100 * share).toFixed(0)} %`;

async function summary() {
  const token = at('token').value;
  const response = await fetch('/v1/monitor', {
    headers: token ? { authorization: `Bearer ${token}` } : {},
  });
  const answer = await response.json();
  if (response.ok) return answer;
  if (response.status === 401) at('token-row').hidden = false;
  throw new Error(answer.message);
}

function alertItem({ number, topic, time, since, items, share, baseline, texts }) {
  return element('li', [
    element('strong', [
      `${number}. `,
      element('bdi', [topic]),
      `: ${percent(share)} negative, usually ${percent(baseline)}`,
    ]),
    ' ',
    element('small', [`since ${timeOf(since)}, ${items} items, raised ${timeOf(time)}`]),
    element(
      'ul',
      texts.map((text) => element('li', [element('bdi', [text])])),
      { class: 'quotes' },
    ),
  ]);
}

function topicCard(topic, alerts) {
  const { items, negative, status, baseline } = topic;
  const share = items === 0 ? 'no items' : `${percent(negative / items)} of ${items} negative`;
  const usual = baseline === null ? '' : `, baseline ${percent(baseline.share)}`;
  const own = alerts.filter((alert) => alert.topic === topic.topic);
  const card = element('section', [
    element('h2', [
      element('bdi', [topic.topic]),
      ' ',
      element('span', [status], { class: `status ${status}` }),
    ]),
    element('p', [`${share}${usual}`], { class: 'soft' }),
  ]);
  card.append(drawCurve(topic, own));
  return card;
}

function show({ items, late, duplicates, held, watermark, topics, alerts }) {
  const until = watermark === null ? '' : `, until ${timeOf(watermark)}`;
  at('facts').textContent =
    `${items} items${until}; ${held} waiting, ${duplicates} again, ${late} late`;
  const none = element('li', ['None. A topic is watched once its baseline is known.']);
  at('alerts').replaceChildren(...(alerts.length === 0 ? [none] : alerts.map(alertItem)));
  at('topics').replaceChildren(...topics.map((topic) => topicCard(topic, alerts)));
}

async function refresh() {
  try {
    show(await summary());
    document.body.dataset.ready = 'true';
  } catch (error) {
    at('facts').textContent = error.message;
  }
}

async function follow() {
  await refresh();
  setTimeout(follow, EVERY_MS);
}

at('token').addEventListener('change', refresh);
follow();
