import { randomUUID } from 'node:crypto';
import { maxHeaderSize } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { isPlainObject, readOptions } from '../../check';
import { invalidArgument } from '../../errors';
import { packageVersion } from '../../package-version';
import { AdaptedClassifier } from '../adapted/adapted-classifier';
import { FewShotClassifier } from '../few-shot-classifier';
import type { Servable } from '../servable';
import { type Classifiers, classifierName } from '../store/classifiers';
import { MemoryClassifiers } from '../store/memory-classifiers';
import { Access, warnOfUnusedTokens } from './access';
import { Addresses } from './addresses';
import { answerError, answerErrors } from './answer-errors';
import { refuseBrokenRequest } from './broken-request';
import { ChangesUnderWay } from './changes-under-way';
import { HttpError } from './http-error';
import { parseJsonStrictly } from './json-body';
import { followLife } from './life';
import { Metrics } from './metrics';
import { SERVER_OPTIONS, type ServerOptions, type ServerSettings } from './options';
import { httpPackages } from './packages';
import { recordAnswers } from './request-log';
import { addAssistant } from './routes/assistant';
import { addClassifiers } from './routes/classifiers';
import { addClassify } from './routes/classify';
import { addHealth } from './routes/health';
import { addLabels } from './routes/labels';
import { addMonitor } from './routes/monitor';
import { addPages } from './routes/pages';
import { schemaError } from './schema-message';
import { schemasOf } from './schemas';
import type { Service } from './service';

const {
  fastify: { fastify, LogController },
  rateLimit,
  swagger,
} = httpPackages();

const OPERATOR = 'createServer';

/** See `create-server.ts`, which is public and loads this file when it is called. */
export function createServer(
  classifiers: Readonly<Record<string, Servable>> | Classifiers,
  options: ServerOptions = {},
): FastifyInstance {
  const settings = readOptions(SERVER_OPTIONS, options, OPERATOR);
  const kept = keptIn(classifiers, settings);
  if (settings.tokens) warnOfUnusedTokens(settings.tokens, [...kept.names(), ...tasksOf(settings)]);
  const metrics = new Metrics(() => kept.pools(), settings.maxLabelMetrics);
  const schemas = schemasOf(settings);
  const changes = new ChangesUnderWay(settings.maxChanges);
  const readiness = { ready: false };
  const service = { classifiers: kept, metrics, settings, schemas, readiness, changes };
  const server = bareServer(settings, metrics);
  const addresses = new Addresses();
  addresses.follow(server);
  parseJsonStrictly(server);
  answerErrors(server, addresses, settings.bodyLimit);
  recordAnswers(server, metrics);
  if (settings.rateLimit > 0) limitRate(server, settings.rateLimit);
  checkTokensOf(server, new Access(settings.tokens));
  void server.register(swagger, openapi(settings));
  void server.register(async (scope) => addRoutes(scope, service));
  followLife(server, service);
  return server;
}

/** What is served beside classifiers, by the names that tokens have for it. */
function tasksOf({ assistant, monitor }: ServerSettings): string[] {
  return [...(assistant ? ['assistant'] : []), ...(monitor ? ['monitor'] : [])];
}

function keptIn(
  classifiers: Readonly<Record<string, Servable>> | Classifiers,
  { pool }: ServerSettings,
): Classifiers {
  if (isClassifiers(classifiers)) return classifiers;
  if (!isPlainObject(classifiers)) {
    throw invalidArgument('classifiers by name', `classifiers of ${OPERATOR}`, classifiers);
  }
  for (const [name, classifier] of Object.entries(classifiers)) {
    classifierName(name, OPERATOR);
    if (isServable(classifier)) continue;
    throw invalidArgument(
      'a FewShotClassifier or AdaptedClassifier',
      `${name} of ${OPERATOR}`,
      classifier,
      OPERATOR,
    );
  }
  return new MemoryClassifiers(classifiers, pool);
}

function isServable(value: unknown): boolean {
  return value instanceof FewShotClassifier || value instanceof AdaptedClassifier;
}

function isClassifiers(value: unknown): value is Classifiers {
  const { names, change }: Partial<Classifiers> = Object(value);
  return typeof names === 'function' && typeof change === 'function';
}

function bareServer(
  { log, logTo, bodyLimit, trustProxy }: ServerSettings,
  metrics: Metrics,
): FastifyInstance {
  return fastify({
    logger: log === 'silent' ? false : { level: log, ...(logTo && { stream: logTo }) },
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    trustProxy,
    // Threads start and encoders load in hooks, which takes as long as the machine needs for it.
    pluginTimeout: 0,
    // Long names are refused as wrong names are, by the schema.
    routerOptions: { maxParamLength: maxHeaderSize },
    // Faults are worded by us, from the schema and the value that does not fit it.
    ajv: { customOptions: { verbose: true, coerceTypes: false, removeAdditional: false } },
    schemaErrorFormatter: (faults, part) => schemaError(faults, part),
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    frameworkErrors: (error, request, reply) => {
      void answerError(error, request, reply, bodyLimit);
    },
    clientErrorHandler: (error, socket) =>
      refuseBrokenRequest(error, socket, (status) =>
        metrics.answered('(none)', '(none)', status, 0),
      ),
  });
}

function limitRate(server: FastifyInstance, max: number): void {
  void server.register(rateLimit, {
    max,
    timeWindow: '1 minute',
    errorResponseBuilder: (_request, { max: most }) =>
      new HttpError(429, 'ERR_HTTP_RATE_LIMIT', `Expected at most ${most} requests a minute`),
  });
}

/** Tokens are looked at before bodies are read. */
function checkTokensOf(server: FastifyInstance, access: Access): void {
  server.decorateRequest('grant');
  // After the limit of the rate, which guards against guessing.
  server.addHook('preParsing', async (request) => {
    const isPublic = Object(request.routeOptions.config).isPublic === true;
    if (isPublic || request.is404) return;
    request.grant = access.grantOf(request.headers.authorization);
  });
}

function openapi({ tokens }: ServerSettings) {
  const security = { token: { type: 'http', scheme: 'bearer' } as const };
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'metatorch',
        description: 'Few-shot text classifiers that learn while they serve.',
        version: packageVersion(),
      },
      ...(tokens && { components: { securitySchemes: security }, security: [{ token: [] }] }),
    },
  };
}

async function addRoutes(server: FastifyInstance, service: Service): Promise<void> {
  addHealth(server, service);
  addClassify(server, service);
  addLabels(server, service);
  addClassifiers(server, service);
  addAssistant(server, service);
  addMonitor(server, service);
  addPages(server, service);
}
