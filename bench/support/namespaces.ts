import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import path from 'node:path';

/** What a link does to what is sent. */
export type LinkShape = { readonly milliseconds: number; readonly gigabits: number };

const PREFIX = 'metatorch-';
const FOLDER = '/var/run/netns';
const DEVICE = 'link0';
const HUB = 'hub';
const ENDS = ['SIGINT', 'SIGTERM'] as const;
// Jumbo frames, as between machines that compute together.
const MTU = '9000';

function run(command: string, ...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
}

/** What this machine lacks for network namespaces; undefined if nothing. */
export function whatNamespacesLack(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are a part of Linux';
  if (process.getuid?.() !== 0) return 'network namespaces are made by root';
  const name = `${PREFIX}${process.pid}-probe`;
  try {
    run('ip', 'netns', 'add', name);
    run('ip', '-n', name, 'link', 'add', DEVICE, 'type', 'veth', 'peer', 'name', 'peer');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    spawnSync('ip', ['netns', 'del', name]);
  }
  return undefined;
}

/**
 * Network namespaces, each with an address of its own, joined by a bridge: what runs in them sees the others as
 * machines of one network.
 */
export class Namespaces {
  readonly names: readonly string[];
  /** How links are made, in words. */
  readonly links: string;
  readonly #hub: string;
  #carrier: ChildProcess | undefined;
  readonly #closeAtExit = () => this.close();
  readonly #exit = (signal: NodeJS.Signals) => process.exit(signal === 'SIGINT' ? 130 : 143);

  /** @param shape what links do; without it they are as fast as this machine */
  static async open(count: number, shape?: LinkShape): Promise<Namespaces> {
    removeForgotten();
    const made = new Namespaces(count, shape === undefined || hasNetem() ? 'tc' : 'program');
    try {
      await made.#join(shape);
      return made;
    } catch (error) {
      made.close();
      throw error;
    }
  }

  private constructor(count: number, links: 'tc' | 'program') {
    const name = (which: number | string) => `${PREFIX}${process.pid}-${which}`;
    this.names = Array.from({ length: count }, (_, i) => name(i));
    this.#hub = name(HUB);
    this.links =
      links === 'tc' ? 'veth and netem' : 'bench/peers/links.py, as this kernel has no netem';
    process.once('exit', this.#closeAtExit);
    // Signals end a process without `exit`.
    for (const signal of ENDS) process.once(signal, this.#exit);
  }

  /** The address of one of them. */
  address(of: number): string {
    return `10.77.0.${of + 1}`;
  }

  /** The command line that runs another in one of them. */
  within(which: number, command: string, args: readonly string[]): [string, string[]] {
    return ['ip', ['netns', 'exec', this.#name(which), command, ...args]];
  }

  /** Nothing comes in or goes out any more; connections do not learn of it. */
  cut(which: number): void {
    run('ip', '-n', this.#name(which), 'link', 'set', DEVICE, 'down');
  }

  restore(which: number): void {
    run('ip', '-n', this.#name(which), 'link', 'set', DEVICE, 'up');
  }

  /** Removes them, with all links. */
  close(): void {
    this.#carrier?.kill('SIGKILL');
    this.#carrier = undefined;
    for (const name of [...this.names, this.#hub]) spawnSync('ip', ['netns', 'del', name]);
    process.removeListener('exit', this.#closeAtExit);
    for (const signal of ENDS) process.removeListener(signal, this.#exit);
  }

  #name(which: number): string {
    const name = this.names[which];
    if (name === undefined) throw new Error(`Expected a namespace but received ${which}`);
    return name;
  }

  async #join(shape: LinkShape | undefined): Promise<void> {
    for (const name of this.names) run('ip', 'netns', 'add', name);
    if (shape !== undefined && !hasNetem()) this.#carrier = await startCarrier(this.names, shape);
    else this.#bridge(shape);
    for (const [i, name] of this.names.entries()) {
      const set = (...args: readonly string[]) => run('ip', '-n', name, ...args);
      set('addr', 'add', `${this.address(i)}/24`, 'dev', DEVICE);
      set('link', 'set', DEVICE, 'mtu', MTU, 'up');
      set('link', 'set', 'lo', 'up');
    }
  }

  #bridge(shape: LinkShape | undefined): void {
    const hub = this.#hub;
    run('ip', 'netns', 'add', hub);
    run('ip', '-n', hub, 'link', 'add', 'bridge', 'type', 'bridge');
    run('ip', '-n', hub, 'link', 'set', 'bridge', 'up');
    for (const [i, name] of this.names.entries()) {
      const port = `port${i}`;
      run(
        'ip',
        ...['-n', hub, 'link', 'add', port, 'mtu', MTU, 'type', 'veth'],
        ...['peer', 'name', DEVICE, 'netns', name],
      );
      run('ip', '-n', hub, 'link', 'set', port, 'master', 'bridge', 'up');
      if (shape === undefined) continue;
      const { milliseconds, gigabits } = shape;
      const netem = ['netem', 'delay', `${milliseconds}ms`, 'rate', `${gigabits}gbit`];
      run('tc', '-n', name, 'qdisc', 'add', 'dev', DEVICE, 'root', ...netem, 'limit', '100000');
    }
  }
}

/** Whether `tc` and the kernel can delay packets. */
function hasNetem(): boolean {
  const name = `${PREFIX}${process.pid}-probe`;
  const tc = ['-n', name, 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms'];
  try {
    run('ip', 'netns', 'add', name);
    return spawnSync('tc', tc).status === 0;
  } finally {
    spawnSync('ip', ['netns', 'del', name]);
  }
}

async function startCarrier(
  names: readonly string[],
  { milliseconds, gigabits }: LinkShape,
): Promise<ChildProcess> {
  const script = path.join(__dirname, '../peers/links.py');
  const args = [script, `${milliseconds}`, `${gigabits}`, ...names];
  const python = process.env.METATORCH_PYTHON ?? 'python3';
  const carrier = spawn(python, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(carrier, 'close').then(() => {
    throw new Error('Expected links between the namespaces, but what carries packets has ended');
  });
  await Promise.race([once(carrier.stdout, 'data'), ended]);
  ended.catch(() => undefined);
  return carrier;
}

/** Removes what a process that was killed has left. */
function removeForgotten(): void {
  const all = readdirSync('/var/run').includes('netns') ? readdirSync(FOLDER) : [];
  for (const name of all) {
    const [, pid] = /^metatorch-(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && !isRunning(Number(pid))) spawnSync('ip', ['netns', 'del', name]);
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
