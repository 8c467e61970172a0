import type { AccessModel } from '../../src/access/model.ts';
import { fail, succeed } from '../../src/diagnostics/failure.ts';
import { canonicalDocument } from '../../src/iam/canonical.ts';
import type { PolicyDocument } from '../../src/iam/document.ts';
import type { SavedFacts } from '../../src/offboard/facts.ts';
import type { Evidence } from '../../src/offboard/proof.ts';

export const AT = '2026-11-25T12:00:00Z';
export const EXTRA = 'arn:aws:iam::123456789012:policy/extra';
export const DOCUMENT: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
};

export const FACTS: SavedFacts = {
  ...{ version: 1, at: '2026-11-24T12:00:00Z', lab: 'perception-lab', account: '123456789012', member: 'zoe' },
  user: {
    name: 'perception-lab-zoe',
    arn: 'arn:aws:iam::123456789012:user/mturk/perception-lab/perception-lab-zoe',
    id: 'AIDAEXAMPLEZOE123456',
  },
  keys: [
    { id: 'AKIAEXAMPLEKEYZOE001', active: true, created: '2026-01-05T12:00:00Z', lastUsed: '2026-11-20T12:00:00Z' },
    { id: 'AKIAEXAMPLEKEYZOE002', active: false, created: '2026-06-05T12:00:00Z', lastUsed: null },
  ],
  policies: [
    { policy: EXTRA, document: null, carriers: [{ kind: 'role', name: 'deploy' }] },
    { policy: 'by-hand', document: canonicalDocument(DOCUMENT), carriers: [] },
  ],
};

export function denied() {
  return fail('credentials-denied', { reason: 'AccessDenied', progress: null });
}

const user = (name: string) => ({
  ...{ name, path: '/', groups: [], attached: [], inline: [], boundary: null, tags: {} },
});
const ACCESS: AccessModel = {
  account: '123456789012',
  users: [user('admin')],
  groups: [{ name: 'readers', path: '/', attached: [], inline: [] }],
  policies: [{ arn: EXTRA, name: 'extra', document: DOCUMENT }],
};
const TRUST = {
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

type Details = Extract<Evidence['details'], { ok: true }>['value'];

export const DETAILS: Details = {
  access: ACCESS,
  ids: { user: new Map([['admin', 'AIDAEXAMPLEADMIN1234']]), group: new Map() },
  policies: new Map(),
  roles: [
    {
      ...{ name: 'deploy', path: '/', arn: 'arn:aws:iam::123456789012:role/deploy', trust: TRUST },
      ...{ attached: [EXTRA], inline: [], boundary: null, tags: {} },
    },
  ],
};

/** What an account says in which the departure is over. */
export const OVER: Evidence = {
  teams: succeed([]),
  details: succeed(DETAILS),
  keys: succeed(new Map([['AKIAEXAMPLEKEYADMIN1', 'admin']])),
  buckets: succeed([
    { bucket: 'state', policy: succeed({ Statement: [] }) },
    { bucket: 'plain', policy: succeed('') },
  ]),
};

/** The same with other details. */
export function withDetails(change: (details: Details) => Partial<Details>): Evidence {
  return { ...OVER, details: succeed({ ...DETAILS, ...change(DETAILS) }) };
}
