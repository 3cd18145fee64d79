import { createHash } from 'node:crypto';
import { isBounded, MOST_LEVELS } from '../check';
import { refuseFile } from '../files/checked-file';

const KEY = 'checksum';

/** The content of a JSON file with its own checksum, by which damage is noticed that is still JSON. */
export function sealed<T extends object>(content: T): T & { [KEY]: string } {
  return { ...content, [KEY]: checksumOf(content) };
}

/**
 * Refuses content that is not what was sealed, however it is laid out.
 *
 * @throws TorchError `ERR_TORCH_FILE`
 */
export function requireSeal(path: string, content: unknown): void {
  // What is sealed has its structures two levels below the top; more would be too many for the stack.
  if (!isBounded(content, MOST_LEVELS + 2)) {
    throw refuseFile(path, `JSON of at most ${MOST_LEVELS} levels`, 'more');
  }
  const { [KEY]: found, ...rest } = Object(content);
  const expected = checksumOf(rest);
  if (found === expected) return;
  const said = typeof found === 'string' ? found : 'no checksum';
  throw refuseFile(path, `the checksum of what it says, ${expected},`, said);
}

function checksumOf(content: object): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
