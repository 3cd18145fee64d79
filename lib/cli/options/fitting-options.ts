import type { Command } from 'commander';

/**
 * Refuses options that say nothing without another, when it is not given: what somebody has written is never without
 * effect.
 *
 * @param command the command whose options were read
 * @param names what needs the other, as `command.opts()` names it
 * @param other what has to be given: `--port <n>`, or an argument such as `[other]`
 */
export function requireBeside(
  command: Command,
  names: readonly string[],
  other: string,
  isGiven: boolean,
): void {
  if (isGiven) return;
  const stray = command.options.find(
    (option) =>
      names.includes(option.attributeName()) &&
      command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (stray === undefined) return;
  command.error(`error: option '${stray.flags}' says nothing without '${other}'`);
}
