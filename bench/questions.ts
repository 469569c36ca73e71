/** What is asked of both programs. The operation's name tells the limit, which knows no GraphQL, what to answer. */
export const QUESTION_NAMES = ['page', 'one', 'light'] as const;
export type QuestionName = (typeof QUESTION_NAMES)[number];

const PROFICIENCY = `proficiency {
  __typename
  ... on NumericProficiency { value scale { min max step } }
  ... on SingleSelectProficiency { selected { optionId name } }
}`;

const DOCUMENTS: Record<QuestionName, string> = {
  page: `query page {
    employees(first: 50) {
      nodes {
        id
        displayName
        skills(first: 200) {
          nodes {
            skill { id name }
            ratings { id source normalized ${PROFICIENCY} }
          }
        }
      }
    }
  }`,
  one: `query one($id: ID!) {
    employee(by: { id: $id }) {
      id displayName givenName familyName workEmail employeeNumber jobTitle status startDate department location
      skills(first: 200) {
        totalCount
        nodes {
          skill { id name description }
          ratings {
            id source sourceLabel normalized remoteId changedAt pending
            integration { name }
            ${PROFICIENCY}
          }
        }
        sources { integration { name } state }
      }
    }
  }`,
  light: `query light { employees(first: 50) { nodes { displayName } } }`,
};

/** The request bodies; `id` is the employee that `one` asks for. */
export function questionBodies(id: string): Record<QuestionName, string> {
  const body = (name: QuestionName) =>
    JSON.stringify({
      query: DOCUMENTS[name],
      operationName: name,
      ...(name === 'one' ? { variables: { id } } : {}),
    });
  return { page: body('page'), one: body('one'), light: body('light') };
}
