import type { Check } from '../check';

/** What checks a config, and may transform it; a schema of zod is one. */
export type ConfigSchema<T> = {
  safeParse(
    value: unknown,
  ): { readonly success: true; readonly data: T } | { readonly success: false; error?: unknown };
};

/** What a schema makes of a config that fits it. */
export type ConfigOf<S extends ConfigSchema<unknown>> = Extract<
  ReturnType<S['safeParse']>,
  { readonly success: true }
>['data'];

/** The schema of what passes a check. */
export function configSchema<T>(check: Check<T>): ConfigSchema<T> {
  return {
    safeParse: (value) => {
      try {
        return { success: true, data: check(value, 'config', 'the file') };
      } catch (error) {
        return { success: false, error };
      }
    },
  };
}

/** A check that values pass which fit a schema. */
export function checkOf<S extends ConfigSchema<unknown>>(schema: S): Check<ConfigOf<S>> {
  return (value) => {
    const result = schema.safeParse(value);
    if (result.success) return result.data as ConfigOf<S>;
    throw result.error ?? new TypeError('Expected a config that fits its schema');
  };
}
