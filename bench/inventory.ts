import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  DeleteUserPolicyCommand,
  IAMClient,
  RemoveUserFromGroupCommand,
} from '@aws-sdk/client-iam';
import { takeInventory } from '../src/aws/inventory/inventory.ts';
import type { ScanResult } from '../src/drift/finding.ts';
import { scanOf } from '../src/drift/scan/scan.ts';
import { appliedTeam } from '../src/team/applied-team.ts';
import { iamName } from '../src/team/names.ts';
import type { Team } from '../src/team/team.ts';
import { type AccountProcess, TODAY, withAccount } from './account-process.ts';
import { synthTeam } from './synth-team.ts';

/** A verdict on who may do what, from the inventory's first part alone, of an account that another process holds. */
export interface InventoryFigures {
  readonly size: number;
  /** What it asked of the account, as the account counts. */
  readonly calls: number;
  /** What this process worked, in milliseconds; the worst of all looks. */
  readonly cpuMs: number;
  /** From the first call to the verdict, in milliseconds; of the same look. */
  readonly wallMs: number;
}

const AT = new Date(`${TODAY}T12:00:00Z`);
/** The first look warms up the compiler and counts all the same: a command looks once. */
const ROUNDS = 3;

/** Looks at a team that is applied, and again after four changes by hand; throws where a verdict is wrong. */
export async function benchInventory(size: number): Promise<InventoryFigures> {
  const team = synthTeam(size);
  return withAccount(size, 'applied', async (account) => {
    const { endpoint, credentials } = account;
    const iam = new IAMClient({ endpoint, credentials, region: 'us-east-1' });
    let worst: InventoryFigures | null = null;
    for (let round = 0; round < ROUNDS; round += 1) {
      const { look, figures } = await measured(team, iam, account);
      if (look.class !== 'clean') throw new Error(`as applied it is ${look.class}, not clean`);
      worst = worse(worst, figures);
    }
    const expected = await tamper(team, iam);
    const { look, figures } = await measured(team, iam, account);
    const missing = expected.filter((id) => !look.findings.some((finding) => finding.id.startsWith(id)));
    if (look.class !== 'drift' || missing.length > 0 || look.findings.length !== expected.length)
      throw new Error(`missed: ${missing.join(', ')}; found: ${look.findings.map(({ id }) => id).join(', ')}`);
    iam.destroy();
    return worse(worst, figures);
  });
}

async function measured(
  team: Team,
  iam: IAMClient,
  account: AccountProcess,
): Promise<{ readonly look: ScanResult; readonly figures: InventoryFigures }> {
  const before = await account.calls();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const inventory = await takeInventory(iam, {
    account: team.account,
    managed: () => true,
    scope: 'access',
  });
  const applied = { team: appliedTeam(team, TODAY), begun: [], ids: inventory.ids };
  const look = scanOf({ team, today: TODAY, at: AT, inventory, plan: null, applied });
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const calls = (await account.calls()) - before;
  if (inventory.notChecked.length > 0) throw new Error(`unseen: ${JSON.stringify(inventory.notChecked)}`);
  return { look, figures: { size: team.members.length, calls, cpuMs: (user + system) / 1_000, wallMs } };
}

/** Manual changes that the scan must find. */
async function tamper({ lab }: Team, iam: IAMClient): Promise<readonly string[]> {
  const [one, other] = [iamName(lab, 'member-1'), iamName(lab, 'member-2')];
  await iam.send(new AddUserToGroupCommand({ UserName: one, GroupName: iamName(lab, 'role-5') }));
  await iam.send(new RemoveUserFromGroupCommand({ UserName: one, GroupName: iamName(lab, 'role-1') }));
  await iam.send(new DeleteUserPolicyCommand({ UserName: other, PolicyName: 'limits' }));
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
  await iam.send(new AttachUserPolicyCommand({ UserName: other, PolicyArn }));
  return [
    'membership-added/member-1/role-5',
    'membership-removed/member-1/role-1',
    'inline-policy-removed/user/member-2/limits',
    'policy-attached/user/member-2/AmazonMechanicalTurkFullAccess',
  ];
}

function worse(one: InventoryFigures | null, other: InventoryFigures): InventoryFigures {
  return one !== null && one.cpuMs > other.cpuMs ? one : other;
}
