import { readFileSync } from 'node:fs';
import type { PolicyDocument } from '../../src/iam/document.ts';
import type { Team } from '../../src/team/team.ts';

/** The roles of docs/setup.md. */
export type Role = 'plan' | 'apply' | 'reconcile';

const BUCKET = 'perception-lab-terraform';

/** What each role may do, as docs/setup.md says, for that team. */
export function documentedPolicies({ account, lab }: Pick<Team, 'account' | 'lab'>): Record<Role, PolicyDocument> {
  const text = readFileSync('docs/setup.md', 'utf8');
  const documents = [...text.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(
    ([, json = '']) =>
      JSON.parse(json.replaceAll('ACCOUNT', account).replaceAll('LAB', lab).replaceAll('BUCKET', BUCKET)) as Written,
  );
  const policies = documents.filter(({ Statement }) => Statement.every((each) => !('Principal' in each)));
  const [plan, apply, reconcile, ...others] = policies;
  if (plan === undefined || apply === undefined || reconcile === undefined || others.length > 0)
    throw new Error(`docs/setup.md has ${policies.length} policies, and three roles`);
  return { plan, apply, reconcile };
}

type Written = PolicyDocument & { readonly Statement: readonly object[] };
