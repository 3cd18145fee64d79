import { InvalidArgumentError } from 'commander';

type Read = (text: string) => number;

/** Reads the value of an option that is an integer from `least` on, up to `most` if that is given. */
export function integerFrom(least: number, most?: number): Read {
  const last = most ?? Number.MAX_SAFE_INTEGER;
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= last) return value;
    const range = most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`Expected an integer ${range}.`);
  };
}

/** Reads the value of an option that is any number from `least` to `most`. */
export function numberFrom(least: number, most: number): Read {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a number from ${least} to ${most}.`);
  };
}
