// One class with the documentation of all its methods, and hence longer than other files.

import { optional, readData, readOptions, string } from '../../check';
import { outOfRange, TorchError } from '../../errors';
import { requireText, writtenText } from '../../text/datasets/labeled-text';
import { type RiskThreshold, riskThreshold } from '../../train/metrics/risk-threshold';
import { warnOf } from '../../warnings';
import type { Example } from '../examples/read-examples';
import { FewShotClassifier } from '../few-shot-classifier';
import { Turns } from '../store/turns';
import { requireTwoLabels } from '../tasks/example-regression';
import { AssistantLog, type Lesson } from './assistant-log';
import { converse } from './converse';
import {
  type AssistantDefinition,
  assistantDefinition,
  type IntentAnswer,
  intentAnswer,
  type PastAnswer,
  pastAnswer,
} from './definition';
import { exampleOf, examplesOf, intentsOf, ownerOf } from './lessons';
import { ASSISTANT_OPTIONS, type AssistantOptions, CHOOSING } from './options';
import { PastAnswers } from './past-answers';
import type { Forgotten, Reply } from './reply';
import { Sessions } from './sessions';

const REPLY = {
  /** Whose words these are, so that `forget` finds what was learned of them. */
  owner: optional(writtenText),
};

export type ReplyOptions = { owner?: string | undefined };

/** What a definition looks like. */
const FORM = '{ intents: { name: { examples, answer } } }';
/** Longer questions are refused: nobody types them. */
const LONGEST = 4000;

/** How answers are chosen. */
export type AssistantStatus = {
  readonly intents: readonly string[];
  readonly examples: number;
  readonly pastAnswers: number;
  readonly sessions: number;
  /** From which probability on an intent is answered; null if too little is held out to promise the risk. */
  readonly threshold: number | null;
  /** What held-out questions say about it; null where the threshold was given. */
  readonly risk: RiskThreshold | null;
};

/**
 * Answers customers: by intent, asking for what the answer needs, as long as it is sure; by past answers to similar
 * questions, saying so; and else by handing over to a person. From which confidence on it is sure follows from the
 * risk that is accepted, on held-out examples.
 *
 *     await using assistant = await Assistant.open(definition, { folder: 'assistant', risk: 0.05 });
 *     const reply = await assistant.reply('session 17', 'where is my parcel?');
 *     await assistant.correct('session 17', 'parcel_late');
 *
 * What it learns from people counts at once, and outlives the process where there is a folder. It learns by fitting:
 * the same definition and lessons always make the same assistant.
 */
export class Assistant {
  readonly #settings: ReturnType<typeof readSettings>;
  readonly #classifier: FewShotClassifier;
  readonly #past: PastAnswers;
  readonly #log: AssistantLog;
  readonly #intents: Map<string, IntentAnswer>;
  readonly #strange: readonly string[];
  readonly #given: readonly PastAnswer[];
  readonly #sessions: Sessions;
  readonly #turns = new Turns();
  #lessons: Promise<unknown> = Promise.resolve();
  #risk: RiskThreshold | null = null;
  #closed: Promise<void> | undefined;

  private constructor(
    definition: AssistantDefinition,
    settings: ReturnType<typeof readSettings>,
    classifier: FewShotClassifier,
    log: AssistantLog,
  ) {
    this.#settings = settings;
    this.#classifier = classifier;
    this.#log = log;
    this.#intents = intentsOf(definition, log.lessons);
    this.#strange = definition.outOfScope ?? [];
    this.#given = definition.answers ?? [];
    this.#past = new PastAnswers((texts) => classifier.embed(texts));
    this.#sessions = new Sessions(settings.maxSessions, settings.sessionMinutes * 60_000);
  }

