import * as iamModule from '@aws-sdk/client-iam';
import { CreateAccessKeyCommand, type IAMClient } from '@aws-sdk/client-iam';
import { takeInventory } from '../src/aws/inventory/inventory.ts';
import type { AccessKey, Inventory } from '../src/aws/types.ts';
import { labPath } from '../src/team/names.ts';
import { stableJson } from './canonical.ts';
import { type Difference, judge, type ListedDifference } from './compare-steps.ts';
import { ACCOUNT, LAB, TODAY } from './lifecycle-team.ts';
import { accountFacts } from './read-account.ts';
import { outcomeOf, type Row } from './report.ts';
import { clientOf, type RunningAccount, startOurs } from './rigs.ts';
import { CERTIFICATE, SSH_PUBLIC_KEY } from './scenarios-credentials.ts';

/** What moto 5.2.5 answers an inventory otherwise than AWS. */
const INVENTORY_DIFFERENCES: readonly ListedDifference[] = [
  {
    reason: 'AWS counts of how many users a policy is the boundary (PermissionsBoundaryUsageCount); moto does not.',
    matches: ({ subject, other }) =>
      /^policy .*:policy\/mturk-boundary\/.* attachments$/.test(subject) && other === '0',
  },
  {
    reason:
      'AWS keeps a credential report for four hours, and it knows no user and no key that came since; moto makes a new one each time.',
    matches: ({ step, subject }) =>
      step === 'after manual changes' && ['user cy keys', 'user new keys', 'user new reported'].includes(subject),
  },
];

/** The row of the same inventories, taken of our account and of moto, which is emptied before. */
export async function inventoryRow(moto: RunningAccount): Promise<Row> {
  // moto's own way of forgetting everything; AWS has none.
  await fetch(`${moto.endpoint}/moto-api/reset`, { method: 'POST' });
  let now = Date.parse(`${TODAY}T12:00:00Z`);
  const later = (): void => {
    now += 4 * 3_600_000;
  };
  const ours = await startOurs({ clock: () => new Date(now) });
  try {
    const [reference, other] = [await recordsOf(ours, later), await recordsOf(moto, later)];
    const outcome = outcomeOf(judge(inventoryDifferences(reference, other), INVENTORY_DIFFERENCES));
    const subjects = reference.reduce((sum, { inventory }) => sum + inventoryFacts(inventory).size, 0);
    return {
      account: 'ours and moto 5.2.5',
      provider: 'none',
      engine: 'the inventory',
      compared: `${reference.length} inventories: access, credentials, attachments, what was not seen`,
      ...outcome,
      checks: subjects,
    };
  } finally {
    await ours.stop();
  }
}

async function recordsOf(account: RunningAccount, later: () => void): Promise<readonly RecordedInventory[]> {
  const iam = clientOf(account);
  try {
    return await recordInventories(iam, later);
  } finally {
    iam.destroy();
  }
}

/** What differs between two runs of the same lifecycle. */
export function inventoryDifferences(
  reference: readonly RecordedInventory[],
  other: readonly RecordedInventory[],
): readonly Difference[] {
  return reference.flatMap(({ step, inventory }) => {
    const one = inventoryFacts(inventory);
    const found = other.find((each) => each.step === step);
    const two = found === undefined ? new Map<string, string>() : inventoryFacts(found.inventory);
    return [...new Set([...one.keys(), ...two.keys()])].sort().flatMap((subject): Difference[] => {
      const pair = { reference: one.get(subject) ?? null, other: two.get(subject) ?? null };
      return pair.reference === pair.other ? [] : [{ step, aspect: 'account', subject, ...pair }];
    });
  });
}

/** An inventory as facts that must be the same wherever it was taken: without ids, and of times only whether there is one. */
function inventoryFacts(inventory: Inventory): ReadonlyMap<string, string> {
  const { access, users, policies, rootKeys, notChecked: unseen } = inventory;
  const facts = new Map(Object.entries(accountFacts(access)));
  const record = (subject: string, value: unknown): void => void facts.set(subject, stableJson(value));
  record('access known', inventory.isAccessKnown);
  record('report', inventory.reportedAt !== null);
  record('root', rootKeys === null ? null : keyFacts(rootKeys));
  record(
    'unseen',
    unseen.map(({ what }) => what),
  );
  for (const [arn, { attachments }] of policies) record(`policy ${arn} attachments`, attachments);
  for (const [name, { created, isReported, credentials }] of users) {
    const { keys, password, certificates, ssh, services } = credentials;
    record(`user ${name} created`, created !== '');
    record(`user ${name} reported`, isReported);
    record(`user ${name} keys`, keyFacts(keys));
    record(`user ${name} password`, password === null ? null : { used: password.lastUsed !== null });
    record(`user ${name} others`, { certificates: certificates.length, ssh: ssh.length, services: services.length });
  }
  return facts;
}

/** In an order of their own: keys of one second come in that of their ids. */
function keyFacts(keys: readonly AccessKey[]): readonly string[] {
  return keys
    .map(({ id, active, created, lastUsed, isUseKnown }) =>
      stableJson({ id: id !== null, active, created: created !== null, used: lastUsed !== null, isUseKnown }),
    )
    .sort();
}

