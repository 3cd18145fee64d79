import { join } from 'node:path';
import { EncoderPool, FewShotClassifier } from '../../serve';
import { type IntentDataset, loadIntents } from '../../text';
import { unlessAborted } from '../interrupt';
import { withFolder } from '../own-folder';
import { tableLines } from '../terminal';
import { answerLine, percent, secondsSince } from './lines';
import { DRAWS, type Measured, measureHeads, SHOTS } from './measure';
import { NEW_LABEL, NEW_QUESTION, QUESTIONS, TAUGHT } from './questions';

export type TryOptions = {
  /** Folder for the saved classifier. */
  out: string;
};

const EXAMPLES = 8;
const HEADS = { 'nearest class mean': 'class-mean', 'automatic choice': 'auto' } as const;

/**
 * Teaches a classifier a few intents, asks it, teaches it one more, saves and measures it. Once `signal` is
 * aborted it saves the classifier if there is one, and ends.
 */
export function runTry({ out }: TryOptions, signal: AbortSignal): Promise<void> {
  const start = performance.now();
  const folder = join(out, 'intents');
  return withFolder(folder, async () => {
    const intents = loadIntents({ language: 'en' });
    await using pool = await EncoderPool.open();
    console.log(
      `Messages to a bank: ${TAUGHT.length} intents, ${EXAMPLES} examples of each, no training run.`,
    );
    console.log(`Encoder: ${pool.encoder.name}, which comes with the package.\n`);
    await using classifier = await unlessAborted(teach(pool, intents), signal);
    console.log(`Ready after ${secondsSince(start)}. ${choiceOf(classifier)}`);
    try {
      await unlessAborted(show(classifier, intents), signal);
    } finally {
      await classifier.save(folder);
      if (signal.aborted) console.log(`\nStopped. Saved the classifier to ${folder}`);
    }
    await unlessAborted(report(pool, intents), signal);
    console.log(`\nAll of it took ${secondsSince(start)}. Next:\n`);
    console.log('  meta-train models of your own    npx metatorch demo');
    console.log(`  answer questions over HTTP       npx metatorch serve ${folder}`);
  });
}

async function show(classifier: FewShotClassifier, intents: IntentDataset): Promise<void> {
  await ask(classifier);
  await learnMore(classifier, intents);
}

function teach(pool: EncoderPool, intents: IntentDataset): Promise<FewShotClassifier> {
  const examples = TAUGHT.map((label) => [label, examplesOf(intents, label)] as const);
  return FewShotClassifier.fit(Object.fromEntries(examples), { pool });
}

const examplesOf = (intents: IntentDataset, label: string): readonly string[] =>
  intents.examples(label).slice(0, EXAMPLES);

function choiceOf({ head, heldOutAccuracy }: FewShotClassifier): string {
  const share = (100 * (heldOutAccuracy ?? 0)).toFixed(0);
  return `Chosen by held-out examples: ${head}, ${share} % right.`;
}

async function ask(classifier: FewShotClassifier): Promise<void> {
  console.log('\nQuestions that it has not seen, and the example that is most like each:\n');
  const predictions = await classifier.predict(QUESTIONS);
  for (const [i, prediction] of predictions.entries()) {
    console.log(`  ${QUESTIONS[i]}\n${answerLine(prediction)}`);
  }
}

async function learnMore(classifier: FewShotClassifier, intents: IntentDataset): Promise<void> {
  console.log('\nIt learns while it runs; before and after addLabel:\n');
  console.log(`  ${NEW_QUESTION}\n${answerLine(await classifier.predict(NEW_QUESTION))}`);
  const start = performance.now();
  await classifier.addLabel(NEW_LABEL, examplesOf(intents, NEW_LABEL));
  console.log(`    + ${NEW_LABEL}, ${EXAMPLES} examples, in ${secondsSince(start)}`);
  console.log(answerLine(await classifier.predict(NEW_QUESTION)));
}

async function report(pool: EncoderPool, intents: IntentDataset): Promise<void> {
  const { classes, size, outOfScope } = intents;
  const others = size - SHOTS * classes.length;
  console.log(
    [
      `\nThe same on all ${classes.length} intents, many of them close to each other, with ${SHOTS} examples`,
      `of each: shares in % of the other ${others} texts and of ${outOfScope.length} that are out of scope.`,
      `Mean of ${DRAWS} draws of the examples ± half of the 95 % interval; chance is ${(100 / classes.length).toFixed(1)}.\n`,
    ].join('\n'),
  );
  const measured = await measureHeads(pool, intents, Object.values(HEADS));
  const rows = Object.keys(HEADS).map((name, i) => [name, ...cellsOf(measured[i])]);
  const head = ['', 'right label', 'taken as unknown', 'out of scope found'];
  for (const line of tableLines([head, ...rows])) console.log(line);
}

function cellsOf(measured: Measured | undefined): string[] {
  if (measured === undefined) return [];
  return [measured.right, measured.refused, measured.found].map(percent);
}
