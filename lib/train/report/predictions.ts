import { gzipSync } from 'node:zlib';
import { type Check, flag, readOptions, required, string, withDefault } from '../../check';
import { outOfRange } from '../../errors';
import { packageVersion } from '../../package-version';
import { quoted, type Refuse, refusalsOf } from '../../text/datasets/readers/data-file-error';
import { textLines } from '../../text/datasets/readers/text-lines';
import { replaceFile } from '../../torch/files/replace-file';
import { iterable } from './iterable';
import {
  FORMAT,
  type PredictionHeader,
  type Protocol,
  predictionHeader,
  protocol as protocolOf,
  type QueryPrediction,
  queriesOfEnd,
  queryPrediction,
  VERSION,
} from './query-prediction';

export type {
  NearestExample,
  PredictionHeader,
  Protocol,
  QueryPrediction,
} from './query-prediction';

const CHUNK = 2 ** 18;
/** Characters of a line: thousands of labels, and a long text. */
const LONGEST_LINE = 2 ** 24;
const WHAT = `predictions of format '${FORMAT}', version ${VERSION}`;

/** What was asked and what was answered. */
export type Predictions = {
  readonly protocol: Protocol;
  readonly queries: Iterable<QueryPrediction>;
};

/** What a file of predictions holds. */
export type LoadedPredictions = {
  readonly header: PredictionHeader;
  readonly protocol: Protocol;
  readonly queries: readonly QueryPrediction[];
};

/** How predictions are written. */
export type WritePredictionsOptions = {
  /**
   * Whether the texts of queries and examples are written. Without them nobody can read in the file what was
   * asked; what is left are rows, labels and lengths. Default: true.
   */
  readonly texts?: boolean;
};

const PREDICTIONS = { protocol: required(protocolOf), queries: required<unknown>(iterable) };
const WRITE_OPTIONS = { texts: withDefault(flag, true) };

/**
 * Writes the answers to all queries of an evaluation: a header, a line of JSON for each query, and a last line
 * that says how many there are. The file is packed by gzip if its name ends in `.gz`. It is written whole or not
 * at all, and a query at a time, so that `queries` may be a generator that makes them.
 *
 *     writePredictions('predictions.jsonl', { protocol: { dataset: 'banking77', model: 'MAML' }, queries });
 *
 * @throws TorchError `ERR_TORCH_FILE` if it cannot be written; ArgumentTypeError or ArgumentRangeError that says
 *   which query is wrong and why; what `queries` throws
 */
export function writePredictions(
  path: string,
  predictions: Predictions,
  options: WritePredictionsOptions = {},
): void {
  const operator = 'writePredictions';
  string(path, 'path', operator);
  const { protocol, queries } = readOptions(PREDICTIONS, predictions, operator);
  const { texts } = readOptions(WRITE_OPTIONS, options, operator);
  const header: PredictionHeader = {
    format: FORMAT,
    version: VERSION,
    metatorch: packageVersion(),
    protocol,
    texts,
  };
  const chunks = inChunks(lines(header, queries));
  replaceFile(path, path.endsWith('.gz') ? packed(chunks) : chunks);
}

function* lines(header: PredictionHeader, queries: Iterable<unknown>): Generator<string> {
  yield JSON.stringify(header);
  let count = 0;
  for (const value of queries) {
    const query = queryPrediction(value, `queries[${count}]`, 'writePredictions');
    yield JSON.stringify(header.texts ? query : withoutTexts(query));
    count++;
  }
  if (count === 0) throw outOfRange('at least one query', 'queries', [], 'writePredictions');
  yield JSON.stringify({ end: { queries: count } });
}

function withoutTexts({ text, nearest, ...query }: QueryPrediction): QueryPrediction {
  return {
    ...query,
    ...(text !== undefined && { characters: [...text].length }),
    ...(nearest && { nearest: nearest.map(({ text: _, ...example }) => example) }),
  };
}

function* inChunks(all: Iterable<string>): Generator<Buffer> {
  let part: string[] = [];
  let size = 0;
  for (const line of all) {
    part.push(line, '\n');
    size += line.length + 1;
    if (size < CHUNK) continue;
    yield Buffer.from(part.join(''));
    [part, size] = [[], 0];
  }
  yield Buffer.from(part.join(''));
}

