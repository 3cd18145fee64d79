import { openTelemetryLogger } from '../../../lib/train';

/** A meter that keeps what it is told. */
function recordingMeter() {
  const told: unknown[] = [];
  const tell = (name: string) => (value: number, attributes?: object) => {
    told.push([name, value, attributes]);
  };
  const meter = {
    createGauge: (name: string) => ({ record: tell(name) }),
    createCounter: (name: string) => ({ add: tell(name) }),
  };
  return { meter, told };
}

test('tells a meter losses, accuracies, steps and episodes', () => {
  const { meter, told } = recordingMeter();
  const logger = openTelemetryLogger({ meter, attributes: { run: 'a' } });
  logger.step?.({ step: 1, steps: 2, episodes: 8, loss: 1.5, accuracy: 0.25 });
  logger.evaluation?.(1, { loss: { mean: 0.5, halfWidth: 0.1, count: 4 } });
  expect(told).toEqual([
    ['metatorch.loss', 1.5, { run: 'a', part: 'train' }],
    ['metatorch.accuracy', 0.25, { run: 'a', part: 'train' }],
    ['metatorch.steps', 1, { run: 'a' }],
    ['metatorch.episodes', 8, { run: 'a' }],
    ['metatorch.loss', 0.5, { run: 'a', part: 'validation' }],
  ]);
});

test('refuses what is not a meter', () => {
  expect(() => openTelemetryLogger({ meter: {} } as never)).toThrow(
    'Expected a meter { createGauge, createCounter } for meter of openTelemetryLogger',
  );
  const { meter } = recordingMeter();
  expect(() => openTelemetryLogger({ meter, attributes: { run: 1 } } as never)).toThrow(
    'Expected a string for attributes.run of openTelemetryLogger',
  );
});

test('refuses a meter whose instruments are none', () => {
  const { meter } = recordingMeter();
  // @ts-expect-error It makes nothing.
  expect(() => openTelemetryLogger({ meter: { ...meter, createGauge: () => undefined } })).toThrow(
    'a gauge { record } for createGauge of the meter of openTelemetryLogger',
  );
  // @ts-expect-error It makes what cannot add.
  expect(() => openTelemetryLogger({ meter: { ...meter, createCounter: () => ({}) } })).toThrow(
    'a counter { add } for createCounter of the meter of openTelemetryLogger',
  );
});
