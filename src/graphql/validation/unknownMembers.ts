import type { Plugin } from 'graphql-yoga';

/**
 * Takes the members of a request that yoga knows and drops all others, which yoga would refuse: a server must ignore what it
 * does not know (GraphQL over HTTP, 5.1), so that clients may send more to servers that do.
 */
export const ignoreUnknownMembers: Plugin = {
  onParams({ params, setParams }) {
    // Whatever is not an object of JSON is left to yoga, which says so.
    if (typeof params !== 'object' || params === null || Array.isArray(params)) return;
    const { query, variables, operationName, extensions } = params;
    setParams({ query, variables, operationName, extensions });
  },
};
