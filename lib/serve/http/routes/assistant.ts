import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Assistant } from '../../assistant/assistant';
import type { IntentAnswer, PastAnswer } from '../../assistant/definition';
import { assistantSchemas } from '../assistant-schemas';
import { requireOpen, type Service } from '../service';

type Said = { session: string; text: string; owner?: string };
type Correction = { session: string; intent: string; answer?: IntentAnswer };

/** `/v1/assistant`: replies, corrections, past answers and forgetting, where there is an assistant. */
export function addAssistant(server: FastifyInstance, { settings }: Service): void {
  const { assistant } = settings;
  if (assistant === undefined) return;
  const schemas = assistantSchemas(settings);
  const opened = (request: FastifyRequest): Assistant => {
    requireOpen(request, 'assistant');
    return assistant;
  };
  server.get('/v1/assistant', { schema: schemas.status }, async (request) =>
    opened(request).status(),
  );
  server.post<{ Body: Said }>(
    '/v1/assistant/replies',
    { schema: schemas.reply },
    async (request) => {
      const { session, text, owner } = request.body;
      return opened(request).reply(session, text, { owner });
    },
  );
  server.post<{ Body: Correction }>(
    '/v1/assistant/corrections',
    { schema: schemas.correct },
    async (request) => {
      const { session, intent, answer } = request.body;
      await opened(request).correct(session, intent, answer);
      return assistant.status();
    },
  );
  server.post<{ Body: PastAnswer }>(
    '/v1/assistant/answers',
    { schema: schemas.answered },
    async (request) => {
      await opened(request).answered(request.body);
      return assistant.status();
    },
  );
  server.delete<{ Body: { owner: string } }>(
    '/v1/assistant/owners',
    { schema: schemas.forget },
    async (request) => opened(request).forget(request.body.owner),
  );
}
