import type { IAMClient } from '@aws-sdk/client-iam';
import { sampleTeam } from '../sample-team.ts';

/** The clients for a manual change of an account. */
export interface Clients {
  /** As the administrator. */
  readonly iam: IAMClient;
  /** `http://127.0.0.1:34567` */
  readonly endpoint: string;
  /** Lets that many days pass. */
  wait(days: number): void;
}

/** One manual change of an account that matched the file, and the expected findings. */
export interface ManualChange {
  readonly what: string;
  done(clients: Clients): Promise<unknown>;
  /** The id of every finding, worst first. */
  readonly finds: readonly string[];
  /**
   * What reconcile does: `undone` reverts all of it; `withheld` reverts what was added, and gives back nothing; `left` leaves
   * it to a person.
   */
  readonly reconcile: 'undone' | 'withheld' | 'left';
  /** The findings after reconcile: none if it is `undone`, all if it is `left`. */
  readonly leaves?: readonly string[];
  /** What is withheld or kept from then on: `fay operations`. */
  readonly withholds?: readonly string[];
  /** Whether it changes access: then a scan without Terraform must find it too. */
  readonly access: boolean;
}

const { lab } = sampleTeam;

export const FULL = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
export const LAB_PATH = `/mturk/${lab}/`;

export const user = (key: string) => ({ UserName: `${lab}-${key}` });
export const group = (key: string) => ({ GroupName: `${lab}-${key}` });

/** A document of one statement about everything, or of those statements. */
export function document(effect: 'Allow' | 'Deny', action: string | readonly string[], ...more: object[]): string {
  const statement = { Effect: effect, Action: action, Resource: '*' };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement, ...more] });
}

export const deny = (action: string | readonly string[]) => ({ Effect: 'Deny', Action: action, Resource: '*' });

/** How a change ends that takes access: the next apply withholds it from the member. */
export const withheldFrom = (key: string) => ({
  reconcile: 'withheld' as const,
  leaves: [`access-withheld/${key}`],
  withholds: [`${key} operations`],
  access: true,
});

/** How a Deny for a member ends: reconcile keeps it. */
export const denyKept = (key: string) => ({
  reconcile: 'withheld' as const,
  leaves: [`deny-kept/user/${key}`],
  withholds: [`${key} deny-kept`],
  access: true,
});
