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

/** What is used of a meter of `@opentelemetry/api` 1.9 and later. */
export interface Meter {
  createGauge(
    name: string,
    options?: { description?: string; unit?: string },
  ): { record(value: number, attributes?: Attributes): void };
  createCounter(
    name: string,
    options?: { description?: string; unit?: string },
  ): { add(value: number, attributes?: Attributes): void };
}

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
  const { meter, attributes } = readOptions(OPTIONS, options, 'openTelemetryLogger');
  const loss = meter.createGauge('metatorch.loss', { description: 'Mean query loss' });
  const accuracy = meter.createGauge('metatorch.accuracy', { description: 'Mean query accuracy' });
  const steps = meter.createCounter('metatorch.steps', { unit: '{step}' });
  const episodes = meter.createCounter('metatorch.episodes', { unit: '{episode}' });
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
