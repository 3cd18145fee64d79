import autocannon from 'autocannon';

/** What came back for the requests to one classifier. */
export type Answered = {
  /** By status, and for those that are no success with the code. */
  counts: Map<string, number>;
  /** Requests that no answer came for. */
  lost: number;
  /** Answers with a label that is not the tenant's. */
  foreign: number;
  perSecond: number;
};

const TEXTS = [
  'where is my card?',
  'how high is the interest',
  'it rains',
  'pay it back',
  'a new one',
];

/** Asks for the labels of texts, without a pause, over connections that stay open. */
export async function load(
  address: string,
  { tenant, connections, seconds }: { tenant: string; connections: number; seconds: number },
): Promise<Answered> {
  const counts = new Map<string, number>();
  let foreign = 0;
  const result = await autocannon({
    url: `${address}/v1/classify`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    connections,
    duration: seconds,
    timeout: 30,
    requests: TEXTS.map((text) => ({
      body: JSON.stringify({ classifier: tenant, text }),
      onResponse: (status, body) => {
        const { code, predictions = [] } = JSON.parse(body);
        const key = status === 200 ? '200' : `${status} ${code}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
        const labels = predictions.flatMap((one: object) => Object.keys(Object(one).probabilities));
        if (labels.some((label: string) => !label.startsWith(tenant))) foreign++;
      },
    })),
  });
  const answered = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const lost = result.errors + result.timeouts;
  return { counts, lost, foreign, perSecond: answered / result.duration };
}
