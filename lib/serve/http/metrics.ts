import type { Registry as PromRegistry } from 'prom-client';
import { BATCHES, EncoderPool } from '../encoder-pool';
import type { Prediction } from '../prediction';
import type { Pool } from '../store/classifiers';
import { BoundedNames } from './bounded-names';
import { httpPackages } from './packages';

const { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } = httpPackages().prometheus;

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const TEXTS = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const MOST_CLASSIFIERS = 1000;

/** The metrics of a server, in a registry of its own. */
export class Metrics {
  readonly #registry: PromRegistry = new Registry();
  readonly #classifiers = new BoundedNames(MOST_CLASSIFIERS);
  readonly #labels = new Map<string, BoundedNames>();
  readonly #mostLabels: number;
  readonly #seconds = this.#histogram(
    'metatorch_http_request_duration_seconds',
    'Time to the answer of a request',
    ['route', 'method', 'status'],
    SECONDS,
  );
  readonly #batches = this.#histogram(
    'metatorch_batch_texts',
    'Texts that were encoded together',
    [],
    TEXTS,
  );
  readonly #hungUp = new Counter({
    name: 'metatorch_http_hung_up_total',
    help: 'Requests whose client left before the answer',
    labelNames: ['route'],
    registers: [this.#registry],
  });
  readonly #predictions = new Counter({
    name: 'metatorch_predictions_total',
    help: 'Predictions by classifier and label; a label of "" is unknown',
    labelNames: ['classifier', 'label'],
    registers: [this.#registry],
  });
  readonly #unknown = new Counter({
    name: 'metatorch_unknown_total',
    help: 'Texts of no label by classifier and reason',
    labelNames: ['classifier', 'reason'],
    registers: [this.#registry],
  });
  readonly #shareUnknown = new Gauge({
    name: 'metatorch_unknown_ratio',
    help: 'The share of texts of no label by classifier, since the start',
    labelNames: ['classifier'],
    registers: [this.#registry],
  });
  readonly #counts = new Map<string, { all: number; unknown: number }>();
  readonly #pools: () => readonly Pool[];

  /**
   * @param pools the threads that are watched
   * @param mostLabels labels of a classifier that are counted by themselves
   */
  constructor(pools: () => readonly Pool[], mostLabels: number) {
    this.#pools = pools;
    this.#mostLabels = mostLabels;
    collectDefaultMetrics({ register: this.#registry });
    this.#queueGauge('metatorch_queue_texts', 'Texts that wait for a thread', 'queued');
    this.#queueGauge(
      'metatorch_running_batches',
      'Batches, or requests of a meta-trained model, that threads work on',
      'running',
    );
    this.#queueGauge('metatorch_queue_jobs', 'Fits and edits that wait for a thread', 'jobs');
    BATCHES.subscribe(this.#onBatch);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    for (const [classifier, { all, unknown }] of this.#counts) {
      this.#shareUnknown.set({ classifier }, unknown / all);
    }
    return this.#registry.metrics();
  }

  answered(route: string, method: string, status: number, seconds: number): void {
    this.#seconds.observe({ route, method, status }, seconds);
  }

  /** A client left before its answer. */
  hungUp(route: string): void {
    this.#hungUp.inc({ route });
  }

  predicted(name: string, predictions: readonly Prediction[]): void {
    const classifier = this.#classifiers.of(name);
    const labels = this.#labels.get(classifier) ?? new BoundedNames(this.#mostLabels);
    this.#labels.set(classifier, labels);
    const counts = this.#counts.get(classifier) ?? { all: 0, unknown: 0 };
    this.#counts.set(classifier, counts);
    counts.all += predictions.length;
    for (const { labels: given, unknown } of predictions) {
      const names = given.length === 0 ? [''] : given.map((label) => labels.of(label));
      for (const label of names) this.#predictions.inc({ classifier, label });
      if (unknown === null) continue;
      counts.unknown++;
      this.#unknown.inc({ classifier, reason: unknown });
    }
  }

  close(): void {
    BATCHES.unsubscribe(this.#onBatch);
    this.#registry.clear();
  }

  readonly #onBatch = (message: unknown): void => {
    const { pool, texts } = Object(message);
    if (pool instanceof EncoderPool && this.#pools().includes(pool)) this.#batches.observe(texts);
  };

  #histogram(name: string, help: string, labelNames: readonly string[], buckets: number[]) {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.#registry] });
  }

  #queueGauge(name: string, help: string, key: keyof Pool['load']): void {
    const total = (): number => this.#pools().reduce((sum, { load }) => sum + load[key], 0);
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(total());
      },
    });
  }
}
