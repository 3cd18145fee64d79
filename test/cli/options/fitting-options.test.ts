import { Command, CommanderError } from 'commander';
import { requireBeside } from '../../../lib/cli/options/fitting-options';

/** What is said of a command line, if something is. */
function saidOf(args: readonly string[], isGiven: boolean): string | undefined {
  const said: string[] = [];
  const command = new Command('serve')
    .option('--host <address>', 'where', 'localhost')
    .exitOverride()
    .configureOutput({ writeErr: (text) => said.push(text) })
    .action((_options, own: Command) => requireBeside(own, ['host'], '--port <n>', isGiven));
  try {
    command.parse(args, { from: 'user' });
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(CommanderError);
    return said.join('');
  }
}

test('an option that says nothing alone is refused without the other', () => {
  expect(saidOf(['--host', 'a'], false)).toBe(
    "error: option '--host <address>' says nothing without '--port <n>'\n",
  );
  expect(saidOf(['--host', 'a'], true)).toBeUndefined();
});

test('a default is nothing that somebody has said', () => {
  expect(saidOf([], false)).toBeUndefined();
});
