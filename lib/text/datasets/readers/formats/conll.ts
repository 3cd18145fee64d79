import { type Place, quoted, type Refuse, refusalsOf } from '../data-file-error';
import type { ReadSettings } from '../options';
import type { TextRow } from '../row-fields';
import { textLines } from '../text-lines';

/** A sentence with a tag for each of its tokens. */
export type TaggedSentence = {
  readonly tokens: readonly string[];
  /** `O`, or `B-` or `I-` and the type of the entity or slot. */
  readonly tags: readonly string[];
  /** What `# text` says; else the tokens joined by spaces. */
  readonly text: string;
  /** What `# intent` says. */
  readonly intent: string | undefined;
  /** The line of its first token, from 1. */
  readonly line: number;
};

type Limits = Pick<ReadSettings, 'maxRecordLength' | 'encoding' | 'signal'>;

const COMMENT = /^#\s*([\w-]+)\s*[:=]\s*(.*)$/;
const TAG = /^(?:O|[BI]-\S+)$/;

/**
 * The sentences of a CoNLL file: a token a line, its columns separated by tabs or spaces, an empty line after
 * each sentence. The last column is the tag in BIO; the token is the first column, or the second if the first
 * counts the tokens from 1. An `I-` that continues nothing begins an entity, as in conlleval. Lines such as
 * `# intent: weather/find` before a sentence speak of it, and `-DOCSTART-` is passed over.
 */
export async function* conllSentences(
  path: string,
  settings: Limits,
): AsyncGenerator<TaggedSentence> {
  const refuse = refusalsOf(path);
  let sentence = new OpenSentence();
  let length = 0;
  for await (const { text, line } of textLines(path, settings.maxRecordLength, settings)) {
    length += text.length;
    if (length > settings.maxRecordLength) {
      const most = `at most ${settings.maxRecordLength} characters in a sentence (maxRecordLength)`;
      refuse({ line }, most, 'more');
    }
    if (text.trim() !== '') sentence.add(text, line, refuse);
    else {
      if (sentence.line > 0) yield sentence.close();
      sentence = new OpenSentence();
      length = 0;
    }
  }
  if (sentence.line > 0) yield sentence.close();
}

class OpenSentence {
  line = 0;
  readonly #tokens: string[] = [];
  readonly #tags: string[] = [];
  readonly #comments = new Map<string, string>();
  #columns = 0;

  add(text: string, line: number, refuse: Refuse): void {
    const comment = this.line === 0 ? COMMENT.exec(text) : null;
    // A token that is a number sign has a tag after it.
    if (comment !== null && !text.includes('\t')) {
      this.#comments.set((comment[1] ?? '').toLowerCase(), (comment[2] ?? '').trim());
      return;
    }
    if (text.startsWith('-DOCSTART-')) return;
    this.#addToken(text, { line }, refuse);
    if (this.line === 0) this.line = line;
  }

  close(): TaggedSentence {
    const text = this.#comments.get('text') ?? this.#tokens.join(' ');
    const intent = this.#comments.get('intent');
    return { tokens: this.#tokens, tags: this.#tags, text, intent, line: this.line };
  }

  #addToken(text: string, place: Place, refuse: Refuse): void {
    const columns = text.includes('\t') ? text.split('\t') : text.trim().split(/ +/);
    const tag = columns.at(-1) ?? '';
    if (columns.length < 2) refuse(place, 'a token and its tag', quoted(text));
    if (this.#columns > 0 && columns.length !== this.#columns) {
      refuse(place, `${this.#columns} columns as in the line before`, `${columns.length}`);
    }
    if (!TAG.test(tag)) {
      const column = text.lastIndexOf(tag) + 1;
      refuse({ ...place, column }, 'a tag O, B-… or I-… in the last column', quoted(tag));
    }
    const isNumbered = columns.length > 2 && columns[0] === String(this.#tokens.length + 1);
    this.#columns = columns.length;
    this.#tokens.push(columns[isNumbered ? 1 : 0] ?? '');
    this.#tags.push(tag);
  }
}

/** An entity or slot: some tokens in a row, and what they are. */
export type Mention = { readonly type: string; readonly start: number; readonly end: number };

/** The entities that tags in BIO mark; `end` is the token after the last one. */
export function mentionsOf(tags: readonly string[]): Mention[] {
  const mentions: { type: string; start: number; end: number }[] = [];
  for (const [i, tag] of tags.entries()) {
    if (tag === 'O') continue;
    const type = tag.slice(2);
    const last = mentions.at(-1);
    if (tag.startsWith('I-') && last?.end === i && last.type === type) last.end++;
    else mentions.push({ type, start: i, end: i + 1 });
  }
  return mentions;
}

/**
 * The rows of a CoNLL file. If its sentences have intents, those are the labels; if not, each entity is a row
 * with its type as the label.
 */
export async function* conllRows(path: string, settings: ReadSettings): AsyncGenerator<TextRow> {
  const refuse = refusalsOf(path);
  let hasIntents: boolean | undefined;
  for await (const { intent, text, line, tokens, tags } of conllSentences(path, settings)) {
    hasIntents ??= intent !== undefined;
    if (hasIntents !== (intent !== undefined)) {
      refuse({ line }, 'an intent before every sentence or before none', intent ?? 'none');
    }
    if (intent === '') refuse({ line }, 'the name of an intent', 'an empty one');
    if (intent !== undefined) yield { text, label: intent, line };
    else {
      for (const { type, start, end } of mentionsOf(tags)) {
        yield { text: tokens.slice(start, end).join(' '), label: type, line: line + start };
      }
    }
  }
}
