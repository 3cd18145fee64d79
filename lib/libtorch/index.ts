export { cacheFolder } from './cache';
export { type FetchOptions, fetchLibtorch } from './fetch';
export type { Flavour, Libtorch, Source } from './inspect';
export {
  type LocateOptions,
  type LocateResult,
  locateLibtorch,
  missingCure,
  PACKAGE_ROOT,
  type PassedOver,
  requestedDevice,
  requireLibtorch,
} from './locate';
export { DEFAULT_VERSION, isSupported, SUPPORTED_VERSIONS } from './versions';
