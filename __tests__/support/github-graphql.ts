import { buildSchema, type GraphQLSchema, graphql } from 'graphql';
import type { GitHubRepository, Token } from './github-repository.ts';

let built: GraphQLSchema | null = null;

/** GitHub's published GraphQL schema, read once in a process, by the first who asks. */
async function published(): Promise<GraphQLSchema> {
  if (built !== null) return built;
  const { schema } = await import('@octokit/graphql-schema');
  built = buildSchema(schema.idl, { assumeValid: true });
  return built;
}

/** Answers a query by the published schema, so that one that GitHub would not understand fails here too. */
export async function answerQuery(
  repository: GitHubRepository,
  token: Token,
  source: string,
  variables: Record<string, unknown>,
) {
  const comment = (id: string) => {
    const found = repository.comments.find(({ nodeId }) => nodeId === id);
    if (found === undefined) return null;
    return { __typename: 'IssueComment', id, isMinimized: found.minimized !== null, minimizedReason: found.minimized };
  };
  const set = (id: string, reason: string | null) => {
    const found = repository.comments.find(({ nodeId }) => nodeId === id);
    if (found === undefined) throw new Error(`Could not resolve to a node with the global id of '${id}'`);
    if (token.grants.pull_requests !== 'write' && token.grants.issues !== 'write')
      throw new Error('Resource not accessible by integration');
    found.minimized = reason;
  };
  const rootValue = {
    viewer: { login: token.login },
    nodes({ ids }: { ids: readonly string[] }) {
      if (ids.length > 100) throw new Error(`You may not provide more than 100 node ids; you provided ${ids.length}.`);
      return ids.map(comment);
    },
    minimizeComment({ input }: { input: { subjectId: string; classifier: string } }) {
      set(input.subjectId, input.classifier.toLowerCase());
      return { minimizedComment: comment(input.subjectId) };
    },
    unminimizeComment({ input }: { input: { subjectId: string } }) {
      set(input.subjectId, null);
      return { unminimizedComment: comment(input.subjectId) };
    },
  };
  return graphql({ schema: await published(), source, rootValue, variableValues: variables });
}
