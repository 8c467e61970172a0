import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateUserCommand,
  DeleteUserCommand,
  DeleteUserPermissionsBoundaryCommand,
  DeleteUserPolicyCommand,
  DetachGroupPolicyCommand,
  type IAMClient,
  PutGroupPolicyCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
  TagUserCommand,
} from '@aws-sdk/client-iam';
import { recordedJson } from './recorded-plan.ts';

const LAB = 'perception-lab';
const FULL_ACCESS = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
const ALL = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"mechanicalturk:*","Resource":"*"}]}';
const ACCOUNT = '123456789012';

export const STORY_ACCOUNT = ACCOUNT;

export interface StoryStep {
  readonly name: string;
  /** Manual changes before the step. */
  readonly before?: (iam: IAMClient) => Promise<unknown>;
  /** Only planned. */
  readonly planOnly?: true;
}

/** The story that the recordings tell (`__tests__/fixtures/aws-provider/README.md`). */
export const STORY: readonly StoryStep[] = [
  { name: '01-create', before: boundaryOf(LAB) },
  { name: '02-nochange', planOnly: true },
  { name: '03-add-member' },
  { name: '04-change-until' },
  { name: '05-remove-until-unsuspend' },
  { name: '06-role-loses-bonus' },
  { name: '07-freeze' },
  { name: '08-unfreeze' },
  {
    name: '09-member-leaves-with-keys',
    before: (iam) => iam.send(new CreateAccessKeyCommand({ UserName: `${LAB}-eve` })),
  },
  { name: '10-role-removed' },
  { name: '12-drift', before: changeManually },
  { name: '13-after-drift', planOnly: true },
  { name: '14-user-deleted-by-hand', before: deleteCy },
  { name: '15-after', planOnly: true },
  { name: '16-lab-renamed', planOnly: true },
  {
    name: '17-almost-all-leave',
    before: (iam) => iam.send(new CreateAccessKeyCommand({ UserName: `${LAB}-bo` })),
  },
];

/** What an apply that was killed after its first creations leaves in the account; nothing of it is in the state. */
export async function leftByAKilledApply(iam: IAMClient): Promise<void> {
  await boundaryOf('l')(iam);
  for (const key of ['u0', 'u1', 'u2', 'u3', 'u4', 'u5']) {
    await iam.send(
      new CreateUserCommand({
        UserName: `l-${key}`,
        Path: '/mturk/l/',
        PermissionsBoundary: `arn:aws:iam::${ACCOUNT}:policy/mturk-boundary/l`,
        Tags: [
          { Key: 'mturk-team:lab', Value: 'l' },
          { Key: 'mturk-team:member', Value: key },
        ],
      }),
    );
  }
  await iam.send(new CreateGroupCommand({ GroupName: 'l-reader', Path: '/mturk/l/' }));
  const policy = configured('18-adopt-after-kill').find(({ type }) => type === 'aws_iam_policy');
  await iam.send(
    new CreatePolicyCommand({
      PolicyName: 'l-reader',
      Path: '/mturk/l/',
      PolicyDocument: String(policy?.expressions.policy?.constant_value),
    }),
  );
}

interface Configured {
  readonly type: string;
  readonly name: string;
  readonly expressions: Readonly<Record<string, { readonly constant_value?: unknown }>>;
  readonly depends_on?: readonly string[];
}

interface Recorded {
  readonly configuration: { readonly root_module: { readonly resources: readonly Configured[] } };
  readonly resource_changes?: readonly { address: string; change: { importing?: { id: string } } }[];
}

/**
 * The configuration that a recording was made from, as `.tf.json`. The credentials' check is skipped, as it was in the
 * recordings: their provider asks IAM who it is, and not STS.
 */
export function configurationOf(step: string): string {
  const resource: Record<string, Record<string, unknown>> = {};
  for (const { type, name, expressions, depends_on } of configured(step)) {
    const attributes = Object.entries(expressions).map(([key, value]) => [key, value.constant_value]);
    resource[type] ??= {};
    resource[type][name] = { ...Object.fromEntries(attributes), ...(depends_on === undefined ? {} : { depends_on }) };
  }
  const changes = (recordedJson(step) as Recorded).resource_changes ?? [];
  const imports = changes.flatMap(({ address, change }) =>
    change.importing === undefined ? [] : [{ to: address, id: change.importing.id }],
  );
  return JSON.stringify({
    terraform: { required_providers: { aws: { source: 'hashicorp/aws', version: '6.25.0' } } },
    provider: {
      aws: [{ region: 'us-east-1', allowed_account_ids: [ACCOUNT], skip_credentials_validation: true }],
    },
    resource,
    ...(imports.length === 0 ? {} : { import: imports }),
  });
}

function configured(step: string): readonly Configured[] {
  return (recordedJson(step) as Recorded).configuration.root_module.resources;
}

function boundaryOf(lab: string) {
  return (iam: IAMClient) =>
    iam.send(new CreatePolicyCommand({ PolicyName: lab, Path: '/mturk-boundary/', PolicyDocument: ALL }));
}

/** The 12 manual changes of steps 11 and 12. */
async function changeManually(iam: IAMClient): Promise<void> {
  const own = (role: string) => `arn:aws:iam::${ACCOUNT}:policy/mturk/${LAB}/${LAB}-${role}`;
  const [ada, bo, cy, dee] = ['ada', 'bo', 'cy', 'dee'].map((key) => ({ UserName: `${LAB}-${key}` })) as [U, U, U, U];
  const fullAccess = { GroupName: `${LAB}-full-access` };
  const reader = { GroupName: `${LAB}-results-reader` };
  const publisher = { GroupName: `${LAB}-task-publisher` };
  await iam.send(new AddUserToGroupCommand({ ...fullAccess, ...bo }));
  await iam.send(new RemoveUserFromGroupCommand({ ...publisher, ...bo }));
  await iam.send(new AttachUserPolicyCommand({ ...cy, PolicyArn: FULL_ACCESS }));
  await iam.send(new PutUserPolicyCommand({ ...dee, PolicyName: 'extra', PolicyDocument: ALL }));
  await iam.send(new AttachGroupPolicyCommand({ ...reader, PolicyArn: FULL_ACCESS }));
  await iam.send(new PutGroupPolicyCommand({ ...publisher, PolicyName: 'extra', PolicyDocument: ALL }));
  await iam.send(new DetachGroupPolicyCommand({ ...publisher, PolicyArn: own('task-publisher') }));
  await iam.send(
    new CreatePolicyVersionCommand({ PolicyArn: own('results-reader'), PolicyDocument: ALL, SetAsDefault: true }),
  );
  await iam.send(new DeleteUserPolicyCommand({ ...bo, PolicyName: 'limits' }));
  await iam.send(new TagUserCommand({ ...ada, Tags: [{ Key: 'hello', Value: 'x' }] }));
  await iam.send(new DeleteUserPermissionsBoundaryCommand(dee));
  await iam.send(new CreateUserCommand({ UserName: 'stranger', Path: `/mturk/${LAB}/` }));
  await iam.send(new AddUserToGroupCommand({ ...fullAccess, UserName: 'stranger' }));
}

type U = { readonly UserName: string };

async function deleteCy(iam: IAMClient): Promise<void> {
  const cy = { UserName: `${LAB}-cy` };
  await iam.send(new RemoveUserFromGroupCommand({ ...cy, GroupName: `${LAB}-results-reader` }));
  await iam.send(new DeleteUserCommand(cy));
}
