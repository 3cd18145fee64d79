import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { listOf, recordOf, required, strictObject, string } from '../../check';
import { TorchError } from '../../errors';
import { onFile, parseFileContent, readJsonFile } from '../../files/checked-file';
import { openRegular } from '../../files/regular-file';
import {
  EncoderPool,
  FewShotClassifier,
  type MonitorAlert,
  type MonitorSummary,
  OpinionMonitor,
} from '../../serve';
import { interruptible } from '../interrupt';
import { cut, screenWidth, tableLines } from '../terminal';
import { forUser } from '../user-error';
import { serveTask } from './serve-task';

export type MonitorCommandOptions = {
  folder: string;
  negative: string;
  falseAlarms: number;
  lateness: number;
  baseline: number;
  port?: number;
  host: string;
  json?: boolean;
};

const FORM = '{ topics: { label: [text, …] }, sentiment: { label: [text, …] } }';
const byLabel = recordOf(listOf(string, 1));
const examplesCheck = strictObject({ topics: required(byLabel), sentiment: required(byLabel) });
/** Items that are on their way at once: the monitor takes them together. */
const AT_ONCE = 256;

/** Watches a stream to its end, or until a signal comes; what was seen is kept. */
export function runMonitor(
  examples: string,
  stream: string | undefined,
  options: MonitorCommandOptions,
): Promise<void> {
  return forUser(async () => {
    const content = readJsonFile(examples, FORM);
    const { topics, sentiment } = parseFileContent(examples, examplesCheck, content, FORM);
    await using pool = await EncoderPool.open();
    await using about = await FewShotClassifier.fit(topics, { pool });
    await using think = await FewShotClassifier.fit(sentiment, { pool });
    await using monitor = await OpinionMonitor.open(options.folder, {
      topics: about,
      sentiment: think,
      negative: options.negative,
      itemsPerFalseAlarm: options.falseAlarms,
      baseline: options.baseline,
      lateness: options.lateness * 1000,
    });
    const say = options.json
      ? (alert: MonitorAlert) => JSON.stringify({ alert })
      : (alert: MonitorAlert) => alertLines(alert).join('\n');
    monitor.onAlert((alert) => console.log(say(alert)));
    const { port, host } = options;
    if (port === undefined || stream !== undefined) {
      await interruptible((signal) => follow(monitor, stream, signal, port === undefined));
    }
    if (port !== undefined) await serveTask({ monitor }, { host, port }, '/monitor');
    const seen = monitor.summary();
    console.log(options.json ? JSON.stringify(seen) : summaryLines(seen).join('\n'));
  });
}

async function follow(
  monitor: OpinionMonitor,
  stream: string | undefined,
  signal: AbortSignal,
  ends: boolean,
): Promise<void> {
  const input =
    stream === undefined || stream === '-'
      ? process.stdin
      : createReadStream('', { fd: onFile(stream, 'a stream', () => openRegular(stream).file) });
  const lines = createInterface({ input, crlfDelay: Infinity });
  const stop = (): void => lines.close();
  signal.addEventListener('abort', stop, { once: true });
  const pushed = new Set<Promise<unknown>>();
  let [number, failure]: [number, unknown] = [0, undefined];
  for await (const line of lines) {
    number++;
    if (line.trim() === '') continue;
    const [item, at] = [itemOf(line, number), number];
    const push = monitor
      .push([item])
      .catch((error: unknown) => {
        failure ??= inLine(error, at);
      })
      .finally(() => pushed.delete(push));
    pushed.add(push);
    if (pushed.size >= AT_ONCE) await Promise.race(pushed);
    if (failure !== undefined) break;
  }
  await Promise.all(pushed);
  signal.removeEventListener('abort', stop);
  if (failure !== undefined) throw failure;
  if (ends && !signal.aborted) await monitor.flush();
}

function itemOf(line: string, number: number): { id: string; text: string } {
  try {
    return JSON.parse(line);
  } catch {
    const message = `Expected a JSON object { id, text, time } in line ${number} of the stream`;
    throw new TorchError('ERR_TORCH_ARGUMENT', message);
  }
}

function inLine(error: unknown, number: number): unknown {
  if (!(error instanceof TypeError || error instanceof RangeError)) return error;
  const message = `Line ${number} of the stream: ${error.message}`;
  return new TorchError('ERR_TORCH_ARGUMENT', message, { cause: error });
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const timeOf = (time: number): string =>
  new Date(time).toISOString().slice(0, 16).replace('T', ' ');

function alertLines({
  number,
  topic,
  share,
  baseline,
  since,
  items,
  texts,
}: MonitorAlert): string[] {
  const rise = `${percent(share)} negative, usually ${percent(baseline)}`;
  return [
    `Alert ${number}: ${topic}, ${rise}`,
    `  since ${timeOf(since)}, in ${items} items`,
    ...texts.map((text) => `  “${cut(text, screenWidth() - 4)}”`),
  ];
}

function summaryLines({ items, withoutTopic, duplicates, late, held, topics }: MonitorSummary) {
  const rows = topics.map(({ topic, items: own, negative, baseline, status }) => [
    topic,
    String(own),
    own === 0 ? '' : percent(negative / own),
    baseline === null ? '' : percent(baseline.share),
    status,
  ]);
  return [
    '',
    ...tableLines([['topic', 'items', 'negative', 'baseline', 'status'], ...rows]),
    '',
    `${items} items, ${withoutTopic} of no topic; ${duplicates} came again, ${late} late, ${held} waiting`,
  ];
}
