import type { IAMClient } from '@aws-sdk/client-iam';
import { sampleTeam } from '../sample-team.ts';

/** What somebody has at hand who changes an account behind the tool's back. */
export interface Hands {
  /** As the administrator. */
  readonly iam: IAMClient;
  /** `http://127.0.0.1:34567` */
  readonly endpoint: string;
  /** Lets that many days pass. */
  wait(days: number): void;
}

/** One thing that was done to an account that was as the file says, and what the tool must make of it. */
export interface Tampering {
  readonly what: string;
  done(hands: Hands): Promise<unknown>;
  /** The id of every finding, worst first. */
  readonly finds: readonly string[];
  /**
   * What reconciling makes of it: `undone`, all of it; `kept`, because putting it back would give somebody what somebody
   * took away; `left`, because it is for a person to decide.
   */
  readonly reconcile: 'undone' | 'kept' | 'left';
  /** What is still found after reconciling, where that is neither nothing nor all of it. */
  readonly leaves?: readonly string[];
  /** Whether anybody may do more or less by it: then a look without the engine must see it, too. */
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
