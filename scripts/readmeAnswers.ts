/** The README's examples: each GraphQL block is followed by the answer that the sandbox gives. */

/** Asks the sandbox; of a subscription the last event is the answer. */
export type AskSandbox = (query: string) => Promise<unknown>;

/** Stands in an example for the id of the task that the example before it started. */
const TASK_ID = "<the task's id>";

const EXAMPLE = /(```graphql\n)([^]*?)(```[^`]*```json\n)([^]*?)(```)/g;

/** The examples of a page in its order. */
export function examplesOf(markdown: string): { query: string; answer: string }[] {
  return [...markdown.matchAll(EXAMPLE)].map(([, , query = '', , answer = '']) => ({ query, answer }));
}

/** The page with the answers that its queries get now. Asks one after another: a later example may watch what one before it began. */
export async function withAnswers(markdown: string, ask: AskSandbox): Promise<string> {
  let taskId = '';
  const answers: string[] = [];
  for (const { query } of examplesOf(markdown)) {
    const answer = JSON.stringify(await ask(query.replace(TASK_ID, taskId)));
    taskId = /"task":\{"id":"([^"]+)"/.exec(answer)?.[1] ?? taskId;
    answers.push(taskId === '' ? answer : answer.replaceAll(taskId, TASK_ID));
  }
  return markdown.replaceAll(
    EXAMPLE,
    (_, open: string, query: string, between: string, __, close: string) =>
      `${open}${query}${between}${indented(answers.shift() ?? '')}\n${close}`,
  );
}

/** What does not differ between two runs: whether a copy answered is a matter of seconds. */
export function comparable(answer: string): unknown {
  return JSON.parse(answer.replaceAll('"CACHED"', '"FRESH"')) as unknown;
}

/** JSON with whatever fits into a narrow column on one line. */
function indented(json: string): string {
  const written = (value: unknown, depth: number): string => {
    const line = JSON.stringify(value, null, 1).replaceAll(/\s*\n\s*/g, ' ');
    if (typeof value !== 'object' || value === null || line.length + depth * 2 <= 56) return line;
    const pad = '  '.repeat(depth + 1);
    const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
    const members = Array.isArray(value)
      ? value.map((each) => written(each, depth + 1))
      : Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${written(each, depth + 1)}`);
    return `${open}\n${members.map((member) => pad + member).join(',\n')}\n${'  '.repeat(depth)}${close}`;
  };
  return written(JSON.parse(json), 0);
}
