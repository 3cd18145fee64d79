/** What to do where a file of the package's own is missing. */
export const INSTALL_AGAIN =
  'If a bundler has put metatorch into a file of its own, make the package external (docs/bundlers.md). Otherwise install the package again.';
