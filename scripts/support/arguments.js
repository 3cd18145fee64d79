/**
 * The value of `--name=value` on the command line, undefined if it is not there.
 *
 * @param {string} name
 * @param {readonly string[]} [args]
 */
function optionOf(name, args = process.argv.slice(2)) {
  const prefix = `--${name}=`;
  return args.find((arg) => arg.startsWith(prefix))?.slice(prefix.length);
}

module.exports = { optionOf };
