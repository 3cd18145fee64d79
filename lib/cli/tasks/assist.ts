import { createInterface } from 'node:readline';
import { parseFileContent, readJsonFile } from '../../files/checked-file';
import { Assistant, type AssistantDefinition, type Reply } from '../../serve';
import { assistantDefinition } from '../../serve/assistant/definition';
import { interruptible } from '../interrupt';
import { forUser } from '../user-error';
import { serveTask } from './serve-task';

export type AssistCommandOptions = {
  folder?: string;
  risk: number;
  threshold?: number;
  encoder?: string;
  owner?: string;
  port?: number;
  host: string;
  json?: boolean;
};

const FORM = 'a definition { intents: { name: { examples, answer } } }';
const SESSION = 'console';
/** `/intent card_lost` says what the last question was about. */
const CORRECTION = /^\/intent(?:\s+(.+))?$/u;

/** Answers what is typed, line by line, until the end of the input or a signal; or serves. */
export function runAssist(path: string, options: AssistCommandOptions): Promise<void> {
  return forUser(async () => {
    const { folder, risk, threshold, encoder, port, host } = options;
    const content = readJsonFile(path, FORM);
    const definition: AssistantDefinition = parseFileContent(
      path,
      assistantDefinition,
      content,
      FORM,
    );
    await using assistant = await Assistant.open(definition, {
      folder,
      encoder,
      ...(threshold === undefined ? { risk } : { threshold }),
    });
    const { threshold: chosen, intents } = assistant.status();
    const sure =
      chosen === null
        ? 'never answers by itself'
        : `answers by itself from ${(100 * chosen).toFixed(1)} % on`;
    console.error(`${intents.length} intents; it ${sure}.`);
    if (port === undefined) await interruptible((signal) => talk(assistant, options, signal));
    // Awaited: what is only returned is waited for after the assistant is closed.
    else await serveTask({ assistant }, { host, port }, '/v1/assistant');
  });
}

async function talk(
  assistant: Assistant,
  { owner, json }: AssistCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
  const stop = (): void => lines.close();
  signal.addEventListener('abort', stop, { once: true });
  let asked = false;
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const correction = CORRECTION.exec(line.trim());
    if (correction !== null) {
      if (asked) await corrected(assistant, correction[1]);
      else console.error('Expected a question before /intent');
    } else {
      asked = true;
      const reply = await assistant.reply(SESSION, line, { owner });
      console.log(json ? JSON.stringify(reply) : replyLines(reply).join('\n'));
    }
  }
}

/** A name that is wrong is said, and the conversation goes on. */
async function corrected(assistant: Assistant, intent: string | undefined): Promise<void> {
  if (intent === undefined) return console.error('Expected the name of an intent after /intent');
  try {
    await assistant.correct(SESSION, intent);
    console.error(`Learned: ${intent}`);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    console.error(error.message);
  }
}

function replyLines({ kind, text, intent, confidence, reason }: Reply): string[] {
  const about = [kind, intent, `${(100 * confidence).toFixed(0)} %`, reason];
  return [text, `  (${about.filter((one) => one !== null).join(', ')})`];
}
