import { describe } from '../../errors';
import { HttpError } from './http-error';

/** What Ajv says of one fault, with the schema and the data in question (`verbose`). */
export type SchemaFault = {
  keyword: string;
  instancePath: string;
  params: {
    missingProperty?: string;
    additionalProperty?: string;
    propertyName?: string;
    limit?: number;
  };
  parentSchema?: unknown;
  data?: unknown;
};

type Described = {
  description?: string;
  properties?: Readonly<Record<string, Described>>;
  propertyNames?: { maxLength?: number };
};

const MOST_OF_A_KEY = 60;

/** The answer to a request that does not fit its schema: «Expected X for Y but received Z». */
export function schemaError(faults: readonly SchemaFault[], part: string): HttpError {
  // The last is the outermost: alternatives come after what speaks against each.
  const fault = faults.at(-1);
  const message =
    fault === undefined ? `Expected another ${part}` : schemaMessage(fault, wordOf(part));
  return new HttpError(400, 'ERR_HTTP_BODY', message);
}

function schemaMessage(fault: SchemaFault, part: string): string {
  const { keyword, params } = fault;
  const schema: Described = Object(fault.parentSchema);
  const place = placeOf(fault.instancePath);
  if (keyword === 'required') {
    const name = String(params.missingProperty);
    const expected = schema.properties?.[name]?.description ?? 'a value';
    return `Expected ${expected} for ${joined(place, name)} but received undefined`;
  }
  if (keyword === 'additionalProperties') {
    const known = Object.keys(schema.properties ?? {}).join(', ');
    const surplus = shortened(String(params.additionalProperty));
    return `Expected no more than ${known} in ${place || part} but received ${describe(surplus)}`;
  }
  if (keyword === 'propertyNames') {
    // The only thing that is wanted of names.
    const { maxLength = 0 } = schema.propertyNames ?? {};
    return tooLong(maxLength, `the name of a label in ${place}`, params.propertyName);
  }
  if (keyword === 'maxLength') return tooLong(params.limit ?? 0, place || part, fault.data);
  return `Expected ${schema.description ?? 'another value'} for ${place || part} but received ${describe(fault.data)}`;
}

/** JSON Schema counts code points. */
function tooLong(most: number, place: string, text: unknown): string {
  return `Expected at most ${most} characters for ${place} but received ${[...String(text)].length}`;
}

function wordOf(part: string): string {
  return part === 'body' ? 'the body' : `the ${part}`;
}

/** `/examples/top_up/3` as `examples.top_up[3]`. */
function placeOf(path: string): string {
  const keys = path.split('/').slice(1);
  return keys
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((place, key) => (/^\d+$/u.test(key) ? `${place}[${key}]` : joined(place, key)), '');
}

function joined(place: string, key: string): string {
  return place === '' ? shortened(key) : `${place}.${shortened(key)}`;
}

function shortened(key: string): string {
  return key.length > MOST_OF_A_KEY ? `${key.slice(0, MOST_OF_A_KEY)}…` : key;
}
