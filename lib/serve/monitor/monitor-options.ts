import {
  integerFrom,
  notNegative,
  numberWhere,
  type OptionsOf,
  positiveFinite,
  positiveInteger,
  readOptions,
  required,
  string,
  withDefault,
} from '../../check';
import { outOfRange } from '../../errors';
import { type ItemClassifier, itemClassifier } from './classify-items';

export const OPERATOR = 'OpinionMonitor.open';

const falseAlarms = (value: unknown, name: string, operator: string): number =>
  numberWhere((x) => x >= 100 && x <= 1e9, 'a number from 100 to 1e9', value, name, operator);

const OPTIONS = {
  /** Says what a text is about. */
  topics: required<ItemClassifier>(itemClassifier),
  /** Says what a text thinks of it. */
  sentiment: required<ItemClassifier>(itemClassifier),
  /** The label of `sentiment` whose share is watched. Default: `negative`. */
  negative: withDefault(string, 'negative'),
  /** Items of a topic from one false alarm to the next, on average at least. Default: 10,000. */
  itemsPerFalseAlarm: withDefault(falseAlarms, 10_000),
  /** Items of a topic that its baseline is learned from before it is watched. Default: 200. */
  baseline: withDefault(
    (value: unknown, name: string, operator: string) =>
      integerFrom(50, value, name, operator, 1000),
    200,
  ),
  /** Milliseconds for which an item waits for others that were written before it. Default: 0. */
  lateness: withDefault(notNegative, 0),
  /** Milliseconds of a point of the curves. Default: an hour. */
  bucket: withDefault(positiveFinite, 3_600_000),
  /** Ids by which items that come again are known, of the last ones that were counted. Default: 10,000. */
  remember: withDefault(positiveInteger, 10_000),
  /** Items that may wait to be classified. Default: 10,000. */
  maxQueue: withDefault(positiveInteger, 10_000),
};

export type MonitorOptions = OptionsOf<typeof OPTIONS>;

/** Options with their defaults. @throws ArgumentTypeError or ArgumentRangeError for wrong options */
export function readSettings(options: MonitorOptions) {
  const settings = readOptions(OPTIONS, options, OPERATOR);
  const { sentiment, negative } = settings;
  if (sentiment.labels.includes(negative)) return settings;
  const expected = `a label of sentiment, ${sentiment.labels.join(' or ')},`;
  throw outOfRange(expected, `negative of ${OPERATOR}`, negative, OPERATOR);
}
