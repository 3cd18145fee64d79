import { PastAnswers } from '../../../lib/serve/assistant/past-answers';
import { torch } from '../../../lib/torch';

const QUESTIONS = ['when are you open', 'where are you', 'do you have a toilet'];

/** Texts as vectors of their words, one after the other, once they are let through. */
function slowly() {
  const waiting: (() => void)[] = [];
  let isSlow = false;
  const words = [...new Set(QUESTIONS.flatMap((question) => question.split(' ')))];
  const embed = async (texts: readonly string[]) => {
    if (isSlow) await new Promise<void>((resolve) => waiting.push(resolve));
    const rows = texts.map((text) => words.map((word) => (text.split(' ').includes(word) ? 1 : 0)));
    return torch.tensor(rows, { dtype: 'float32' });
  };
  return {
    embed,
    beSlow: () => {
      isSlow = true;
    },
    letThrough: () => waiting.shift()?.(),
  };
}

const answerOf = (question: string) => ({ question, answer: `the answer to «${question}»` });
const [open = '', place = '', toilet = ''] = QUESTIONS;

// What is stored once the question is read counts: tensors of before are gone then.
test.each<[string, (past: PastAnswers) => Promise<void>, string | undefined]>([
  ['added', (past) => past.add(answerOf(toilet)), toilet],
  ['replaced', (past) => past.replace([answerOf(toilet)]), toilet],
  ['taken away', (past) => past.replace([]), undefined],
])('answers that are %s while a question is read', async (_, change, found) => {
  const { embed, beSlow, letThrough } = slowly();
  const past = new PastAnswers(embed);
  await past.replace([answerOf(open), answerOf(place)]);
  const before = torch.memory().tensors;
  beSlow();
  const changing = change(past);
  const asked = past.find(toilet);
  letThrough();
  await changing;
  letThrough();
  expect((await asked)?.question).toBe(found);
  expect(torch.memory().tensors).toBe(found === undefined ? before - 1 : before);
  past.dispose();
});
