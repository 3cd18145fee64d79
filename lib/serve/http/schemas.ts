import { HEAD_NAMES } from '../heads';
import { NAME_PATTERN, NAME_WORDS } from '../store/classifiers';

// The one statement of what requests and answers look like: it checks bodies, words refusals (each
// `description` is what was expected), writes answers, and is the OpenAPI document.

const name = { type: 'string', pattern: NAME_PATTERN, description: NAME_WORDS } as const;
const text = { type: 'string' } as const;
const classifier = { ...name, description: 'the name of a classifier; not needed if there is one' };
const number = { type: 'number' } as const;
const count = { type: 'integer' } as const;
const error = {
  type: 'object',
  description: 'What was expected, and a code for programs',
  required: ['code', 'message', 'requestId'],
  properties: {
    code: { type: 'string' },
    message: { type: 'string' },
    requestId: { type: 'string' },
  },
};
const described = {
  type: 'object',
  description: 'A classifier',
  properties: {
    name,
    labels: {
      type: 'array',
      items: { type: 'object', properties: { label: text, examples: count } },
    },
    examples: count,
    unknownExamples: {
      type: 'array',
      description: 'At most 10 examples without a token that the encoder knows: they say nothing',
      items: { type: 'object', properties: { text, label: text } },
    },
    head: { type: 'string' },
    heldOutAccuracy: { type: ['number', 'null'] },
  },
};
const neighbor = { type: 'object', properties: { text, label: text, similarity: number } };
const prediction = {
  type: 'object',
  properties: {
    label: { type: ['string', 'null'] },
    labels: { type: 'array', items: text },
    probability: number,
    unknown: { type: ['string', 'null'] },
    probabilities: { type: 'object', additionalProperties: number },
    nearest: { type: 'array', items: neighbor },
  },
};
const point = { type: 'object', properties: { text, label: text, x: number, y: number } };

export const body = (
  description: string,
  properties: Record<string, object>,
  more: object = {},
) => ({
  type: 'object',
  description,
  additionalProperties: false,
  properties,
  ...more,
});
export const answers = (success: Record<number, object>) => ({
  ...success,
  '4xx': error,
  '5xx': error,
});

/** What may be sent. */
function inputsOf(maxTexts: number, maxLength: number) {
  const text = { type: 'string', maxLength, description: 'a text' };
  const label = { type: 'string', minLength: 1, maxLength, description: 'the name of a label' };
  const owner = {
    type: 'string',
    minLength: 1,
    maxLength,
    description: 'whose the examples are, a name',
  };
  const someTexts = { type: 'array', minItems: 1, items: text, description: 'one or more texts' };
  const examples = {
    type: 'object',
    minProperties: 1,
    propertyNames: { maxLength },
    additionalProperties: { ...someTexts, description: 'an array of one or more texts' },
    description: 'texts by label, { label: [text, …] }',
  };
  // A label may say all of itself by its name or description.
  const anyTexts = { type: 'array', items: text, description: 'an array of texts' };
  const fitted = { ...examples, additionalProperties: anyTexts };
  const descriptions = {
    type: 'object',
    propertyNames: { maxLength },
    additionalProperties: text,
    description: 'a sentence by label, { label: text }',
  };
  const texts = {
    ...someTexts,
    maxItems: maxTexts,
    description: `an array of 1 to ${maxTexts} texts`,
  };
  return { text, label, owner, someTexts, examples, fitted, descriptions, texts };
}

/** Schemas of all routes, which depend on how many texts a request may have, and how long they may be. */
export function schemasOf({
  maxTexts,
  maxTextLength,
}: {
  maxTexts: number;
  maxTextLength: number;
}) {
  const inputs = inputsOf(maxTexts, maxTextLength);
  const { text, label, owner, someTexts, examples, texts } = inputs;
  const timeout = { type: 'number', exclusiveMinimum: 0, description: 'milliseconds above 0' };
  return {
    classify: {
      summary: 'Classify texts',
      tags: ['classify'],
      body: body(
        'an object with exactly one of text and texts',
        { classifier, text, texts, timeout },
        { oneOf: [{ required: ['text'] }, { required: ['texts'] }] },
      ),
      response: answers({
        200: {
          description: 'A prediction for each text, in their order',
          type: 'object',
          properties: { classifier: name, predictions: { type: 'array', items: prediction } },
        },
      }),
    },
    addExamples: {
      summary: 'Learn examples, of labels that are there or new',
      tags: ['labels'],
      body: body('an object', { classifier, examples, owner }, { required: ['examples'] }),
      response: answers({ 200: described }),
    },
    removeExamples: {
      summary: 'Forget a label, examples, or all examples of an owner',
      tags: ['labels'],
      body: body(
        'an object with exactly one of label, texts and owner',
        { classifier, label, texts: someTexts, owner },
        { oneOf: [{ required: ['label'] }, { required: ['texts'] }, { required: ['owner'] }] },
      ),
      response: answers({ 200: described }),
    },
    renameLabel: {
      summary: 'Rename a label',
      tags: ['labels'],
      body: body(
        'an object',
        {
          classifier,
          label,
          name: {
            ...label,
            description: 'a new name for the label',
          },
        },
        { required: ['label', 'name'] },
      ),
      response: answers({ 200: described }),
    },
    map: {
      summary:
        'Examples, and if wanted a text, on a plane: the principal components of their vectors',
      tags: ['classifiers'],
      body: body('an object', { classifier, text }),
      response: answers({
        200: {
          description: 'Points; the greatest distance from the middle is 1',
          type: 'object',
          properties: {
            classifier: name,
            examples: { type: 'array', items: point },
            text: { type: ['object', 'null'], properties: { x: number, y: number } },
          },
        },
      }),
    },
    list: {
      summary: 'The classifiers that the token opens',
      tags: ['classifiers'],
      response: answers({
        200: {
          description: 'Their descriptions, in the order of their names',
          type: 'object',
          properties: {
            classifiers: { type: 'array', items: described },
            readOnly: { type: 'boolean', description: 'Whether all changes are refused' },
          },
        },
      }),
    },
    describe: {
      summary: 'Describe a classifier',
      tags: ['classifiers'],
      params: { type: 'object', properties: { name } },
      response: answers({ 200: described }),
    },
    put: {
      summary: 'Fit a classifier to examples; it takes the place of one with the same name',
      tags: ['classifiers'],
      params: { type: 'object', properties: { name } },
      body: body(
        'an object',
        {
          examples: inputs.fitted,
          labelNames: {
            enum: ['auto', true, false],
            description: "true, false or 'auto'",
          },
          descriptions: inputs.descriptions,
          head: {
            enum: ['auto', ...HEAD_NAMES],
            description: `one of auto, ${HEAD_NAMES.join(', ')}`,
          },
          falseAlarms: {
            type: 'number',
            exclusiveMinimum: 0,
            exclusiveMaximum: 0.5,
            description: 'a number above 0 and below 0.5',
          },
        },
        { required: ['examples'] },
      ),
      response: answers({ 200: described, 201: { ...described, description: 'A new classifier' } }),
    },
    remove: {
      summary: 'Forget a classifier',
      tags: ['classifiers'],
      params: { type: 'object', properties: { name } },
      response: answers({ 204: { type: 'null', description: 'It is gone' } }),
    },
  };
}
