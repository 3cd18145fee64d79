/** The name of the encoder that comes with the package. */
export const DEFAULT_ENCODER = 'use-lite';
