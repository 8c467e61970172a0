import { visible } from '../../text/visible.ts';
import type { GateProblem, GateRuleName } from './gate.ts';

const RULE_TEXT: Readonly<Record<GateRuleName, string>> = {
  'only-known-files': 'this file is none that mturk-team synth writes',
  'only-known-blocks':
    'mturk-team writes no such block; data sources, modules, imports, removals and outputs are not let through',
  'only-the-aws-provider':
    'the one provider is hashicorp/aws in the version that the stacks are written for, for the account of team.yaml, without any other setting',
  'backend-as-configured': 'the state is kept where settings.state of the base branch says, and nowhere else',
  'only-our-resource-types': 'mturk-team makes no resource of this type',
  'only-known-arguments':
    'mturk-team writes no such argument; provisioners, connections, loops and other lifecycles are not let through',
  'no-expressions': 'a text must mean itself: no expression, but for references to the names that mturk-team makes',
  'inside-the-managed-path': "everything lies under the lab's own IAM path, with the lab's own names",
  'users-have-the-boundary': "every user has the lab's permissions boundary",
  'only-mturk-permissions':
    'a policy allows operations of Mechanical Turk by name and nothing else, and the boundary is the one that mturk-team writes',
};

/** What the gate says: one line for each thing that it does not let through, or one that it lets everything through. */
export function gateLines(problems: readonly GateProblem[], directory: string): readonly string[] {
  if (problems.length === 0) return [`${directory}: nothing but what mturk-team writes.`];
  return [
    ...problems.map(
      ({ rule, stack, at, what }) =>
        `${stack}: ${rule}: ${visible(at)} is ${visible(what)}\n  ${RULE_TEXT[rule].replace(/^./, (first) => first.toUpperCase())}.`,
    ),
    '',
    `${problems.length === 1 ? '1 thing' : `${problems.length} things`} in ${directory} would not be planned with credentials (gate-denied, docs/failures.md).`,
  ];
}
