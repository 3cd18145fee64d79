import {
  finiteNumber,
  flag,
  listOf,
  nullable,
  recordOf,
  required,
  stepCount,
  strictObject,
  string,
} from '../../check';
import { bucket, countInto } from './curve';
import { type ClassifiedItem, classifiedItem, compareItems, type MonitorChange } from './item';
import { newSurgeState, type SurgeSettings, surgeState, watchItem } from './surge-detector';

/** A surge of a topic's negative share. */
export const monitorAlert = strictObject({
  /** 1 for the first alert, 2 for the second, … */
  number: required(stepCount),
  topic: required(string),
  /** The time of the item that raised it. */
  time: required(finiteNumber),
  /** When the share probably rose. */
  since: required(finiteNumber),
  /** Items since then, and the share of them that is negative. */
  items: required(stepCount),
  share: required(finiteNumber),
  /** The share before. */
  baseline: required(finiteNumber),
  /** The statistic, which is at least the number of items from one false alarm to the next. */
  statistic: required(finiteNumber),
  /** Some of the negative texts since then, the latest last, each once. */
  texts: required(listOf(string)),
});

export type MonitorAlert = ReturnType<typeof monitorAlert>;

const recentItem = strictObject({
  time: required(finiteNumber),
  negative: required(flag),
  text: required(string),
});

const topicState = strictObject({
  items: required(stepCount),
  negative: required(stepCount),
  surge: required(surgeState),
  curve: required(listOf(bucket)),
  /** The last items, from which an alert takes its texts. */
  recent: required(listOf(recentItem)),
});

export type TopicState = ReturnType<typeof topicState>;

/** Everything that a monitor knows, as plain data. */
export const monitorState = strictObject({
  /** Items that are counted, and those of them that are of no topic. */
  items: required(stepCount),
  withoutTopic: required(stepCount),
  /** Items that came again, and items that came when their time was over; neither is counted. */
  duplicates: required(stepCount),
  late: required(stepCount),
  /** The latest time of an item. */
  latest: required(nullable(finiteNumber)),
  /** All that is not later has been counted; what comes now and is not later is late. */
  watermark: required(nullable(finiteNumber)),
  /** Items that wait, since others of an earlier time may come. */
  held: required(listOf(classifiedItem)),
  /** The ids of the last items that were counted, the oldest first. */
  ids: required(listOf(string)),
  topics: required(recordOf(topicState)),
  /** The last alerts. */
  alerts: required(listOf(monitorAlert)),
  raised: required(stepCount),
});

export type MonitorState = ReturnType<typeof monitorState>;

/** What decides how changes take effect: the same for all changes of a journal. */
export type MonitorRules = SurgeSettings & {
  /** Milliseconds for which items wait for others that were written before them. */
  lateness: number;
  /** Milliseconds of a point of the curves. */
  bucket: number;
  /** Ids that are remembered. */
  remember: number;
};

const MOST_ALERTS = 100;
const MOST_RECENT = 200;
const MOST_TEXTS = 5;

export function newMonitorState(): MonitorState {
  return {
    items: 0,
    withoutTopic: 0,
    duplicates: 0,
    late: 0,
    latest: null,
    watermark: null,
    held: [],
    ids: [],
    topics: {},
    alerts: [],
    raised: 0,
  };
}

/** The texts of the last items, each once: copies would push out what else is said. */
function lastTexts(items: readonly { text: string }[]): string[] {
  const latestFirst = new Set(items.map(({ text }) => text).reverse());
  return [...latestFirst].slice(0, MOST_TEXTS).reverse();
}

/** A state with what it looks things up by. Changes take effect one after another, the same whenever they do. */
export class MonitorFold {
  readonly state: MonitorState;
  readonly #rules: MonitorRules;
  readonly #known: Set<string>;

  constructor(state: MonitorState, rules: MonitorRules) {
    this.state = state;
    this.#rules = rules;
    this.#known = new Set([...state.ids, ...state.held.map(({ id }) => id)]);
  }

  /** Whether an item has come before, as far as that is remembered. */
  knows(id: string): boolean {
    return this.#known.has(id);
  }

  /** Takes a change, and gives the alerts that it raises. */
  apply(change: MonitorChange): MonitorAlert[] {
    const { state } = this;
    if (change.type === 'flush') return state.latest === null ? [] : this.#count(state.latest);
    for (const item of change.items) {
      if (this.#known.has(item.id)) state.duplicates++;
      else if (state.watermark !== null && item.time <= state.watermark) state.late++;
      else {
        this.#known.add(item.id);
        state.held.push(item);
        state.latest = Math.max(state.latest ?? item.time, item.time);
      }
    }
    // Items of the latest moment wait for others of it, which may come next.
    return state.latest === null ? [] : this.#count(state.latest - this.#rules.lateness - 1);
  }

  /** Counts the items that are held and not later than a time, in the order in which they were written. */
  #count(until: number): MonitorAlert[] {
    const { state } = this;
    const due = state.held.filter(({ time }) => time <= until).sort(compareItems);
    state.held = state.held.filter(({ time }) => time > until);
    state.watermark = Math.max(state.watermark ?? until, until);
    return due.flatMap((item) => this.#countItem(item) ?? []);
  }

  #countItem(item: ClassifiedItem): MonitorAlert | undefined {
    const { id, time, text, topic, negative } = item;
    const { state } = this;
    state.items++;
    state.ids.push(id);
    if (state.ids.length > this.#rules.remember) this.#known.delete(state.ids.shift() ?? '');
    if (topic === null) {
      state.withoutTopic++;
      return undefined;
    }
    const own = this.#topic(topic);
    own.items++;
    if (negative) own.negative++;
    countInto(own.curve, time, negative, this.#rules.bucket);
    own.recent.push({ time, negative, text });
    if (own.recent.length > MOST_RECENT) own.recent.shift();
    const baseline = own.surge.usual.share;
    const surge = watchItem(own.surge, item, time, this.#rules);
    if (surge === null) return undefined;
    const { since, statistic } = surge;
    const after = own.recent.filter((one) => one.time >= since);
    const bad = after.filter((one) => one.negative);
    const alert: MonitorAlert = {
      number: ++state.raised,
      topic,
      time,
      since,
      items: after.length,
      share: bad.length / after.length,
      baseline,
      statistic,
      texts: lastTexts(bad),
    };
    state.alerts.push(alert);
    if (state.alerts.length > MOST_ALERTS) state.alerts.shift();
    return alert;
  }

  #topic(name: string): TopicState {
    const { topics } = this.state;
    const found = Object.hasOwn(topics, name) ? topics[name] : undefined;
    if (found !== undefined) return found;
    const made = { items: 0, negative: 0, surge: newSurgeState(), curve: [], recent: [] };
    Object.defineProperty(topics, name, {
      value: made,
      enumerable: true,
      writable: true,
      configurable: true,
    });
    return made;
  }
}
