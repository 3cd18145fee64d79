import { mutated } from '../mutate';
import type { Random } from '../random';

/** Any function of the surface, whatever it takes. */
export type AnyFunction = (...args: never[]) => unknown;

export type Recipe = {
  readonly area: string;
  readonly name: string;
  prepare(random: Random): { run: () => unknown; args: unknown };
};

/** A function and arguments that fit it, which are made wrong here and there. */
export function recipe(
  area: string,
  name: string,
  fn: AnyFunction | ((random: Random) => AnyFunction),
  fitting: (random: Random) => readonly unknown[],
  options: { made?: boolean } = {},
): Recipe {
  return {
    area,
    name,
    prepare(random) {
      const called = options.made ? (fn as (random: Random) => AnyFunction)(random) : fn;
      const args = mutated(fitting(random), random);
      return { run: () => Reflect.apply(called, undefined, args), args };
    },
  };
}

/** A method of an object that is made anew for each call. */
export function method<T extends object>(
  area: string,
  name: string,
  make: (random: Random) => T,
  key: keyof T & string,
  fitting: (random: Random, receiver: T) => readonly unknown[],
): Recipe {
  return {
    area,
    name,
    prepare(random) {
      const receiver = make(random);
      const args = mutated(fitting(random, receiver), random);
      const called = receiver[key] as AnyFunction;
      return { run: () => Reflect.apply(called, receiver, args), args };
    },
  };
}

/** A method of an object that is made outside of the call's scope, asked once, and freed. */
export function methodOfMade<T extends AsyncDisposable | Disposable>(
  area: string,
  name: string,
  make: () => T | Promise<T>,
  key: keyof T & string,
  fitting: (random: Random) => readonly unknown[],
): Recipe {
  return {
    area,
    name,
    prepare(random) {
      const args = mutated(fitting(random), random);
      const run = async () => {
        await undefined;
        await using made = await make();
        return await Reflect.apply(made[key] as AnyFunction, made, args);
      };
      return { run, args };
    },
  };
}

type Change = (fn: AnyFunction) => AnyFunction;

/** How functions of a module become recipes, by their names there. */
export function recipesOf<M extends object>(area: string, prefix: string, module: M) {
  return (
    name: keyof M & string,
    fitting: (random: Random) => readonly unknown[],
    change: Change = (fn) => fn,
  ): Recipe =>
    recipe(area, `${prefix}.${name}`, change(Reflect.get(module, name) as AnyFunction), fitting);
}

/** A class of a module, constructed. */
export function construction(
  area: string,
  name: string,
  made: unknown,
  fitting: (random: Random) => readonly unknown[],
): Recipe {
  const call = (...args: unknown[]) => Reflect.construct(made as new () => unknown, args);
  return recipe(area, name, call, fitting);
}

/** Methods and properties of an object that is made anew for each call, by their names. */
export function methods<T extends object>(
  area: string,
  name: string,
  make: (random: Random) => T,
  fitting: Partial<Record<keyof T & string, (random: Random) => readonly unknown[]>>,
): Recipe[] {
  return Object.entries(fitting).map(([key, args]) =>
    method(
      area,
      `${name}.${key}`,
      make,
      key as keyof T & string,
      args as (random: Random) => readonly unknown[],
    ),
  );
}
