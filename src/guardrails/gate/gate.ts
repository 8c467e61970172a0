import type { Team } from '../../team/team.ts';
import type { Stack } from '../managed.ts';
import { GATE_RULES } from './gate-rules.ts';

/** The rules of the gate, by what they let through. */
export type GateRuleName =
  | 'only-known-files'
  | 'only-known-blocks'
  | 'only-the-aws-provider'
  | 'backend-as-configured'
  | 'only-our-resource-types'
  | 'only-known-arguments'
  | 'no-expressions'
  | 'inside-the-managed-path'
  | 'users-have-the-boundary'
  | 'only-mturk-permissions';

/** Something of a configuration that this project never writes. `what` is the file's own text: an attacker's. */
export interface GateProblem {
  readonly rule: GateRuleName;
  readonly stack: Stack;
  /** Where in the configuration, with dots: `resource.aws_iam_user.member_bo`. */
  readonly at: string;
  readonly what: string;
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** One stack's configuration as Terraform JSON, with the team file whose account, lab and state it must be about. */
export interface GateInput {
  readonly stack: Stack;
  readonly configuration: Json;
  readonly team: Pick<Team, 'account' | 'lab' | 'settings'>;
}

/**
 * Whether a synthesised configuration is nothing but what this project writes. An allow-list: planning evaluates what the
 * configuration says, data sources and provisioners run programs, and a configuration may come from the code of a
 * pull request. Empty where it may be planned with credentials.
 */
export function gateProblems(input: GateInput): readonly GateProblem[] {
  return GATE_RULES.flatMap(({ rule, look }) =>
    look(input).map(({ at, what }) => ({ rule, stack: input.stack, at, what })),
  );
}
