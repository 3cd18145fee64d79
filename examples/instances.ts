// Answers by stored cases, and shows how much each of them counted. `npm run example -- instances`

import { serve, text } from '../lib';

const SHOTS = 5;

export async function main(print: (line: string) => void = console.log): Promise<number> {
  using encoder = await text.loadEncoder();
  const intents = text.loadIntents();
  const cases = (from: number, to?: number) =>
    intents.classes.flatMap((label) =>
      intents
        .examples(label)
        .slice(from, to)
        .map((own) => ({ text: own, label })),
    );
  const [stored, others] = [cases(0, SHOTS), cases(SHOTS)];
  using memory = await serve.InstanceMemory.fit(encoder, stored, { falseAlarms: 0.01 });

  const found = await memory.predict(others.map((row) => row.text));
  const right = found.filter(({ label }, i) => label === others[i]?.label).length / others.length;
  const { neighbors } = memory.vote;
  print(
    `${intents.classes.length} intents, ${SHOTS} cases of each; the nearest ${neighbors} decide:`,
  );
  print(`  ${(100 * right).toFixed(0)} % of ${others.length} other questions are told right`);
  const [answer] = await memory.predict(['I cannot find my card any more']);
  print(`  «I cannot find my card any more»: ${answer?.label ?? 'unlike all cases'}, because of`);
  for (const { text: own, label, share } of answer?.because.slice(0, 3) ?? []) {
    print(`    ${(100 * share).toFixed(0)} %  ${label}: ${own}`);
  }
  return right;
}
