import { createHash, timingSafeEqual } from 'node:crypto';
import { array, isOptions } from '../../check';
import { describe, invalidArgument, outOfRange } from '../../errors';
import { nearestName } from '../../nearest-name';
import { warnOf } from '../../warnings';
import { classifierName } from '../store/classifiers';
import { HttpError } from './http-error';

/** Bearer tokens by the classifier that they open; those of `*` open all, and the metrics. */
export type Tokens = { readonly [classifier: string]: string | readonly string[] };

/** What the bearer of a token may use. */
export type Grant = {
  /** True if it is everything. */
  readonly all: boolean;
  opens(name: string): boolean;
};

const EVERYTHING: Grant = { all: true, opens: () => true };
const ALL = '*';
const SHORTEST = 16;

/** Who may use which classifier. Tokens are kept as digests, and compared in constant time. */
export class Access {
  readonly #digests: readonly { digest: Buffer; name: string }[] | undefined;

  /** @param tokens left out where everybody may do everything */
  constructor(tokens?: Tokens) {
    this.#digests =
      tokens &&
      Object.entries(tokens).flatMap(([name, some]) =>
        [some].flat().map((token) => ({ digest: digestOf(token), name })),
      );
  }

  /** What a request with this `Authorization` header may use. @throws HttpError 401 */
  grantOf(authorization: string | undefined): Grant {
    if (this.#digests === undefined) return EVERYTHING;
    const [, token] = /^Bearer +(\S+) *$/iu.exec(authorization ?? '') ?? [];
    if (token === undefined) throw unauthorized('Expected a bearer token for Authorization');
    const given = digestOf(token);
    const names = new Set<string>();
    // Without an early end, so that the time says nothing about which token is near.
    for (const { digest, name } of this.#digests) {
      if (timingSafeEqual(digest, given)) names.add(name);
    }
    if (names.size === 0) throw unauthorized('Expected a known bearer token for Authorization');
    if (names.has(ALL)) return EVERYTHING;
    return { all: false, opens: (name) => names.has(name) };
  }
}

/** Warns of tokens that open nothing, as mistyped names do, and names of classifiers to come. */
export function warnOfUnusedTokens(tokens: Tokens, names: readonly string[]): void {
  for (const name of Object.keys(tokens)) {
    if (name === ALL || names.includes(name)) continue;
    const near = nearestName(name, names);
    const offer = near === undefined ? '' : `; the nearest is ${near}`;
    const message = `Expected the name of a classifier for the token of ${describe(name)} but none has it yet${offer}`;
    warnOf('METATORCH_UNUSED_TOKENS', message);
  }
}

/** Returns `value` if it is tokens by classifier. */
export function checkTokens(value: unknown, name: string, operator: string): Tokens {
  const where = `${name} of ${operator}`;
  if (!isOptions(value)) {
    throw invalidArgument('tokens by the names of classifiers', where, value, operator);
  }
  const checked = Object.entries(value).map(([classifier, tokens]) => {
    if (classifier !== ALL) classifierName(classifier, operator);
    const own = `${name}.${classifier}`;
    const all = Array.isArray(tokens) ? array<unknown>(tokens, 'tokens', own, operator) : [tokens];
    return [classifier, all.map((token) => checkToken(token, `${own} of ${operator}`, operator))];
  });
  return Object.fromEntries(checked);
}

function checkToken(token: unknown, where: string, operator: string): string {
  if (typeof token !== 'string') throw invalidArgument('a token', where, token, operator);
  if (token.length >= SHORTEST && /^\S+$/u.test(token)) return token;
  // A secret that someone has only mistyped must not stand in a log.
  const expected = `a token of at least ${SHORTEST} characters without spaces`;
  throw outOfRange(expected, where, `${'*'.repeat(Math.min(token.length, SHORTEST))}`, operator);
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function unauthorized(message: string): HttpError {
  return new HttpError(401, 'ERR_HTTP_UNAUTHORIZED', message);
}
