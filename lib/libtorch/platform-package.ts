import { PUBLISHED_PLATFORMS } from '../platform';
import type { Flavour } from './inspect';

type Resolve = (options: { paths: string[] }) => string;

/**
 * The packages with libtorch for the CPU, each named in a call of its own: tools that trace the files
 * which a program needs read the name there, and follow the package to its libraries.
 */
const BY_NAME: Readonly<Record<string, Resolve>> = {
  '@metatorch/libtorch-linux-x64': (options) =>
    require.resolve('@metatorch/libtorch-linux-x64', options),
  '@metatorch/libtorch-linux-arm64': (options) =>
    require.resolve('@metatorch/libtorch-linux-arm64', options),
};

/** The npm package that brings libtorch for this platform. */
export function platformPackageName(device: Flavour): string {
  const suffix = device === 'cuda' ? '-cuda' : '';
  return `@metatorch/libtorch-${process.platform}-${process.arch}${suffix}`;
}

/** Whether the package is one of those that npm installs with metatorch. */
export function isPublished(name: string): boolean {
  return PUBLISHED_PLATFORMS.some((platform) => name === `@metatorch/libtorch-${platform}`);
}

/** The package's main file, as seen from the folder `from`; undefined if it is not installed. */
export function resolvePlatformPackage(name: string, from: string): string | undefined {
  const resolve: Resolve = BY_NAME[name] ?? ((options) => require.resolve(name, options));
  try {
    return resolve({ paths: [from] });
  } catch {
    return undefined;
  }
}
