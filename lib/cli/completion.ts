import { Argument, type Command } from 'commander';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** `metatorch completion`: a script that lets a shell complete commands and options. */
export function registerCompletion(program: Command): void {
  program
    .command('completion')
    .summary('print a script with which a shell completes commands')
    .description('print a script with which a shell completes commands and options')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(SHELLS))
    .addHelpText('after', '\nFor bash: eval "$(metatorch completion bash)"')
    .action((shell: (typeof SHELLS)[number]) => {
      console.log(SCRIPTS[shell](wordsOf(program)));
    });
}

/** What may follow some words of a command line. */
type Words = { readonly path: string; readonly words: readonly string[] };

/** The words of each command of a tree, from the program's own down. */
export function wordsOf(command: Command, path: readonly string[] = []): Words[] {
  const options = command.options.flatMap(({ long }) => (long ? [long] : []));
  const names = command.commands.map((one) => one.name());
  const own = { path: path.join(' '), words: [...names, ...options, '--help'] };
  return [own, ...command.commands.flatMap((one) => wordsOf(one, [...path, one.name()]))];
}

const cases = (all: readonly Words[]): string =>
  all.map(({ path, words }) => `    '${path}') words='${words.join(' ')}' ;;`).join('\n');

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], (all: readonly Words[]) => string>> = {
  bash: (all) => `_metatorch() {
  local path='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) case " ${paths(all)} " in *" \${path:+\${path}/}$word "*) path="\${path:+\${path}/}$word" ;; esac ;; esac
  done
  case "\${path//\\// }" in
${cases(all)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o filenames -F _metatorch metatorch`,
  zsh: (all) => `#compdef metatorch
autoload -U +X bashcompinit && bashcompinit
${SCRIPTS.bash(all)}`,
  fish: (all) =>
    all
      .map(({ path, words }) => {
        const seen =
          path === ''
            ? '__fish_use_subcommand'
            : path
                .split(' ')
                .map((one) => `__fish_seen_subcommand_from ${one}`)
                .join('; and ');
        return `complete -c metatorch -n '${seen}' -a '${words.join(' ')}'`;
      })
      .join('\n'),
};

const paths = (all: readonly Words[]): string =>
  all.map(({ path }) => path.replaceAll(' ', '/')).join(' ');
