import { matching, recordOf, required, strictObject } from '../../check';
import { type Generator, isTensor, leaves, type Tensor, type Tree, torch } from '../../torch';
import {
  type DefaultState,
  defaultState,
  type GeneratorState,
  restoreDefault,
} from '../../torch/random';

/** The states of generators by name, and those of the devices' default generators. */
export type RandomStates = {
  readonly generators: Readonly<Record<string, GeneratorState>>;
  readonly defaults: readonly DefaultState[];
};

const INTEGER = matching(/^\d{1,20}$/, 'an integer');

/** What a checkpoint says of generators beside the tensors of their states. */
export const seedsCheck = recordOf(
  strictObject({ seed: required(INTEGER), forks: required(INTEGER) }),
);

export type Seeds = ReturnType<typeof seedsCheck>;

/** The states of generators by name, and of the default generators that parameters' devices have. */
export function randomStates(
  generators: Readonly<Record<string, Generator>>,
  params: Tree,
): RandomStates {
  const states = Object.entries(generators).map(([name, one]) => [name, one.snapshot()] as const);
  const devices = ['cpu', ...leaves(params).map(({ device }) => device)];
  return {
    generators: Object.fromEntries(states),
    defaults: [...new Set(devices)].filter((device) => device !== 'meta').map(defaultState),
  };
}

/** Sets generators to states of the same names. Of default generators, those that are not there are left out. */
export function restoreRandom(
  { generators: states, defaults }: RandomStates,
  generators: Readonly<Record<string, Generator>>,
  params: Tree,
): void {
  for (const [name, generator] of Object.entries(generators)) {
    const state = states[name];
    if (state !== undefined) generator.restore(state);
  }
  const here = new Set(['cpu', ...leaves(params).map(({ device }) => device)]);
  for (const one of defaults) if (here.has(one.device)) restoreDefault(one);
}

export type RandomTensors = {
  readonly generators: Readonly<Record<string, Tensor>>;
  readonly defaults: Readonly<Record<string, Tensor>>;
};

/** The states as tensors of bytes, and what of them are no bytes. */
export function randomTensors({ generators, defaults }: RandomStates): {
  tensors: RandomTensors;
  seeds: Seeds;
} {
  const named = Object.entries(generators);
  return {
    tensors: {
      generators: Object.fromEntries(named.map(([name, { state }]) => [name, torch.tensor(state)])),
      defaults: Object.fromEntries(
        defaults.map(({ device, state }) => [device, torch.tensor(state)]),
      ),
    },
    seeds: Object.fromEntries(
      named.map(([name, { seed, forks }]) => [name, { seed: `${seed}`, forks: `${forks}` }]),
    ),
  };
}

/** The states that `randomTensors` was given; undefined if the tensors are not those of the seeds. */
export function statesOf(tensors: Tree | undefined, seeds: Seeds): RandomStates | undefined {
  const { generators, defaults }: { generators?: unknown; defaults?: unknown } = Object(tensors);
  const states = Object.entries(seeds).map(([name, { seed, forks }]) => {
    const state = bytesOf(Object(generators)[name]);
    return [name, state && { seed: BigInt(seed), forks: BigInt(forks), state }] as const;
  });
  const ofDevices = Object.entries(Object(defaults)).map(([device, tensor]) => {
    const state = bytesOf(tensor);
    return state && { device, state };
  });
  const whole = states.flatMap(([name, state]) => (state ? [[name, state] as const] : []));
  const known = ofDevices.flatMap((one) => (one ? [one] : []));
  if (whole.length < states.length || known.length < ofDevices.length) return undefined;
  return { generators: Object.fromEntries(whole), defaults: known };
}

function bytesOf(value: unknown): Uint8Array | undefined {
  return isTensor(value) && value.dtype === 'uint8' ? (value.data() as Uint8Array) : undefined;
}
