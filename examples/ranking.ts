// Finds responses among candidates, and summarises by sentences of the text, each in domains that were not learned
// from. `npm run example -- ranking`

import { serve, text, torch, train } from '../lib';

type Scores = Record<string, number[]>;

const show = (values: readonly number[]): string => train.formatAccuracy(train.estimate(values));
const add = (scores: Scores, name: string, value: number): void => {
  scores[name] = [...(scores[name] ?? []), value];
};

/** For each context the places of candidates by the cosine of their vectors, the greatest first. */
async function byCosine(
  encoder: text.SentenceEncoder,
  contexts: readonly string[],
  candidates: readonly string[],
): Promise<number[][]> {
  using vectors = await encoder.encode([...contexts, ...candidates]);
  return torch.scope(() => {
    const x = vectors.div(vectors.norm(2, [1], true));
    const others = x.narrow(0, contexts.length, candidates.length);
    const rows = x.narrow(0, 0, contexts.length).matmul(others.mT).tolist() as number[][];
    return rows.map((own) => [...own.keys()].sort((i, j) => (own[j] ?? 0) - (own[i] ?? 0)));
  });
}

/** Recall at 1 and 3 of each domain's contexts among all responses, learned from the other domains. */
async function responses(encoder: text.SentenceEncoder): Promise<Scores> {
  const domains = text.loadDialogues();
  const all = Object.values(domains).flat();
  const candidates = all.map(({ response }) => response);
  const index = new text.Bm25(candidates);
  const contexts = all.map(({ context }) => context);
  const nearest = await byCosine(encoder, contexts, candidates);
  const scores: Scores = {};
  for (const [domain, asked] of Object.entries(domains)) {
    const others = Object.entries(domains).flatMap(([name, own]) => (name === domain ? [] : own));
    using selector = await serve.ResponseSelector.fit(encoder, others);
    for (const { context, response } of asked) {
      const found = await selector.select(context, candidates, { count: 3 });
      const rankings = {
        learned: found.map((own) => own.index),
        cosine: nearest[contexts.indexOf(context)] ?? [],
        BM25: index.search(context, 3).map((own) => own.index),
      };
      for (const [method, ranked] of Object.entries(rankings)) {
        for (const k of [1, 3]) {
          const { recall } = train.rankingScores(ranked, [candidates.indexOf(response)], k);
          add(scores, `${method}, recall at ${k}`, recall);
        }
      }
    }
  }
  return scores;
}

/** ROUGE of one sentence of each text, learned from the other domains. */
async function summaries(encoder: text.SentenceEncoder): Promise<Scores> {
  const domains = text.loadArticles();
  const scores: Scores = {};
  for (const [domain, asked] of Object.entries(domains)) {
    const others = Object.entries(domains).flatMap(([name, own]) => (name === domain ? [] : own));
    using summarizer = await serve.Summarizer.fit(encoder, others);
    for (const { sentences, summary } of asked) {
      const [found] = await summarizer.summarize(sentences);
      const of = (sentence = ''): number => train.rouge(sentence, summary).rougeL.f1;
      add(scores, 'learned, ROUGE-L', of(found?.sentence));
      add(scores, 'the first sentence, ROUGE-L', of(sentences[0]));
      add(scores, 'the best sentence, ROUGE-L', Math.max(...sentences.map(of)));
    }
  }
  return scores;
}

export async function main(print: (line: string) => void = console.log) {
  using encoder = await text.loadEncoder();
  const [selected, extracted] = [await responses(encoder), await summaries(encoder)];
  print('Responses among 48, of domains that were not learned from, in %:');
  for (const [name, values] of Object.entries(selected))
    print(`  ${name.padEnd(28)} ${show(values)}`);
  print('Summaries of one sentence, of domains that were not learned from, F1 in %:');
  for (const [name, values] of Object.entries(extracted))
    print(`  ${name.padEnd(28)} ${show(values)}`);
  return { ...selected, ...extracted };
}