/** Each chunk as a member of its own, which one after the other are a gzip file: RFC 1952, 2.2. */
function* packed(chunks: Iterable<Buffer>): Generator<Buffer> {
  for (const chunk of chunks) yield gzipSync(chunk);
}

/** A file of predictions whose header has been read. */
export type OpenPredictions = {
  readonly header: PredictionHeader;
  /** The queries, read and checked one after the other. */
  readonly queries: AsyncIterableIterator<QueryPrediction>;
};

/**
 * Opens what `writePredictions` wrote, packed or not. The queries are read as they are asked for, so that a file
 * may be larger than memory; one that ends too early is refused at its end.
 *
 *     const { header, queries } = await openPredictions('predictions.jsonl');
 *     for await (const { label, predicted } of queries) …
 *
 * @throws DataFileError (`ERR_TORCH_FILE`) that names file and line, if it cannot be read or is not what
 *   `writePredictions` writes; `queries` throws the same
 */
export async function openPredictions(path: string): Promise<OpenPredictions> {
  string(path, 'path', 'openPredictions');
  return opened(textLines(path, LONGEST_LINE), refusalsOf(path));
}

async function opened(
  all: AsyncGenerator<{ text: string; line: number }>,
  refuse: Refuse,
): Promise<OpenPredictions> {
  const first = await all.next();
  if (first.done) return refuse({}, WHAT, 'an empty file');
  const { text, line } = first.value;
  try {
    const header = checked(predictionHeader, parsed(text, line, refuse), 'header', line, refuse);
    return { header, queries: queriesOf(all, refuse) };
  } catch (error) {
    await all.return(undefined);
    throw error;
  }
}

/**
 * The whole of a file of predictions, as `report` takes it; see `openPredictions`.
 *
 * @throws DataFileError (`ERR_TORCH_FILE`) that names file and line
 */
export async function loadPredictions(path: string): Promise<LoadedPredictions> {
  return loaded(await openPredictions(string(path, 'path', 'loadPredictions')));
}

/**
 * The same from bytes that come from elsewhere, for example standard input, not packed.
 *
 * @param name what they are called, for errors
 */
export async function readPredictions(
  bytes: AsyncIterable<Buffer>,
  name: string,
): Promise<LoadedPredictions> {
  return loaded(await opened(textLines(name, LONGEST_LINE, { bytes }), refusalsOf(name)));
}

async function loaded({ header, queries }: OpenPredictions): Promise<LoadedPredictions> {
  const list: QueryPrediction[] = [];
  for await (const query of queries) list.push(query);
  return { header, protocol: header.protocol, queries: list };
}

async function* queriesOf(
  all: AsyncIterable<{ text: string; line: number }>,
  refuse: Refuse,
): AsyncGenerator<QueryPrediction> {
  let count = 0;
  let end: number | undefined;
  let last = 1;
  for await (const { text, line } of all) {
    last = line;
    if (end !== undefined) refuse({ line }, 'the end of the file', quoted(text));
    const value = parsed(text, line, refuse);
    end = checked(queriesOfEnd, value, 'end', line, refuse);
    if (end !== undefined) continue;
    yield checked(queryPrediction, value, 'query', line, refuse);
    count++;
  }
  const expected = 'a last line with the number of queries';
  if (end === undefined) refuse({ line: last }, expected, 'the end of a file that was cut off');
  if (end === 0) refuse({ line: last }, 'at least one query', 'none');
  if (end !== count) refuse({ line: last }, `${end} queries, as the last line says`, String(count));
}

function parsed(text: string, line: number, refuse: Refuse): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    return refuse({ line }, 'JSON', text === '' ? 'an empty line' : quoted(text), cause);
  }
}

function checked<T>(
  check: Check<T>,
  value: unknown,
  what: string,
  line: number,
  refuse: Refuse,
): T {
  try {
    return check(value, what, 'the line');
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    return refuse({ line }, WHAT, `another ${what}: ${found}`, cause);
  }
}
