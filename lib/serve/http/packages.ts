import type fastifyRateLimit from '@fastify/rate-limit';
import type fastifySwagger from '@fastify/swagger';
import type * as Fastify from 'fastify';
import type * as Prometheus from 'prom-client';
import { packageError } from '../../optional-packages';

const NAMES = ['fastify', '@fastify/rate-limit', '@fastify/swagger', 'prom-client'];

type HttpPackages = {
  fastify: typeof Fastify;
  rateLimit: typeof fastifyRateLimit;
  swagger: typeof fastifySwagger;
  prometheus: typeof Prometheus;
};

/**
 * What the HTTP server is made with, which is not installed with this package.
 *
 * @throws TorchError `ERR_TORCH_PACKAGE_MISSING` with the command that installs it
 */
export function httpPackages(): HttpPackages {
  try {
    return {
      fastify: require('fastify'),
      rateLimit: require('@fastify/rate-limit'),
      swagger: require('@fastify/swagger'),
      prometheus: require('prom-client'),
    };
  } catch (cause) {
    throw packageError(cause, NAMES, 'The HTTP server');
  }
}
