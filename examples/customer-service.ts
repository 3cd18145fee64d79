// Answers a bank's customers: by intent, by past answers, or by handing over to a person.
// `npm run example -- customer-service`

import { serve, text } from '../lib';

const TAUGHT = 15;

function definition(): serve.AssistantDefinition {
  const intents = text.loadIntents({ language: 'en' });
  const examplesOf = (name: string): readonly string[] => intents.examples(name).slice(0, TAUGHT);
  return {
    intents: {
      card_lost: {
        examples: examplesOf('card_lost'),
        answer: 'I have blocked your card {card}. A new one is with you in five days.',
        slots: {
          card: { type: 'pattern', pattern: '\\d{4}', ask: 'What are its last four digits?' },
        },
      },
      transfer_cancel: {
        examples: examplesOf('transfer_cancel'),
        answer: 'The transfer of {amount} euros on {day} is cancelled.',
        slots: {
          amount: { type: 'number', least: 0.01, ask: 'How many euros did you send?' },
          day: { type: 'date', ask: 'On which day, as 2026-05-01?' },
        },
      },
      exchange_rate: {
        examples: examplesOf('exchange_rate'),
        answer: 'We exchange at the rate of the European Central Bank, without a fee.',
      },
      pin_forgotten: {
        examples: examplesOf('pin_forgotten'),
        answer: 'Your PIN is in the app: Cards, Show PIN.',
      },
      loan_apply: {
        examples: examplesOf('loan_apply'),
        answer: 'For loans a colleague calls you back today.',
        handOver: true,
      },
    },
    answers: [
      { question: 'When are your branches open on Saturdays?', answer: 'From 9 to 13 o’clock.' },
      { question: 'How do I change my address?', answer: 'In the app: Profile, Address.' },
    ],
    outOfScope: intents.outOfScope.slice(0, 30),
  };
}

const EMERGENCY = { answer: 'Call 112 now. We have told the police too.' };
const ROBBERIES = [
  'someone is robbing the bank',
  'there are robbers in your branch',
  'a robbery is under way',
];

export async function main(print: (line: string) => void = console.log): Promise<serve.Reply[]> {
  await using assistant = await serve.Assistant.open(definition(), { risk: 0.3 });
  const { threshold, risk } = assistant.status();
  const percent = (share = 0): string => `${(100 * share).toFixed(0)} %`;
  print(
    `It answers from ${percent(threshold ?? 1)} on: at most ${percent(risk?.bound)} are wrong.`,
  );
  const replies: serve.Reply[] = [];
  const say = async (session: string, words: string): Promise<void> => {
    const reply = await assistant.reply(session, words, { owner: session });
    print(`${session}: ${words}\n  ${reply.kind}: ${reply.text}`);
    replies.push(reply);
  };
  await say('ann', 'I lost my card this morning');
  await say('ann', 'it ended in 4711');
  await say('ben', 'I sent 250 euros to the wrong person, please cancel it');
  await say('ben', 'it was on 2026-05-01');
  await say('cat', 'are your branches open on Saturday?');
  await say('dan', 'my dog ate the sofa');
  await say('eve', 'can I apply for a loan for a car?');

  print('A person says what a question was about, and it counts at once:');
  await say('fay', 'there is a robbery at your branch');
  await assistant.correct('fay', 'emergency', EMERGENCY);
  for (const words of ROBBERIES) await assistant.teach({ text: words, label: 'emergency' });
  await say('gus', 'robbers are in the branch');
  const { corrections, sessions } = await assistant.forget('fay');
  print(`Forgotten of fay: ${corrections} correction, ${sessions} session.`);
  return replies;
}
