import type { LabeledText } from '../../text';

const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  weather: [
    'a storm with heavy rain and strong wind',
    'bright sunshine and a clear blue sky',
    'thick fog over the valley in the morning',
    'a light snow that falls in winter',
    'hot and humid air before the thunder',
  ],
  food: [
    'bread baked with butter and sugar',
    'a soup of boiled vegetables and meat',
    'fresh fruit served with cream',
    'a spicy sauce eaten with rice',
    'cheese made from the milk of goats',
  ],
  health: [
    'a fever with pain in the chest',
    'the doctor treats an infection of the skin',
    'a drug that lowers blood pressure',
    'inflammation of the joints and muscles',
    'a disease caused by a virus',
  ],
  money: [
    'a tax paid on income each year',
    'the bank charges interest on a loan',
    'the price of shares on the market',
    'money owed by the buyer to the seller',
    'an insurance that pays for a loss',
  ],
  sport: [
    'the team that scores the most goals wins',
    'a race run over a long distance',
    'the player hits the ball with a racket',
    'a match between two boxers in a ring',
    'swimming and diving in a contest',
  ],
};

/** Five labels that no class of the data stands for, with five examples each. */
export const NEW_EXAMPLES: readonly LabeledText[] = Object.entries(EXAMPLES).flatMap(
  ([label, texts]) => texts.map((text) => ({ text, label })),
);

/** Sentences to classify, none of them among the examples. */
export const NEW_TEXTS: readonly string[] = [
  'a cold wind and clouds in the north',
  'a cake filled with chocolate and nuts',
  'an injury of the bone that causes severe pain',
  'the payment of a debt to a bank',
  'he kicks the ball past the goalkeeper in the final game',
];
