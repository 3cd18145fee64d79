import type { FastifyInstance } from 'fastify';
import { chosen, type Service, untilGone } from '../service';

type Body = { classifier?: string; text?: string; texts?: string[]; timeout?: number };

/** `POST /v1/classify`. */
export function addClassify(server: FastifyInstance, service: Service): void {
  const { metrics, settings, schemas } = service;
  server.post<{ Body: Body }>(
    '/v1/classify',
    { schema: schemas.classify },
    async (request, reply) => {
      const { classifier: given, text, texts = [text ?? ''], timeout } = request.body;
      const { name, classifier } = chosen(service, request, given);
      const predictions = await classifier.predict(texts, {
        signal: untilGone(reply),
        timeout: Math.min(timeout ?? Infinity, settings.timeout),
      });
      metrics.predicted(name, predictions);
      return { classifier: name, predictions };
    },
  );
}