const PATH = labPath(LAB);
const CAP = `arn:aws:iam::${ACCOUNT}:policy/mturk-boundary/${LAB}`;
const READS = `arn:aws:iam::${ACCOUNT}:policy${PATH}reads`;
const FULL_ACCESS = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';

const allow = (action: string): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] });

/** What an inventory recorded at one point of the lifecycle. */
export interface RecordedInventory {
  readonly step: string;
  readonly inventory: Inventory;
}

type Call = (name: string, input: object) => Promise<unknown>;

/**
 * Fills an account with all that an inventory reads, and takes it before and after manual changes.
 * `later` lets four hours go by, after which AWS makes a new credential report.
 */
export async function recordInventories(iam: IAMClient, later: () => void): Promise<readonly RecordedInventory[]> {
  const call: Call = async (name, input) => {
    const Command = Reflect.get(iamModule, `${name}Command`) as new (given: object) => Parameters<IAMClient['send']>[0];
    return iam.send(new Command(input));
  };
  const record = async (step: string, scope: 'access' | 'all'): Promise<RecordedInventory> => ({
    step,
    inventory: await take(iam, scope),
  });
  await makeLab(call);
  await giveCredentials(iam, call);
  const lab = await record('a lab with credentials of every kind', 'all');
  const first = await record('the first part alone', 'access');
  await changeByHand(call);
  const changed = await record('after manual changes', 'all');
  later();
  return [lab, first, changed, await record('four hours later', 'all')];
}

function take(iam: IAMClient, scope: 'access' | 'all'): Promise<Inventory> {
  const managed = ({ path }: { readonly path: string }): boolean => path.startsWith(PATH);
  return takeInventory(iam, { account: ACCOUNT, managed, scope });
}

async function makeLab(call: Call): Promise<void> {
  await call('CreatePolicy', { PolicyName: LAB, Path: '/mturk-boundary/', PolicyDocument: allow('mechanicalturk:*') });
  await call('CreatePolicy', { PolicyName: 'reads', Path: PATH, PolicyDocument: allow('mechanicalturk:Get*') });
  await call('CreateGroup', { GroupName: 'readers', Path: PATH });
  await call('AttachGroupPolicy', { GroupName: 'readers', PolicyArn: READS });
  await call('CreateGroup', { GroupName: 'all', Path: PATH });
  await call('AttachGroupPolicy', { GroupName: 'all', PolicyArn: FULL_ACCESS });
  for (const name of ['bo', 'ada', 'cy']) {
    const Tags = [{ Key: 'mturk-team:member', Value: name }];
    await call('CreateUser', { UserName: name, Path: PATH, PermissionsBoundary: CAP, Tags });
    await call('AddUserToGroup', { UserName: name, GroupName: name === 'ada' ? 'all' : 'readers' });
  }
  await call('PutUserPolicy', { UserName: 'bo', PolicyName: 'limits', PolicyDocument: allow('mechanicalturk:GetHIT') });
  await call('CreateUser', { UserName: 'old' });
  await call('AttachUserPolicy', { UserName: 'old', PolicyArn: FULL_ACCESS });
}

async function giveCredentials(iam: IAMClient, call: Call): Promise<void> {
  await call('CreateAccessKey', { UserName: 'bo' });
  const second = await iam.send(new CreateAccessKeyCommand({ UserName: 'bo' }));
  const AccessKeyId = second.AccessKey?.AccessKeyId;
  await call('UpdateAccessKey', { UserName: 'bo', AccessKeyId, Status: 'Inactive' });
  await call('CreateAccessKey', { UserName: 'old' });
  await call('CreateLoginProfile', { UserName: 'cy', Password: 'Correct-Horse-7' });
  await call('CreateLoginProfile', { UserName: 'old', Password: 'Correct-Horse-7' });
  await call('UploadSSHPublicKey', { UserName: 'ada', SSHPublicKeyBody: SSH_PUBLIC_KEY });
  await call('UploadSigningCertificate', { UserName: 'ada', CertificateBody: CERTIFICATE });
}

async function changeByHand(call: Call): Promise<void> {
  await call('AddUserToGroup', { UserName: 'bo', GroupName: 'all' });
  await call('CreatePolicyVersion', { PolicyArn: READS, PolicyDocument: allow('*'), SetAsDefault: true });
  await call('CreateGroup', { GroupName: 'Admins' });
  await call('PutGroupPolicy', { GroupName: 'Admins', PolicyName: 'all', PolicyDocument: allow('*') });
  await call('CreateUser', { UserName: 'new' });
  await call('AddUserToGroup', { UserName: 'new', GroupName: 'Admins' });
  await call('CreateAccessKey', { UserName: 'new' });
  await call('DeleteLoginProfile', { UserName: 'cy' });
  await call('CreateAccessKey', { UserName: 'cy' });
  await call('RemoveUserFromGroup', { UserName: 'cy', GroupName: 'readers' });
}
