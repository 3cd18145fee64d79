import { invalidArgument } from '../../../../errors';
import type { Normalizer } from './characters';

/** Bytes of a cluster of characters that may be looked up as a whole. */
const CLUSTER_BYTES = 6;
const PRINTABLE = Array.from({ length: 0x5f }, (_, i) => String.fromCharCode(0x20 + i));
const ASCII = /^[\x20-\x7e]*$/;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The replacements of characters that SentencePiece has compiled into a model: a double array, in base64,
 * and behind it what its leaves point to. Clusters of characters are looked up first, as the tokenizers of
 * Hugging Face do, then characters.
 *
 * @throws ArgumentTypeError for what is no such table
 */
export function precompiledNormalizer(base64: string, name: string, operator: string): Normalizer {
  const table = tableOf(base64);
  if (table === undefined) {
    const expected = 'the compiled replacements of SentencePiece';
    throw invalidArgument(
      expected,
      `${name}.precompiled_charsmap of ${operator}`,
      base64,
      operator,
    );
  }
  const keepsAscii = PRINTABLE.every((character) => replacement(table, character) === undefined);
  const clusters = new Intl.Segmenter('und', { granularity: 'grapheme' });
  return (text) => {
    if (keepsAscii && ASCII.test(text)) return text;
    let own = '';
    for (const { segment } of clusters.segment(text)) own += replaced(table, segment);
    return own;
  };
}

type Table = { readonly units: Uint32Array; readonly texts: Uint8Array };

function tableOf(base64: string): Table | undefined {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length < 4) return undefined;
  const size = bytes.readUInt32LE(0);
  if (size === 0 || size % 4 !== 0 || size > bytes.length - 4) return undefined;
  const units = new Uint32Array(size / 4);
  // Both the file and the processors that libtorch is for have the lowest byte first.
  new Uint8Array(units.buffer).set(bytes.subarray(4, 4 + size));
  return { units, texts: bytes.subarray(4 + size) };
}

function replaced(table: Table, cluster: string): string {
  if (Buffer.byteLength(cluster) < CLUSTER_BYTES) {
    const whole = replacement(table, cluster);
    if (whole !== undefined) return whole;
  }
  let own = '';
  for (const character of cluster) own += replacement(table, character) ?? character;
  return own;
}

/** What stands for the shortest beginning of a text that the table knows. */
function replacement({ units, texts }: Table, text: string): string | undefined {
  let place = offsetOf(units[0] ?? 0);
  for (const byte of encoder.encode(text)) {
    if (byte === 0) return undefined;
    place ^= byte;
    const unit = units[place] ?? 0;
    if (labelOf(unit) !== byte) return undefined;
    place ^= offsetOf(unit);
    if (hasLeaf(unit)) return textAt(texts, (units[place] ?? 0) & 0x7fffffff);
  }
  return undefined;
}

function textAt(texts: Uint8Array, start: number): string {
  const end = texts.indexOf(0, start);
  return decoder.decode(texts.subarray(start, end < 0 ? texts.length : end));
}

// The bits of a unit of a double array, as in Darts-clone.
const hasLeaf = (unit: number): boolean => ((unit >>> 8) & 1) === 1;
const labelOf = (unit: number): number => (unit & 0x800000ff) >>> 0;
const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);
