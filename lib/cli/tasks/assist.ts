import { createInterface } from 'node:readline';
import { parseFileContent, readJsonFile } from '../../checked-file';
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
const CORRECTION = /^\/intent\s+(\S+)\s*$/u;

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
    await using assistant = await Assistant.open(definition, { folder, risk, threshold, encoder });
    const { threshold: chosen, intents } = assistant.status();
    const sure = chosen === null ? 'never' : `from ${(100 * chosen).toFixed(1)} % on`;
    console.error(`${intents.length} intents; it answers by itself ${sure}.`);
    if (port !== undefined) return serveTask({ assistant }, { host, port }, '/v1/assistant');
    await interruptible((signal) => talk(assistant, options, signal));
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
  for await (const line of lines) {
    const [, intent] = CORRECTION.exec(line) ?? [];
    if (line.trim() === '') continue;
    if (intent !== undefined) await corrected(assistant, intent);
    else {
      const reply = await assistant.reply(SESSION, line, { owner });
      console.log(json ? JSON.stringify(reply) : replyLines(reply).join('\n'));
    }
  }
}

/** A name that is wrong is said, and the conversation goes on. */
async function corrected(assistant: Assistant, intent: string): Promise<void> {
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
