import path from 'node:path';
import { addonPath, SHARED_LIBRARY } from './addon-path';
import { cutOffLibrary } from './elf';
import { type ErrorCode, fromNative, TorchError } from './errors';
import { withAdvice } from './libtorch/load-advice';
import { requestedDevice, requireLibtorch } from './libtorch/locate';
import type { NativeBinding } from './native-binding';
import { glibcVersion, libraryProblem, platformError, thisPlatform } from './platform';
import { warn } from './warnings';

export type { NativeBinding, OverloadInfo, ParameterInfo, StreamId } from './native-binding';
export type { GraphNode, Handle } from './native-graph';
export { addonPath };

interface Loader {
  load(libDir: string, addonPath: string): NativeBinding;
  readonly buildVersion: string;
}

let loaded: NativeBinding | undefined;
let failure: { readonly error: unknown } | undefined;

/** The version of libtorch that the addon at hand was built against, without loading libtorch. */
export function addonBuildVersion(): string {
  return openLoader(addonPath()).buildVersion;
}

/**
 * Loads libtorch and the bindings, once for each thread. What has failed once fails again with the same
 * error: looking for libtorch takes up to a second, and half a libtorch in the process stays there.
 *
 * @throws TorchError `ERR_TORCH_ADDON_MISSING`, `ERR_TORCH_LIBRARY_MISSING`,
 *   `ERR_TORCH_LIBRARY_VERSION`, `ERR_TORCH_LIBRARY_LOAD` or `ERR_TORCH_PLATFORM`
 */
export function loadNative(): NativeBinding {
  if (failure) throw failure.error;
  try {
    loaded ??= load();
    return loaded;
  } catch (error) {
    failure = { error };
    throw error;
  }
}

function load(): NativeBinding {
  requireWorkingDirectory();
  const addon = addonPath();
  const loader = openLoader(addon);
  const { libDir } = requireLibtorch({ device: requestedDevice(), builtFor: loader.buildVersion });
  const native = open(() => loader.load(libDir, nextTo(addon)), libDir);
  native.setErrorFactory(fromNative);
  native.setWarningListener(warn);
  return native;
}

/** Without one, the math library that libtorch loads ends the process. */
function requireWorkingDirectory(): void {
  try {
    process.cwd();
  } catch (cause) {
    const message =
      'Expected a working directory that exists, which libtorch needs to be loaded, but it has been deleted';
    throw new TorchError('ERR_TORCH_LIBRARY_LOAD', message, { cause });
  }
}

function openLoader(addon: string): Loader {
  const folder = path.dirname(addon);
  const damage = cutOffLibrary(folder);
  if (damage !== undefined) {
    const message = `${damage}. Install metatorch again.`;
    throw new TorchError('ERR_TORCH_LIBRARY_LOAD', message, { path: folder });
  }
  return open(() => require(addon) as Loader, addon);
}

function open<T>(load: () => T, file: string): T {
  try {
    return load();
  } catch (cause) {
    throw loadError(cause, file);
  }
}

function nextTo(addon: string): string {
  return path.join(path.dirname(addon), SHARED_LIBRARY);
}

function loadError(cause: unknown, file: string): TorchError {
  const { code, message } = cause as { code?: string; message?: string };
  const known: ErrorCode = isLibraryCode(code) ? code : 'ERR_TORCH_LIBRARY_LOAD';
  const problem = known === 'ERR_TORCH_LIBRARY_LOAD' ? libraryProblemNow() : undefined;
  if (problem !== undefined) return platformError(problem, cause);
  return new TorchError(known, withAdvice(message ?? String(cause)), { path: file, cause });
}

/** An old glibc shows only when a library does not load. */
function libraryProblemNow() {
  return libraryProblem({ ...thisPlatform(), glibc: glibcVersion() });
}

function isLibraryCode(code: string | undefined): code is ErrorCode {
  return code?.startsWith('ERR_TORCH_LIBRARY_') === true;
}