  /**
   * Opens an assistant with all it has learned in its folder.
   *
   * @throws ArgumentTypeError or ArgumentRangeError for a wrong definition or option; TorchError `ERR_TORCH_BUSY` if
   *   another process uses the folder, `ERR_TORCH_FILE` if its file is damaged
   */
  static async open(
    definition: AssistantDefinition,
    options: AssistantOptions = {},
  ): Promise<Assistant> {
    const operator = 'Assistant.open';
    const read = readData(assistantDefinition, definition, FORM, 'definition', operator);
    const settings = readSettings(options);
    const log = await AssistantLog.open(settings.folder);
    let classifier: FewShotClassifier | undefined;
    try {
      const { head, pool, encoder } = settings;
      const examples = examplesOf(read, log.lessons);
      requireTwoLabels(examples, 'intents', operator);
      classifier = await FewShotClassifier.fit(examples, { head, pool, encoder });
      const assistant = new Assistant(read, settings, classifier, log);
      await assistant.#past.replace(assistant.#pastAnswers());
      await assistant.#calibrate();
      assistant.#warnUnlessSure();
      return assistant;
    } catch (error) {
      await classifier?.close();
      await log.close();
      throw error;
    }
  }

  /**
   * What is said to a customer's next words in a session, which begins with its first ones.
   *
   * @throws ArgumentTypeError or ArgumentRangeError for what is not a text of 1 to 4,000 characters; TorchError
   *   `ERR_TORCH_DISPOSED` after `close`
   */
  async reply(session: string, text: string, options: ReplyOptions = {}): Promise<Reply> {
    this.#requireOpen();
    const id = requireText(session, 'session', 'reply');
    const said = requireText(text, 'text', 'reply');
    if (said.length > LONGEST) {
      throw outOfRange(`at most ${LONGEST} characters`, 'text of reply', said, 'reply');
    }
    const { owner } = readOptions(REPLY, options, 'reply');
    return this.#turns.run(id, async () => {
      const current = this.#sessions.take(id);
      current.owner = owner ?? current.owner;
      const [prediction] = await this.#classifier.predict([said]);
      if (prediction === undefined) throw new TorchError('ERR_TORCH_RUNTIME', 'No prediction');
      return converse(current, said, {
        prediction,
        threshold: this.#threshold(),
        intents: this.#intents,
        retrieve: (question) => this.#past.find(question),
      });
    });
  }

  /**
   * Learns the right intent of a session's last question, from a person. A new intent needs its answer.
   *
   * @throws ArgumentRangeError for a session that is over or without a question, and for a new intent without an
   *   answer; as `FewShotClassifier.addExamples`
   */
  async correct(session: string, intent: string, answer?: IntentAnswer): Promise<void> {
    this.#requireOpen();
    const current = this.#sessions.find(string(session, 'session', 'correct'));
    if (current?.question === undefined) {
      throw outOfRange('a session with a question', 'session of correct', session, 'correct');
    }
    const { question: text, owner } = current;
    await this.teach({ text, label: intent, owner }, answer);
  }

  /**
   * Learns a question of an intent. A new intent needs its answer.
   *
   * @throws as `correct`
   */
  async teach({ text, label, owner }: Example, answer?: IntentAnswer): Promise<void> {
    this.#requireOpen();
    const name = requireText(label, 'label', 'teach');
    const given = answer === undefined ? undefined : intentAnswer(answer, 'answer', 'teach');
    return this.#learn(async () => {
      if (given === undefined && !this.#intents.has(name)) {
        throw outOfRange(
          'the name of an intent, or an answer for a new one,',
          'intent',
          name,
          'teach',
        );
      }
      const lesson: Lesson = { type: 'corrected', text, intent: name, owner };
      await this.#classifier.addExamples(exampleOf(lesson));
      if (given !== undefined) {
        await this.#log.keep({ type: 'intent', name, intent: given });
        this.#intents.set(name, given);
      }
      await this.#log.keep(lesson);
      await this.#calibrate();
    });
  }

  /** Learns what a person has answered: it is looked up for similar questions from now on. */
  async answered(answer: PastAnswer): Promise<void> {
    this.#requireOpen();
    const read = pastAnswer(answer, 'answer', 'answered');
    return this.#learn(async () => {
      await this.#log.keep({ type: 'answered', answer: read });
      await this.#past.add(read);
    });
  }

  /**
   * Forgets all that was learned of a person: the assistant is, to the bit, the one that has never seen it, and no
   * file of its holds a word of it.
   */
  async forget(owner: string): Promise<Forgotten> {
    this.#requireOpen();
    const name = requireText(owner, 'owner', 'forget');
    return this.#learn(async () => {
      const gone = this.#log.lessons.filter((lesson) => ownerOf(lesson) === name);
      const corrections = gone.filter(({ type }) => type === 'corrected').length;
      await this.#log.replace(this.#log.lessons.filter((lesson) => ownerOf(lesson) !== name));
      if (this.#classifier.examples.some((example) => example.owner === name)) {
        await this.#classifier.removeOwner(name);
        await this.#calibrate();
      }
      await this.#past.replace(this.#pastAnswers());
      const sessions = this.#sessions.endOf(name);
      return { corrections, answers: gone.length - corrections, sessions };
    });
  }

  /** Ends a session: nothing of it is kept. */
  end(session: string): void {
    this.#sessions.end(string(session, 'session', 'end'));
  }

  status(): AssistantStatus {
    this.#requireOpen();
    return {
      intents: this.#classifier.labels,
      examples: this.#classifier.examples.length,
      pastAnswers: this.#past.size,
      sessions: this.#sessions.size,
      threshold: this.#threshold(),
      risk: this.#risk,
    };
  }

  /** The classifier of intents: for explanations and reports; it stays the assistant's. */
  get classifier(): FewShotClassifier {
    return this.#classifier;
  }

  /** Waits for what is under way, and frees everything. */
  close(): Promise<void> {
    this.#closed ??= Promise.all([this.#lessons, this.#turns.idle()]).then(async () => {
      this.#past.dispose();
      await this.#classifier.close();
      await this.#log.close();
    });
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #requireOpen(): void {
    if (this.#closed) throw new TorchError('ERR_TORCH_DISPOSED', 'The assistant is closed');
  }

  /** Lessons take effect one after another. */
  #learn<T>(lesson: () => Promise<T>): Promise<T> {
    const result = this.#lessons.then(lesson);
    this.#lessons = result.catch(() => undefined);
    return result;
  }

  #threshold(): number | null {
    return this.#settings.threshold ?? this.#risk?.threshold ?? null;
  }

  #pastAnswers(): PastAnswer[] {
    const learned = this.#log.lessons.flatMap((one) =>
      one.type === 'answered' ? [one.answer] : [],
    );
    return [...this.#given, ...learned];
  }

  #warnUnlessSure(): void {
    if (this.#threshold() !== null) return;
    const { risk } = this.#settings;
    const message = `Expected enough examples to promise that at most ${100 * risk} % of the answers are wrong, which about ${Math.ceil(5 / risk)} that are right when held out would do; the assistant answers from past answers alone, and hands over. Give it more examples, a higher risk, or a threshold`;
    warnOf('METATORCH_ASSISTANT_UNSURE', message);
  }

  /** Chooses the threshold by questions that were held out. */
  async #calibrate(): Promise<void> {
    const { threshold, risk, delta, outOfScopeShare: strangeShare } = this.#settings;
    if (threshold !== undefined) return;
    const held = await this.#classifier.heldOut();
    const strange = await this.#classifier.predict(this.#strange);
    const known = held.map(({ label, predicted, probability }) => ({
      confidence: predicted === null ? 0 : probability,
      right: predicted === label,
    }));
    const foreign = strange.map(({ probability }) => probability);
    this.#risk = riskThreshold(known, { risk, delta, strange: foreign, strangeShare });
  }
}

function readSettings(options: AssistantOptions) {
  const operator = 'Assistant.open';
  const settings = readOptions(ASSISTANT_OPTIONS, options, operator);
  if (settings.threshold === undefined) return settings;
  for (const name of CHOOSING) {
    if (options[name] === undefined) continue;
    const expected = 'none beside a threshold, which it would choose,';
    throw outOfRange(expected, `${name} of ${operator}`, options[name], operator);
  }
  return settings;
}
