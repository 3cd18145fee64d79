import { fileURLToPath } from 'node:url';
import { ArgumentRangeError, ArgumentTypeError, outOfRange } from '../../errors';
import type { Meeting } from './process-group';

type Place = Pick<Meeting, 'file' | 'host' | 'port' | 'serves'>;

/** The rank and the number of ranks: of the options, else of the environment. */
export function rankFrom(
  { rank, worldSize }: { rank?: number | undefined; worldSize?: number | undefined },
  operator: string,
): { rank: number; worldSize: number } {
  const size = worldSize ?? variable('WORLD_SIZE', 1, operator);
  const own = rank ?? variable('RANK', 0, operator);
  if (own < size) return { rank: own, worldSize: size };
  throw outOfRange(`an integer from 0 to ${size - 1}`, `rank of ${operator}`, own, operator);
}

/** Where the ranks find each other. */
export function placeOf(method: string, rank: number, operator: string): Place {
  const serves = rank === 0;
  if (method === 'env://') {
    const host = text('MASTER_ADDR', operator);
    const port = variable('MASTER_PORT', 1, operator, 65_535);
    // torchrun itself is the server, so that it outlives every rank.
    const agent = process.env['TORCHELASTIC_USE_AGENT_STORE'] === 'True';
    return { file: '', host, port, serves: serves && !agent };
  }
  const url = URL.canParse(method) ? new URL(method) : undefined;
  if (url?.protocol === 'tcp:' && url.hostname !== '' && Number(url.port) > 0) {
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    return { file: '', host, port: Number(url.port), serves };
  }
  if (url?.protocol === 'file:' && url.host === '') {
    return { file: fileURLToPath(url), host: '', port: 0, serves: false };
  }
  const expected = "'env://', 'tcp://host:port' or 'file:///path'";
  throw outOfRange(expected, `initMethod of ${operator}`, method, operator);
}

/**
 * The address of a rank that meets the others at a host, if that says it: on one machine it is that of the machine
 * itself, whatever its name resolves to. A network interface that the user has chosen goes before.
 */
export function addressBeside(host: string): string {
  const isHere = ['127.0.0.1', 'localhost', '::1'].includes(host);
  return isHere && !process.env['GLOO_SOCKET_IFNAME'] ? '127.0.0.1' : '';
}

function text(name: string, operator: string): string {
  const value = process.env[name];
  if (value !== undefined && value !== '') return value;
  throw new ArgumentTypeError(
    `Expected ${name} in the environment for ${operator}, or an option for it, but received none: start the processes by torchrun or metatorch train --processes, or set it`,
    operator,
    name,
  );
}

function variable(name: string, least: number, operator: string, most = 2 ** 31 - 1): number {
  const value = text(name, operator);
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= least && number <= most) return number;
  throw new ArgumentRangeError(
    `Expected an integer from ${least} to ${most} for ${name} of the environment but received '${value}'`,
    operator,
    name,
  );
}
