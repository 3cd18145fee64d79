import {
  type OptionsOf,
  readOptions,
  recordOf,
  required,
  string,
  withDefault,
  withMethods,
} from '../../check';
import type { Logger } from '../callbacks/callback';

type Attributes = Readonly<Record<string, string>>;

type Gauge = { record(value: number, attributes?: Attributes): void };
type Counter = { add(value: number, attributes?: Attributes): void };

/** What is used of a meter of `@opentelemetry/api` 1.9 and later. */
export interface Meter {
  createGauge(name: string, options?: { description?: string; unit?: string }): Gauge;
  createCounter(name: string, options?: { description?: string; unit?: string }): Counter;
}

const OPERATOR = 'openTelemetryLogger';

const isGauge = withMethods<Gauge>('a gauge', 'record');
const isCounter = withMethods<Counter>('a counter', 'add');

const OPTIONS = {
  /** For example `metrics.getMeter('training')` of `@opentelemetry/api`, which brings where it exports to. */
  meter: required<Meter>(withMethods<Meter>('a meter', 'createGauge', 'createCounter')),
  /** Tell this run from others. */
  attributes: withDefault<Attributes>(recordOf(string), {}),
};

export type OpenTelemetryOptions = OptionsOf<typeof OPTIONS>;

/**
 * Tells a meter of OpenTelemetry the loss and accuracy of steps and evaluations as gauges, with the attribute `part`
 * of `train` or `validation`, and counts steps and episodes. The meter is the caller's: no package is loaded.
 *
 * @throws ArgumentTypeError for an option that is unknown or of another kind
 */
export function openTelemetryLogger(options: OpenTelemetryOptions): Logger {
  const { meter, attributes } = readOptions(OPTIONS, options, OPERATOR);
  const gauge = (name: string, description: string): Gauge =>
    isGauge(meter.createGauge(name, { description }), 'createGauge of the meter', OPERATOR);
  const counter = (name: string, unit: string): Counter =>
    isCounter(meter.createCounter(name, { unit }), 'createCounter of the meter', OPERATOR);
  const loss = gauge('metatorch.loss', 'Mean query loss');
  const accuracy = gauge('metatorch.accuracy', 'Mean query accuracy');
  const steps = counter('metatorch.steps', '{step}');
  const episodes = counter('metatorch.episodes', '{episode}');
  const record = (part: string, means: { loss: number; accuracy?: number | undefined }) => {
    loss.record(means.loss, { ...attributes, part });
    if (means.accuracy !== undefined) accuracy.record(means.accuracy, { ...attributes, part });
  };
  return {
    step: (report) => {
      record('train', report);
      steps.add(1, attributes);
      episodes.add(report.episodes, attributes);
    },
    evaluation: (_, evaluation) => {
      record('validation', {
        loss: evaluation.loss.mean,
        accuracy: evaluation.accuracy?.mean,
      });
    },
  };
}
