import { TorchError } from '../../errors';
import { faultOf } from '../../libtorch/reasons';

const NAMES_SHOWN = 5;

/** How a model of PyTorch is converted. */
export const CONVERT_MODEL =
  "safetensors.torch.save_file(torch.load('model.pt', weights_only=True), 'model.safetensors')";

/** The errors of a file of tensors, or of one part of it; all have the code `ERR_TORCH_FILE`. */
export class FileErrors {
  readonly #format: string;
  readonly #path: string | undefined;
  readonly #subject: string;

  /**
   * @param format what the file should be, for example `safetensors`
   * @param path left out where the bytes come from memory
   * @param part which part of the file is meant, if not the whole
   */
  constructor(format: string, path?: string, part?: string) {
    this.#format = format;
    this.#path = path;
    const whole = path ?? 'The data';
    this.#subject = part === undefined ? whole : `${whole}: ${part}`;
  }

  /** The file breaks a rule of its format. */
  invalid(expected: string, found: string): TorchError {
    return this.#error(
      `${this.#subject} is not a valid ${this.#format} file: expected ${expected} but found ${found}`,
    );
  }

  /** The operating system, or a layer in between, could not read it. */
  unreadable(cause: unknown): TorchError {
    const message = `Cannot read ${this.#subject}: expected ${withArticle(this.#format)} file but found ${faultOf(cause, this.#path)}`;
    return this.#error(message, cause);
  }

  /** The file holds pickle; `convert` is Python that makes another of it. */
  pickle(holds: string, convert: string): TorchError {
    return this.#error(
      `${this.#subject} ${holds}. Loading pickle executes code that the file contains, so it is never read. Convert it in Python, if you trust it: ${convert}`,
    );
  }

  /** The file is sound, but has no tensor of that name. */
  missing(name: string, names: readonly string[]): TorchError {
    const shown = names.slice(0, NAMES_SHOWN).map((known) => JSON.stringify(known));
    const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
    return this.#error(
      `${this.#subject} has no tensor ${JSON.stringify(name)}; it has ${shown.join(', ') || 'none'}${more}`,
    );
  }

  #error(message: string, cause?: unknown): TorchError {
    const path = this.#path === undefined ? {} : { path: this.#path };
    return new TorchError(
      'ERR_TORCH_FILE',
      message,
      cause === undefined ? path : { ...path, cause },
    );
  }
}

/** Whether the first bytes of a file are those of a zip archive with something in it. */
export function isZip(start: Uint8Array): boolean {
  return start[0] === 0x50 && start[1] === 0x4b && start[2] === 3 && start[3] === 4;
}

/** Whether the first bytes of a file are those of pickled objects, as Python 3 writes them. */
export function isPickle(start: Uint8Array): boolean {
  // A protocol number, then an opcode, which is never zero.
  const [first, protocol = 0, operation = 0] = start;
  return first === 0x80 && protocol >= 2 && protocol <= 5 && operation !== 0;
}

function withArticle(format: string): string {
  return /^n/.test(format) ? `an ${format}` : `a ${format}`;
}
