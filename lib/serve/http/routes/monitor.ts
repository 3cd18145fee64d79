import type { FastifyInstance } from 'fastify';
import type { MonitorItem } from '../../monitor/item';
import { monitorSchemas } from '../monitor-schemas';
import { requireOpen, type Service } from '../service';
import { addFile } from '../static-page';

type Body = { items: MonitorItem[] };

/** `GET /v1/monitor` and `POST /v1/monitor/items`, and the page at `/monitor`, where there is a monitor. */
export function addMonitor(server: FastifyInstance, { settings }: Service): void {
  const { monitor } = settings;
  if (monitor === undefined) return;
  const schemas = monitorSchemas(settings);
  server.get('/v1/monitor', { schema: schemas.summary }, async (request) => {
    requireOpen(request, 'monitor');
    return monitor.summary();
  });
  server.post<{ Body: Body }>('/v1/monitor/items', { schema: schemas.push }, async (request) => {
    requireOpen(request, 'monitor');
    return monitor.push(request.body.items);
  });
  addFile(server, '/monitor', 'monitor.html');
  addFile(server, '/playground/monitor.mjs', 'monitor.mjs');
  addFile(server, '/playground/curve.mjs', 'curve.mjs');
}
