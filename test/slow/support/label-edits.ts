/** Labels that a classifier has beside its own ones, before the oldest is forgotten. */
const KEPT = 5;
const PAUSE_MS = 250;

/** What a classifier's labels must be after edits, and the edits that were not answered by 200. */
export type Edited = { labels: string[]; edits: number; refused: string[] };

/** Teaches a classifier labels over HTTP, and has it forget them again, until a signal comes. */
export async function editLabels(
  address: string,
  tenant: string,
  signal: AbortSignal,
): Promise<Edited> {
  const labels: string[] = [];
  const refused: string[] = [];
  let edits = 0;
  const edit = async (method: string, body: object): Promise<boolean> => {
    const response = await fetch(`${address}/v1/labels`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ classifier: tenant, ...body }),
    });
    const text = await response.text();
    edits++;
    if (response.status !== 200) refused.push(`${response.status} ${text}`);
    return response.status === 200;
  };
  for (let i = 0; !signal.aborted; i++) {
    const label = `${tenant}_more_${i}`;
    if (await edit('POST', { examples: { [label]: [`number ${i} of ${tenant}`] } }))
      labels.push(label);
    const [oldest] = labels;
    if (labels.length > KEPT && oldest !== undefined && (await edit('DELETE', { label: oldest }))) {
      labels.shift();
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return { labels, edits, refused };
}
