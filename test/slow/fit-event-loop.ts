// Trains in a thread, and watches the event loop of the process that does: the delay of its timers has to stay under
// 10 ms at the 99th percentile.
//
//     npm run soak:fit -- [--seconds 30] [--learner prototypical] [--json]
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { printTable } from '../../bench/support/report';
import { text, train } from '../../dist';

const MOST_DELAY_MS = 10;

async function main(): Promise<void> {
  const string = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { seconds: string, learner: string, json: { type: 'boolean' } },
  });
  const seconds = Number(values.seconds ?? '30');
  const stopping = new AbortController();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const { model, runs } = await train.fitInWorker(
    text.loadIntents(),
    {
      learner: values.learner === 'prototypical' ? 'prototypical' : 'maml',
      encoder: { kind: 'cnn' },
      steps: 1_000_000,
      evaluation: { validation: 20, test: 20, shots: 5 },
    },
    {
      signal: stopping.signal,
      logger: {
        start: () => {
          delay.enable();
          setTimeout(() => {
            delay.disable();
            stopping.abort(new Error('the time is up'));
          }, seconds * 1000);
        },
      },
    },
  );
  model.dispose();
  const p99 = delay.percentile(99) / 1e6;
  const steps = runs[0]?.steps ?? 0;
  const name = `event loop delay p99, ${steps} steps beside it`;
  const row = { case: name, ours: p99, peer: 'at most', theirs: MOST_DELAY_MS };
  printTable('fit-event-loop', [row], 'ms');
  if (p99 >= MOST_DELAY_MS || steps === 0) process.exitCode = 1;
}

void main();
