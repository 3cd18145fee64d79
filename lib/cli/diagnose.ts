import { describe } from '../errors';
import {
  type Flavour,
  type Libtorch,
  type LocateResult,
  locateLibtorch,
  missingCure,
  type PassedOver,
  requestedDevice,
} from '../libtorch';
import { addonBuildVersion, addonPath, loadNative } from '../native';
import { packageVersion } from '../package-version';
import { glibcVersion, type Platform, platformProblem, thisPlatform } from '../platform';
import { encoderPackage, readPackageFile } from '../text/encoders/use-lite/package-files';

/** Something that keeps metatorch from working, and what to do about it. */
export interface Problem {
  problem: string;
  cure: string;
}

/** The facts that the native part reports once it is loaded. */
export interface RuntimeFacts {
  torchVersion: string;
  devices: string[];
  numThreads: number;
  numInteropThreads: number;
  waitPolicy: string;
  compiler: string;
  napiVersion: number;
}

/** All that `metatorch doctor` finds out; what could not be found out is undefined. */
export interface Diagnosis {
  metatorch: string;
  node: string;
  platform: string;
  device: Flavour;
  addon: { path: string | undefined; builtFor: string | undefined };
  libtorch: Libtorch | undefined;
  passedOver: PassedOver[];
  runtime: RuntimeFacts | undefined;
  /** The package of the default encoder, and where it is. */
  encoder: string | undefined;
  problems: Problem[];
}

/** The facts a diagnosis starts from; each may throw, and a test may replace it. */
export interface Probes {
  platform(): Platform;
  device(): Flavour;
  locate(device: Flavour): LocateResult;
  addonPath(): string;
  addonBuildVersion(): string;
  runtime(): RuntimeFacts & { cudaError: string | undefined };
  encoder(): string;
}

const NODE_AT_LEAST = [20, 19] as const;
const ENCODER = 'Install it, unless your programs name an encoder of their own.';
const REBUILD = 'Run `npm run setup` in a checkout, or reinstall the package.';

/** The probes of this process. */
export const nativeProbes: Probes = {
  platform: () => ({ ...thisPlatform(), glibc: glibcVersion() }),
  device: requestedDevice,
  locate: (device) => locateLibtorch({ device }),
  addonPath,
  addonBuildVersion,
  runtime: () => {
    const binding = loadNative();
    const { cudaDevices, ...facts } = binding.runtimeInfo();
    const cuda = Array.from({ length: cudaDevices }, (_, index) => `cuda:${index}`);
    return {
      ...facts,
      torchVersion: binding.runtimeVersion,
      devices: ['cpu', ...cuda],
      cudaError: binding.cudaError,
    };
  },
  encoder: () => {
    const source = encoderPackage();
    for (const name of Object.keys(source.digests)) readPackageFile(name, source);
    return `${source.name} ${source.version} at ${source.folder}`;
  },
};

/** Looks at every part in turn and never throws: a part that fails becomes a problem. */
export function diagnose(probes: Probes = nativeProbes, nodeVersion = process.versions.node) {
  const problems: Problem[] = [];
  const platform = probes.platform();
  const attempt = <T>(probe: () => T, cure: string): T | undefined => {
    try {
      return probe();
    } catch (error) {
      const blocked = isAboutPlatform(error) ? platformProblem(platform) : undefined;
      problems.push(blocked ?? { problem: messageOf(error), cure });
      return undefined;
    }
  };
  checkNode(nodeVersion, problems);
  const device = attempt(probes.device, 'Set METATORCH_DEVICE to cpu or cuda.') ?? 'cpu';
  const addon = attempt(probes.addonPath, REBUILD);
  const builtFor = addon === undefined ? undefined : attempt(probes.addonBuildVersion, REBUILD);
  const located = attempt(
    () => probes.locate(device),
    'Correct LIBTORCH, or unset it to let metatorch look elsewhere.',
  );
  const libtorch = located?.found;
  if (located !== undefined && libtorch === undefined) problems.push(noLibtorch(device));
  const isLoadable = libtorch !== undefined && builtFor !== undefined;
  const runtime = isLoadable ? attempt(probes.runtime, loadCure(libtorch, builtFor)) : undefined;
  if (runtime !== undefined) checkCuda(device, runtime, problems);
  const diagnosis: Diagnosis = {
    metatorch: packageVersion(),
    node: nodeVersion,
    platform: inWords(platform),
    device,
    addon: { path: addon, builtFor },
    libtorch,
    passedOver: located?.passedOver ?? [],
    runtime,
    encoder: attempt(probes.encoder, ENCODER),
    problems,
  };
  return diagnosis;
}

function isAboutPlatform(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_TORCH_PLATFORM'
  );
}

function inWords({ system, processor, libc, glibc }: Platform): string {
  const library = libc === 'glibc' && glibc !== undefined ? `glibc ${glibc}` : libc;
  return library === undefined ? `${system} ${processor}` : `${system} ${processor}, ${library}`;
}

function checkNode(version: string, problems: Problem[]): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = NODE_AT_LEAST;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return;
  problems.push({
    problem: `Node.js ${version} is too old: ${NODE_AT_LEAST.join('.')} or newer is needed`,
    cure: 'Install a newer one from https://nodejs.org.',
  });
}

function noLibtorch(device: Flavour): Problem {
  return { problem: `no libtorch was found for ${device}`, cure: missingCure(device) };
}

function loadCure(libtorch: Libtorch, builtFor: string): string {
  const minor = (version: string) => version.split('.').slice(0, 2).join('.');
  if (minor(libtorch.version) === minor(builtFor)) return REBUILD;
  return `Use libtorch ${minor(builtFor)}.x, or rebuild the addon with \`npm run build:native\`.`;
}

function checkCuda(device: Flavour, runtime: ReturnType<Probes['runtime']>, problems: Problem[]) {
  if (runtime.cudaError !== undefined) {
    problems.push({
      problem: `libtorch's CUDA part does not load: ${runtime.cudaError}`,
      cure: 'Install it with the packages it needs: `npx metatorch libtorch install --cuda`.',
    });
  } else if (device === 'cuda' && runtime.devices.length === 1) {
    problems.push({
      problem: 'METATORCH_DEVICE asks for CUDA, but there is no CUDA device',
      cure: 'Check that `nvidia-smi` shows one, or unset METATORCH_DEVICE.',
    });
  }
}

function messageOf(error: unknown): string {
  const hasMessage = typeof error === 'object' && error !== null && 'message' in error;
  return hasMessage ? String(error.message) : describe(error);
}
