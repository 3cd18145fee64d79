import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EncoderPool, type Example, FewShotClassifier, membershipTest } from '../../lib/serve';
import type { HeadName } from '../../lib/serve/heads';
import { RandomSource } from '../../lib/text/random-source';
import { estimate, formatAccuracy } from '../../lib/train';
import { readPart, rowsByLabel, SOURCES } from './data';

const DRAWS = 5;
const [LABELS, SHOTS, OWNERS] = [20, 8, 10];
const HEADS: readonly (HeadName | 'auto')[] = [
  'class-mean',
  'ridge',
  'logistic',
  'nearest-examples',
  'svm',
  'meta-trained',
  'auto',
];

/**
 * BANKING77, 20 labels of 8 examples of 10 owners: whether forgetting one gives, to the byte, the saved classifier that
 * has never seen the examples; and how well examples are told from other texts by the probability of their label.
 */
export async function responsibleTable(names: readonly string[]): Promise<string[][]> {
  const lines = [
    [
      'encoder',
      'head',
      'forgotten to the byte',
      'membership, AUROC in %',
      'by the nearest example, %',
    ],
  ];
  for (const name of names) {
    const encoder = SOURCES[name];
    if (encoder === undefined) continue;
    await using pool = await EncoderPool.open({ encoder });
    for (const head of HEADS) {
      const runs: Found[] = [];
      for (let seed = 0; seed < DRAWS; seed++) runs.push(await run(pool, head, seed));
      const same = runs.filter((one) => one.same).length;
      const cell = (pick: (one: Found) => number) => formatAccuracy(estimate(runs.map(pick)));
      lines.push([
        name,
        head,
        `${same} of ${DRAWS}`,
        cell(({ byProbability }) => byProbability),
        cell(({ bySimilarity }) => bySimilarity),
      ]);
    }
  }
  return lines;
}

type Found = { same: boolean; byProbability: number; bySimilarity: number };

async function run(pool: EncoderPool, head: HeadName | 'auto', seed: number): Promise<Found> {
  const random = new RandomSource(seed);
  const { rows } = readPart('banking77/train');
  const labels = random.sample([...rowsByLabel(rows)], LABELS);
  const drawn = labels.map(([, places]) => random.sample(places, 2 * SHOTS));
  const rowsOf = (from: number, to: number) =>
    drawn.flatMap((places) => places.slice(from, to).flatMap((place) => rows[place] ?? []));
  const examples: Example[] = random
    .shuffle(rowsOf(0, SHOTS))
    .map((row) => ({ ...row, owner: `owner ${random.int(OWNERS)}` }));
  const gone = 'owner 3';
  await using classifier = await FewShotClassifier.fit(examples, { head, pool });
  const { byProbability, bySimilarity } = await membershipTest(
    classifier,
    rowsOf(SHOTS, 2 * SHOTS),
  );
  await classifier.removeOwner(gone);
  const others = examples.filter(({ owner }) => owner !== gone);
  await using never = await FewShotClassifier.fit(others, { head, pool });
  return {
    same: (await bytesOf(classifier)) === (await bytesOf(never)),
    byProbability: byProbability.auroc.value,
    bySimilarity: bySimilarity.auroc.value,
  };
}

async function bytesOf(classifier: FewShotClassifier): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'metatorch-results-'));
  try {
    await classifier.save(folder);
    return ['config.json', 'model.safetensors']
      .map((file) => readFileSync(join(folder, file), 'latin1'))
      .join();
  } finally {
    rmSync(folder, { recursive: true });
  }
}
