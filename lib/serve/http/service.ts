import type { FastifyReply, FastifyRequest } from 'fastify';
import { outOfRange } from '../../errors';
import type { Servable } from '../servable';
import type { AdditionOptions } from '../setup';
import type { Classifiers } from '../store/classifiers';
import { unknownClassifier } from '../store/unknown-classifier';
import type { Grant } from './access';
import type { ChangesUnderWay } from './changes-under-way';
import { HttpError, hungUp } from './http-error';
import type { Metrics } from './metrics';
import type { ServerSettings } from './options';
import type { schemasOf } from './schemas';
import type { Readiness } from './shut-down';

/** What all routes work with. */
export type Service = {
  readonly classifiers: Classifiers;
  readonly metrics: Metrics;
  readonly settings: ServerSettings;
  readonly schemas: ReturnType<typeof schemasOf>;
  readonly readiness: Readiness;
  readonly changes: ChangesUnderWay;
};

export type Chosen = { name: string; classifier: Servable };

declare module 'fastify' {
  interface FastifyRequest {
    /** What the request's token opens. */
    grant: Grant;
  }
}

/** Refuses a token that does not open a classifier, whether that is there or not. */
export function requireOpen({ grant }: FastifyRequest, name: string): void {
  if (grant.opens(name)) return;
  throw new HttpError(403, 'ERR_HTTP_FORBIDDEN', 'Expected a token that opens this classifier');
}

/** The classifier that a request names, or the only one that its token opens. */
export function chosen(service: Service, request: FastifyRequest, given?: string): Chosen {
  const name = given ?? onlyName(service.classifiers, request.grant);
  requireOpen(request, name);
  const classifier = service.classifiers.get(name);
  if (classifier === undefined) throw unknownClassifier(name);
  return { name, classifier };
}

/** Refuses changes where they are not wanted. */
export function requireWritable({ settings }: Service): void {
  if (!settings.readOnly) return;
  const message =
    'Expected no changes: the server is read-only, for want of a store to keep them in';
  throw new HttpError(403, 'ERR_HTTP_READ_ONLY', message);
}

/** Aborted when the client leaves before it has its answer. */
export function untilGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const abortUnlessAnswered = (): void => {
    if (!reply.raw.writableEnded) controller.abort(hungUp());
  };
  if (reply.raw.destroyed) abortUnlessAnswered();
  else reply.raw.once('close', abortUnlessAnswered);
  return controller.signal;
}

/** How much may be learned by a request, and until when. */
export function additionOf({ settings }: Service, reply: FastifyReply): AdditionOptions {
  const limits = { labels: settings.maxLabels, examples: settings.maxExamples };
  return { limits, signal: untilGone(reply) };
}

const MOST_NAMES = 10;

function onlyName(classifiers: Classifiers, grant: Grant): string {
  const names = classifiers.names().filter((name) => grant.opens(name));
  const [name] = names;
  if (name !== undefined && names.length === 1) return name;
  const some = names.slice(0, MOST_NAMES).join(', ') || 'a classifier, of which there is none yet';
  throw outOfRange(
    names.length > MOST_NAMES ? `one of ${some}, …` : `one of ${some}`,
    'classifier',
    undefined,
  );
}
