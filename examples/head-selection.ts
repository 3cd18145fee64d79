// Chooses the head of a classifier by what its examples look like. `npm run example -- head-selection`

import { type Generator, meta, serve, text, torch, train } from '../lib';

type Texts = Readonly<Record<string, readonly string[]>>;

const SHOTS = [1, 2, 4, 8];
const QUERIES = 5;
const TASKS = 60;

/** Texts of this project by label: what is asked for, a language, a subject, stars, a mood. */
function sources(): Texts[] {
  const intents = text.loadIntents();
  const ratings = text.loadRatings();
  const byLabel = (rows: readonly { text: string; label: string }[]) =>
    Object.fromEntries(
      [...new Set(rows.map(({ label }) => label))].map((own) => [
        own,
        rows.filter(({ label }) => label === own).map((row) => row.text),
      ]),
    );
  const rated = Object.entries(ratings).flatMap(([domain, rows]) =>
    rows.map((row) => ({ ...row, domain })),
  );
  return [
    Object.fromEntries(intents.classes.map((label) => [label, intents.examples(label)])),
    byLabel(text.loadLanguages()),
    byLabel(rated.map((row) => ({ text: row.text, label: row.domain }))),
    byLabel(rated.map((row) => ({ text: row.text, label: `${row.rating} stars` }))),
    byLabel(text.loadOpinions({ set: 'apps-de' })),
  ];
}

/** Tasks of some labels and shots, from the even or the odd texts of each label. */
function tasksOf(all: readonly Texts[], half: 0 | 1, generator: Generator): serve.HeadTask[] {
  const order = (count: number): number[] =>
    torch.scope(() =>
      (torch.randperm(count, { generator, dtype: 'int64' }).tolist() as bigint[]).map(Number),
    );
  return Array.from({ length: TASKS }, (_, i) => {
    const source = Object.entries(all[i % all.length] ?? {});
    const most = Math.min(source.length, 12);
    const labels = order(source.length).slice(0, 2 + ((order(most - 1)[0] ?? 0) % most));
    const shots = SHOTS[order(SHOTS.length)[0] ?? 0] ?? 1;
    const drawn = labels.flatMap((place) => {
      const [label, texts] = source[place] ?? ['', []];
      const own = texts.filter((_, k) => k % 2 === half);
      const few = Math.min(shots, own.length - 1);
      const rows = order(own.length).map((at) => ({ text: own[at] ?? '', label }));
      return [{ examples: rows.slice(0, few), asked: rows.slice(few, few + QUERIES) }];
    });
    return {
      examples: drawn.flatMap((own) => own.examples),
      asked: drawn.flatMap((own) => own.asked),
    };
  });
}

export async function main(print: (line: string) => void = console.log) {
  using encoder = await text.loadEncoder();
  const all = sources();
  const generator = torch.generator(1);
  const seen = await serve.headLeaderboard(encoder, tasksOf(all, 0, generator));
  const others = await serve.headLeaderboard(encoder, tasksOf(all, 1, generator));

  const selection = meta.learnSelection(seen);
  const chosen = others.map(({ features }) => selection.choose(features).best);
  const scores = {
    chosen: others.map((task, i) => task.scores[chosen[i] ?? ''] ?? 0),
    single: others.map((task) => task.scores[selection.single] ?? 0),
    oracle: others.map((task) => Math.max(...Object.values(task.scores))),
  };
  const gain = train.estimate(scores.chosen.map((own, i) => own - (scores.single[i] ?? 0)));
  print(`${seen.length} tasks on which all heads were tried, ${others.length} new tasks:`);
  print(`  chosen by features    ${train.formatAccuracy(train.estimate(scores.chosen))}`);
  print(
    `  always ${selection.single.padEnd(14)} ${train.formatAccuracy(train.estimate(scores.single))}`,
  );
  print(`  the best of each task ${train.formatAccuracy(train.estimate(scores.oracle))}`);
  print(`  gain by choosing      ${train.formatAccuracy(gain)}`);
  for (const head of new Set(chosen)) {
    print(`    ${head}: ${chosen.filter((own) => own === head).length} times`);
  }
  return { ...scores, gain };
}
