// Watches a stream of opinions about a shop, and tells when a topic is spoken of worse than usual.
// `npm run example -- opinion-monitoring`
//
// Topics and sentiments are learned from six sentences of each topic and mood. The stream is drawn from the other
// sentences: a fifth of them is negative, until after 1,500 items nine of ten about deliveries are. The classifier takes
// some of the others for negative too, so that its usual share is higher.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '../lib';

type Mood = 'negative' | 'positive';
type Opinions = Readonly<Record<string, Readonly<Record<Mood, readonly string[]>>>>;

const MOODS = ['negative', 'positive'] as const;
const TAUGHT = 6;
const ONSET = 1500;
const EVERY_MS = 300_000;

function readOpinions(): Opinions {
  const file = readFileSync(join(__dirname, '..', 'data', 'customers', 'en.json'), 'utf8');
  return JSON.parse(file).opinions;
}

/** Numbers in [0, 1) that look random, the same in every run. */
function numbers(): () => number {
  let state = 7;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function streamOf(opinions: Opinions): serve.MonitorItem[] {
  const random = numbers();
  const oneOf = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const topics = Object.keys(opinions);
  const start = Date.UTC(2026, 4, 1);
  return Array.from({ length: 2400 }, (_, i) => {
    const topic = oneOf(topics) ?? '';
    const share = topic === 'delivery' && i >= ONSET ? 0.9 : 0.2;
    const mood = random() < share ? 'negative' : 'positive';
    const text = oneOf(opinions[topic]?.[mood].slice(TAUGHT) ?? []) ?? '';
    return { id: `post ${i}`, text, time: start + i * EVERY_MS };
  });
}

export async function main(
  print: (line: string) => void = console.log,
): Promise<serve.MonitorSummary> {
  const opinions = readOpinions();
  const taught = (topic: string, mood: Mood) => opinions[topic]?.[mood].slice(0, TAUGHT) ?? [];
  const topics = Object.keys(opinions);
  await using pool = await serve.EncoderPool.open();
  await using about = await serve.FewShotClassifier.fit(
    Object.fromEntries(
      topics.map((topic) => [topic, MOODS.flatMap((mood) => taught(topic, mood))]),
    ),
    { pool },
  );
  await using think = await serve.FewShotClassifier.fit(
    Object.fromEntries(MOODS.map((mood) => [mood, topics.flatMap((topic) => taught(topic, mood))])),
    { pool },
  );
  const folder = mkdtempSync(join(tmpdir(), 'metatorch-example-'));
  try {
    const options = { topics: about, sentiment: think, baseline: 150 };
    await using monitor = await serve.OpinionMonitor.open(folder, options);
    monitor.onAlert(({ topic, share, baseline, texts }) => {
      const [now, usual] = [share, baseline].map((one) => `${(100 * one).toFixed(0)} %`);
      print(`Alert: ${topic}, ${now} negative, usually ${usual}`);
      for (const text of texts) print(`  “${text}”`);
    });
    const stream = streamOf(opinions);
    for (let from = 0; from < stream.length; from += 250) {
      await monitor.push(stream.slice(from, from + 250));
    }
    // A stream may be sent again after a crash: what has been counted is not counted twice.
    const { duplicates } = await monitor.push(stream.slice(-50));
    await monitor.flush();
    const summary = monitor.summary();
    print(`${summary.items} items, ${duplicates} came again, ${summary.alerts.length} alert`);
    return summary;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
