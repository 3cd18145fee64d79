import type { Writable } from 'node:stream';
import {
  flag,
  integerFrom,
  milliseconds,
  type OptionsOf,
  oneOf,
  optional,
  positiveInteger,
  type ReadOptions,
  withDefault,
  withMethods,
} from '../../check';
import type { Assistant } from '../assistant/assistant';
import type { OpinionMonitor } from '../monitor/opinion-monitor';
import { encoderPool } from '../setup';
import { checkTokens, type Tokens } from './access';

const limit = (value: unknown, name: string, operator: string): number =>
  integerFrom(0, value, name, operator);

export const SERVER_OPTIONS = {
  /**
   * Bearer tokens by the classifier that they open, as `{ cards: 'kept-from-others' }`; a token of `'*'` opens
   * all classifiers, new ones and the metrics. Default: everybody may do everything.
   */
  tokens: optional<Tokens>(checkTokens),
  /** Refuses all changes of classifiers. Default: false. */
  readOnly: withDefault(flag, false),
  /** The most bytes of a body. Default: 1 MiB. */
  bodyLimit: withDefault(positiveInteger, 2 ** 20),
  /** The most texts to classify in a request. Default: 256. */
  maxTexts: withDefault(positiveInteger, 256),
  /** The most characters of a text, to classify or to learn, and of the name of a label. Default: 10,000. */
  maxTextLength: withDefault(positiveInteger, 10_000),
  /** The most labels that a classifier may learn by request. Default: 1,000. */
  maxLabels: withDefault(positiveInteger, 1000),
  /** The most examples that a classifier may learn by request. Default: 10,000. */
  maxExamples: withDefault(positiveInteger, 10_000),
  /** The most changes of a classifier that may wait; more are refused by 503. Default: 100. */
  maxChanges: withDefault(positiveInteger, 100),
  /** Requests a minute that one address may make; 0 is any number. Default: 0. */
  rateLimit: withDefault(limit, 0),
  /** The most milliseconds that a request may wait for its predictions. Default: 30,000. */
  timeout: withDefault(milliseconds, 30_000),
  /** Takes the client's address from `X-Forwarded-For`, which a proxy must set. Default: false. */
  trustProxy: withDefault(flag, false),
  /** Shows the playground at `/`. Default: true. */
  playground: withDefault(flag, true),
  /** Encodes a text in each pool before the server is ready. Default: true. */
  warmUp: withDefault(flag, true),
  /** Labels of a classifier that metrics count by themselves; the rest is one. Default: 100. */
  maxLabelMetrics: withDefault(positiveInteger, 100),
  /** What is logged, as JSON lines that never hold a text. Default: `info`, a line a request. */
  log: withDefault<LogLevel>(oneOf('silent', 'error', 'warn', 'info'), 'info'),
  /** Where logs go. Default: standard output. */
  logTo: optional<Writable>(withMethods<Writable>('a writable stream', 'write')),
  /** An assistant of customers, at `/v1/assistant`; tokens of `assistant` open it. It stays the caller's. Default: none. */
  assistant: optional<Assistant>(withMethods<Assistant>('an Assistant', 'reply', 'teach')),
  /** A monitor of opinions, with a page at `/monitor`; tokens of `monitor` open it. It stays the caller's. Default: none. */
  monitor: optional<OpinionMonitor>(
    withMethods<OpinionMonitor>('an OpinionMonitor', 'push', 'summary'),
  ),
  /** Threads for classifiers that come by request. Default: threads of their own. */
  pool: optional(encoderPool),
};

export type LogLevel = 'silent' | 'error' | 'warn' | 'info';

export type ServerOptions = OptionsOf<typeof SERVER_OPTIONS>;

export type ServerSettings = ReadOptions<typeof SERVER_OPTIONS>;
