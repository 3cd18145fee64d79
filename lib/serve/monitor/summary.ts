import type { Bucket } from './curve';
import type { MonitorAlert, MonitorState, TopicState } from './monitor-state';
import { isWatched, type SurgeSettings, surgeMean, surgeStatistic } from './surge-detector';

/** What is known of a topic. */
export type TopicSummary = {
  readonly topic: string;
  readonly items: number;
  readonly negative: number;
  /** `learning` its baseline, `watching`, or `surging` from an alert until the share has settled. */
  readonly status: 'learning' | 'watching' | 'surging';
  /** The usual share of negative items, and the usual probability of «negative»; null while learning. */
  readonly baseline: { readonly share: number; readonly score: number } | null;
  /** The evidence of a surge; an alert is raised at `threshold`. */
  readonly statistic: number;
  readonly curve: readonly Bucket[];
};

/** What a monitor has seen. */
export type MonitorSummary = {
  readonly items: number;
  readonly withoutTopic: number;
  readonly duplicates: number;
  readonly late: number;
  /** Items that wait for others that were written before them. */
  readonly held: number;
  /** In milliseconds since 1970: what was written until then has been counted. */
  readonly watermark: number | null;
  readonly threshold: number;
  readonly topics: readonly TopicSummary[];
  /** The last 100, the latest first. */
  readonly alerts: readonly MonitorAlert[];
};

/** A copy of a state, as people want to see it: topics in the order of their labels, then those that are gone. */
export function summaryOf(
  state: MonitorState,
  labels: readonly string[],
  settings: SurgeSettings,
): MonitorSummary {
  const { items, withoutTopic, duplicates, late, watermark, topics } = state;
  const names = new Set([...labels, ...Object.keys(topics)]);
  return structuredClone({
    items,
    withoutTopic,
    duplicates,
    late,
    held: state.held.length,
    watermark,
    threshold: settings.itemsPerFalseAlarm,
    topics: [...names].map((name) => topicSummary(name, ownTopic(topics, name), settings)),
    alerts: state.alerts.toReversed(),
  });
}

function ownTopic(
  topics: Readonly<Record<string, TopicState>>,
  name: string,
): TopicState | undefined {
  return Object.hasOwn(topics, name) ? topics[name] : undefined;
}

function topicSummary(
  topic: string,
  state: TopicState | undefined,
  settings: SurgeSettings,
): TopicSummary {
  if (state === undefined) {
    const nothing = { items: 0, negative: 0, baseline: null, statistic: 0, curve: [] };
    return { topic, status: 'learning', ...nothing };
  }
  const { items, negative, surge, curve } = state;
  const { usual } = surge;
  const watched = isWatched(surge, settings);
  return {
    topic,
    items,
    negative,
    status: surge.surge !== null ? 'surging' : watched ? 'watching' : 'learning',
    baseline: watched ? { share: usual.share, score: surgeMean(usual) } : null,
    statistic: surgeStatistic(surge),
    curve,
  };
}
