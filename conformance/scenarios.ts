import { credentialScenarios } from './scenarios-credentials.ts';
import { entityScenarios } from './scenarios-entities.ts';
import { policyScenarios } from './scenarios-policies.ts';
import { roleScenarios } from './scenarios-roles.ts';

type SavedIds = Readonly<Record<string, string>>;
type Input = Readonly<Record<string, unknown>>;

/** One IAM call of a scenario, made by its SDK command (`CreateUser` is `CreateUserCommand`). */
export interface ScenarioStep {
  readonly call: string;
  /** The command's input; a function where it needs ids that earlier answers gave. */
  readonly input: Input | ((saved: SavedIds) => Input);
  /** Ids to keep from the answer: name -> path in the answer, `AccessKey.AccessKeyId`. */
  readonly saves?: Readonly<Record<string, string>>;
  /** The SDK's name of the error that AWS, and so our account, answers. */
  readonly expectError?: string;
  /** Where AWS is stricter than moto 5.2.5 or answers otherwise: the rule, by which the two may differ from here on. */
  readonly awsRule?: string;
}

/** A sequence of calls on an empty account, made by its root. */
export interface Scenario {
  readonly name: string;
  readonly steps: readonly ScenarioStep[];
}

/** What is played against moto and against our account, answer by answer. */
export const SCENARIOS: readonly Scenario[] = [
  ...entityScenarios,
  ...policyScenarios,
  ...roleScenarios,
  ...credentialScenarios,
];
