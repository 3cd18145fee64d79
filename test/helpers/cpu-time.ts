/** Milliseconds of processor time that `fn` takes: of its own work, whatever else the machine does. */
export function cpuTime(fn: () => void): number {
  const before = process.cpuUsage();
  fn();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
