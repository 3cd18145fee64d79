import { answers, body } from './schemas';

const text = { type: 'string' } as const;
const number = { type: 'number' } as const;
const count = { type: 'integer' } as const;
const time = { ...number, description: 'milliseconds since 1970' };

const alert = {
  type: 'object',
  description: "A surge of a topic's negative share",
  properties: {
    number: count,
    topic: text,
    time,
    since: time,
    items: count,
    share: number,
    baseline: number,
    statistic: number,
    texts: { type: 'array', items: text },
  },
};
const topic = {
  type: 'object',
  properties: {
    topic: text,
    items: count,
    negative: count,
    status: { enum: ['learning', 'watching', 'surging'] },
    baseline: {
      type: ['object', 'null'],
      properties: { share: number, score: number },
    },
    statistic: number,
    curve: {
      type: 'array',
      items: { type: 'object', properties: { start: time, items: count, negative: count } },
    },
  },
};

/** What the routes of a monitor take and answer. */
export function monitorSchemas({
  maxTexts,
  maxTextLength,
}: {
  maxTexts: number;
  maxTextLength: number;
}) {
  const item = {
    type: 'object',
    description: 'an item { id, text, time }',
    additionalProperties: false,
    required: ['id', 'text'],
    properties: {
      id: { type: 'string', minLength: 1, maxLength: 256, description: '1 to 256 characters' },
      text: { type: 'string', maxLength: maxTextLength, description: 'a text' },
      // Either a number or a string, which the monitor tells apart.
      time: { description: 'milliseconds since 1970, or a date as 2026-05-01T12:00:00Z' },
    },
  };
  const items = {
    type: 'array',
    minItems: 1,
    maxItems: maxTexts,
    items: item,
    description: `an array of 1 to ${maxTexts} items`,
  };
  return {
    summary: {
      summary: 'What the monitor has seen: counts, baselines, curves and alerts',
      tags: ['monitor'],
      response: answers({
        200: {
          description: 'Topics, and the last 100 alerts, the latest first',
          type: 'object',
          properties: {
            items: count,
            withoutTopic: count,
            duplicates: count,
            late: count,
            held: count,
            watermark: { ...time, type: ['number', 'null'] },
            threshold: number,
            topics: { type: 'array', items: topic },
            alerts: { type: 'array', items: alert },
          },
        },
      }),
    },
    push: {
      summary: 'Push items; those that have come before count once',
      tags: ['monitor'],
      body: body('an object', { items }, { required: ['items'] }),
      response: answers({
        200: {
          description: 'What became of them, and the alerts that they raised',
          type: 'object',
          properties: {
            accepted: count,
            duplicates: count,
            late: count,
            alerts: { type: 'array', items: alert },
          },
        },
      }),
    },
  };
}
