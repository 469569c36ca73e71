import type { SimResponse } from '../../../src/simulator/simulator.ts';

/**
 * Faults of this vendor beyond those of the kit (imocha.md#paging, imocha.md#content-type), each as a change to a good
 * answer.
 */
const FAULTS: Readonly<Record<string, (response: SimResponse) => SimResponse>> = {
  /** A gateway's page under status 200. */
  htmlPage: (response) => ({
    ...response,
    headers: { 'content-type': 'text/html' },
    body: '<!doctype html><title>Please wait</title>',
  }),
  byteOrderMark: (response) => ({ ...response, body: `\uFEFF${response.body}` }),
  /** Every id as text. */
  idsAsText: (response) => ({
    ...response,
    body: response.body.replace(/"((?:\w*[a-z])?[Ii]d)":(\d+)/g, '"$1":"$2"'),
  }),
  unknownFields: (response) =>
    edited(response, (page) => ({ ...page, serverRegion: 'eu', items: withField(page['items']) })),
  /** The total moves while people page. */
  driftingTotal: (response) => edited(response, (page) => ({ ...page, totalCount: Number(page['totalCount']) + 1 })),
  /** More pages are promised for ever. */
  endlessPages: (response) => edited(response, (page) => ({ ...page, hasNextPage: true })),
  missingMarkers: (response) => edited(response, ({ items, totalCount }) => ({ items, totalCount })),
  /** The first row of each page comes twice. */
  repeatedRows: (response) =>
    edited(response, (page) =>
      Array.isArray(page['items']) ? { ...page, items: [...page['items'].slice(0, 1), ...page['items']] } : page,
    ),
  bareArray: (response) => edited(response, (page) => page['items']),
};

/** The answer with the named faults; a name that nobody knows is refused loudly. */
export function withVendorFaults(response: SimResponse, names: readonly string[]): SimResponse {
  return names.reduce((answer, name) => {
    const fault = FAULTS[name];
    if (!fault) throw new Error(`imocha has no fault ${name}`);
    return fault(answer);
  }, response);
}

function edited(response: SimResponse, edit: (body: Record<string, unknown>) => unknown): SimResponse {
  if (response.status !== 200) return response;
  return { ...response, body: JSON.stringify(edit(JSON.parse(response.body) as Record<string, unknown>)) };
}

function withField(items: unknown): unknown {
  return Array.isArray(items) ? items.map((item: object) => ({ ...item, introducedLater: { any: ['thing'] } })) : items;
}
