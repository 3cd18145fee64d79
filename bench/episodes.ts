// Episodes a second of CPU time, 5-way 5-shot with 15 queries of each class, as texts and as numbers of rows.
// The goal is 50,000 as numbers. There is no peer to compare with: the figures are of one machine.
//
//     npm run bench:episodes -- [--json]
import { datasetFromRows } from '../lib/text/datasets/dataset';
import { EpisodeSampler } from '../lib/text/episodes/episode-sampler';
import { torch } from '../lib/torch';

const GOAL = 50_000;
const CLASSES = 77;
const EACH = 130;
const ROUNDS = 5;
const COUNT = 20_000;

const dataset = datasetFromRows(
  Array.from({ length: CLASSES * EACH }, (_, i) => ({
    text: `a question about my card, number ${i}`,
    label: `class ${i % CLASSES}`,
  })),
);
const generator = torch.generator(1);
const sampler = new EpisodeSampler(dataset, { ways: 5, shots: 5, queries: 15, generator });

function perSecond(draw: (index: number) => unknown): number {
  const best = Array.from({ length: ROUNDS }, () => {
    const start = process.cpuUsage();
    for (let i = 0; i < COUNT; i++) draw(i);
    const { user, system } = process.cpuUsage(start);
    return (COUNT * 1e6) / (user + system);
  });
  return Math.round(Math.max(...best));
}

const rows = [
  { case: 'rows', perSecond: perSecond((i) => sampler.rows(i)), goal: GOAL },
  { case: 'texts', perSecond: perSecond((i) => sampler.episode(i)) },
];
for (const row of rows)
  console.log(`${row.case.padEnd(6)} ${row.perSecond} episodes a second of CPU`);
if (process.argv.includes('--json')) console.log(JSON.stringify({ benchmark: 'episodes', rows }));
