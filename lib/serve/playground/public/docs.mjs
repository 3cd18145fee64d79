import { element } from './page.mjs';

const { paths } = await (await fetch('/openapi.json')).json();

const schemaOf = (part) => part?.content?.['application/json']?.schema;
const block = (title, schema) =>
  schema === undefined
    ? []
    : [
        element('details', [
          element('summary', [title]),
          element('pre', [JSON.stringify(schema, null, 2)]),
        ]),
      ];

for (const [path, methods] of Object.entries(paths)) {
  for (const [method, { summary, requestBody, responses }] of Object.entries(methods)) {
    const route = element('article', [
      element('h2', [`${method.toUpperCase()} ${path}`]),
      element('p', [summary]),
      ...block('Body', schemaOf(requestBody)),
      ...Object.entries(responses).flatMap(([status, one]) =>
        block(`Answer ${status}`, schemaOf(one)),
      ),
    ]);
    route.className = 'route';
    document.getElementById('routes').append(route);
  }
}
