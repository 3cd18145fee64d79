/** What the dynamic linker says, and what to do about it. */
const ADVICE: readonly (readonly [said: RegExp, advice: string])[] = [
  [
    /file too short|invalid ELF header|cannot read file data|ELF load command|no loadable segments/,
    'The file is damaged: install its package again.',
  ],
  [
    /failed to map segment|[Cc]annot allocate memory/,
    'Either the process may take no more memory (libtorch needs about 1.5 GB of addresses; see `ulimit -v`), or the folder is on a file system mounted with noexec.',
  ],
  [/Permission denied/, 'The user of this process needs the right to read the file.'],
  [
    /cannot open shared object file: No such file/,
    'Install the package that the file belongs to again; if it is a library of the system, install that.',
  ],
  [
    /undefined symbol|version `[A-Z]+_[\d.]+' not found|symbol lookup error/,
    'A library of another version was loaded in place of the one that is needed: unset LD_LIBRARY_PATH and LD_PRELOAD, and install the packages again.',
  ],
  [
    /loading addons is disabled/,
    'Node.js refuses native addons here: run it without `--no-addons` and, with `--permission`, with `--allow-addons`.',
  ],
];

/** The message of a library that did not load, with what to do about it where that is known. */
export function withAdvice(message: string): string {
  const found = ADVICE.find(([said]) => said.test(message));
  return found === undefined ? message : `${message}. ${found[1]}`.replace(/\.\. /, '. ');
}
