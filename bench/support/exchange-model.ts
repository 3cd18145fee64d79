/** What lies between two ranks. */
export type Network = {
  /** Seconds from one rank to another. */
  readonly latency: number;
  readonly bytesPerSecond: number;
};

/** What an exchange costs where the network costs nothing, as measured on this machine. */
export type Software = { readonly secondsPerRound: number; readonly bytesPerSecond: number };

const MOST_SEGMENT_BYTES = 2 ** 20;

/**
 * The seconds of one sum over `ranks` by Gloo's ring. Each rank's part of the numbers is cut into k segments of s
 * bytes, two or more; two are under way at a time. A segment goes to the next rank once that has said that it is
 * ready, so that it takes two latencies. Of the two halves of the ring, sums and then copies, each passes
 * (ranks − 1)·k segments:
 *
 *   2 ((ranks − 1) k/2 · max(2 L + s/B, 2 s/B) + s/B)
 */
export function sumSeconds(
  bytes: number,
  ranks: number,
  network: Network,
  software: Software,
): number {
  if (ranks === 1) return 0;
  const least = Math.max(Math.ceil(bytes / MOST_SEGMENT_BYTES), 2 * ranks);
  const each = Math.ceil(least / ranks);
  const segment =
    (bytes / (each * ranks)) * (1 / network.bytesPerSecond + 1 / software.bytesPerSecond);
  const pair = Math.max(2 * network.latency + software.secondsPerRound + segment, 2 * segment);
  return 2 * ((((ranks - 1) * each) / 2) * pair + segment);
}

/** What Gloo costs by itself, of the seconds that a small and a large sum take without a network between. */
export function softwareOf(
  ranks: number,
  small: number,
  large: { bytes: number; seconds: number },
): Software {
  const secondsPerRound = small / (2 * (ranks - 1));
  const moved = (2 * (ranks - 1) * large.bytes) / ranks;
  return { secondsPerRound, bytesPerSecond: moved / Math.max(large.seconds - small, 1e-9) };
}
