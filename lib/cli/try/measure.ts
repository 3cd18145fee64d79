import { argmax } from '../../extremes';
import { normalize } from '../../meta/metric/normalize';
import type { EncoderPool, HeadName } from '../../serve';
import { keyOf } from '../../serve/calibration/sample';
import { type Core, coreOf } from '../../serve/core';
import { indices } from '../../serve/heads/features';
import { type HeadMap, headMapFile, readHeadMap } from '../../serve/heads/head-map';
import { type Scored, score } from '../../serve/predict';
import { EpisodeSampler, type EpisodeText, type IntentDataset } from '../../text';
import { nameAsText } from '../../text/name-as-text';
import { type Tensor, torch } from '../../torch';
import { type Estimate, estimate } from '../../train';

export const SHOTS = 5;
export const DRAWS = 10;
const SEED = 1;
const FALSE_ALARMS = 0.05;

/** How good a head is: shares from 0 to 1, with their intervals over the draws of the examples. */
export type Measured = {
  /** Of the texts with a label: the most probable one is right. */
  right: Estimate;
  /** Of the same texts: taken as unknown. */
  refused: Estimate;
  /** Of the texts out of scope: taken as unknown. */
  found: Estimate;
};

/** One draw: what a classifier learns from, and what it is tested on. */
type Draw = {
  learn: (head: HeadName | 'auto') => Core;
  test: Tensor;
  labels: readonly number[];
  strange: Tensor;
};

/**
 * Measures heads on all labels: `SHOTS` examples of each are drawn, `DRAWS` times, and the other texts are
 * the test. Each text is encoded once, and all heads see the same draws.
 */
export async function measureHeads(
  pool: EncoderPool,
  intents: IntentDataset,
  heads: readonly (HeadName | 'auto')[],
): Promise<Measured[]> {
  const texts = intents.classes.flatMap((label) => intents.examples(label));
  const known = await pool.encode(texts);
  const strange = await pool.encode(intents.outOfScope);
  const names = await pool.encode(intents.classes.map(nameAsText));
  const places = new Map(texts.map((text, i) => [text, i]));
  const vectorsOf = (rows: readonly EpisodeText[]): Tensor =>
    known.indexSelect(0, indices(rows.map(({ text }) => places.get(text) ?? 0)));
  try {
    return torch.scope(() => {
      const file = headMapFile(pool.encoder);
      const map = file === undefined ? undefined : readHeadMap(file);
      const draws = drawsOf(intents, vectorsOf, { strange, map, names: normalize(names) });
      return heads.map((head) =>
        summary(draws.map((draw) => torch.scope(() => measured(draw, head)))),
      );
    });
  } finally {
    known.dispose();
    strange.dispose();
    names.dispose();
  }
}

function drawsOf(
  intents: IntentDataset,
  vectorsOf: (rows: readonly EpisodeText[]) => Tensor,
  { strange, map, names }: { strange: Tensor; map: HeadMap | undefined; names: Tensor },
): Draw[] {
  const ways = intents.classes.length;
  const queries =
    Math.min(...intents.classes.map((label) => intents.examples(label).length)) - SHOTS;
  const generator = torch.generator(SEED);
  const sampler = new EpisodeSampler(intents, { ways, shots: SHOTS, queries, generator });
  return sampler.episodes(DRAWS).map(({ support, query, classes }) => {
    const vectors = vectorsOf(support);
    const rows = {
      read: { vectors, known: support.map(() => true) },
      y: support.map(({ label }) => label),
      keys: support.map(({ text }) => keyOf(text)),
      names:
        map && names.indexSelect(0, indices(classes.map((one) => intents.classes.indexOf(one)))),
    };
    return {
      learn: (head) => coreOf(rows, ways, { options: { head, falseAlarms: FALSE_ALARMS }, map }),
      test: vectorsOf(query),
      labels: query.map(({ label }) => label),
      strange,
    };
  });
}

type Shares = Record<keyof Measured, number>;

function measured({ learn, test, labels, strange }: Draw, head: HeadName | 'auto'): Shares {
  const core = learn(head);
  const scored = score(core, test);
  const isRight = labels.filter((label, i) => mostProbable(scored, i, core.labels) === label);
  return {
    right: isRight.length / labels.length,
    refused: unknownShare(scored),
    found: unknownShare(score(core, strange)),
  };
}

function mostProbable({ probabilities }: Scored, row: number, labels: number): number {
  return argmax(probabilities.subarray(row * labels, (row + 1) * labels));
}

const unknownShare = ({ familiarity }: Scored): number =>
  familiarity.filter((value) => value < 0).length / familiarity.length;

function summary(shares: readonly Shares[]): Measured {
  return {
    right: estimate(shares.map(({ right }) => right)),
    refused: estimate(shares.map(({ refused }) => refused)),
    found: estimate(shares.map(({ found }) => found)),
  };
}
