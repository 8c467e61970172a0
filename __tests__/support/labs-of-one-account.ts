import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreatePolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { boundaryPolicy } from '../../src/team/documents.ts';
import { BOUNDARY_PATH } from '../../src/team/names.ts';
import { runHere, scratch } from './command.ts';

const ACCOUNT = '123456789012';
export const BUCKET = `labs-mturk-${ACCOUNT}`;

interface LabFile {
  /** Of the state; the lab's name if it is left out. */
  readonly key?: string;
  /** What each role allows. */
  readonly roles: Readonly<Record<string, string>>;
  /** Roles of each member. `ada` is the owner. */
  readonly members: Readonly<Record<string, readonly string[]>>;
  readonly neighbors?: readonly string[];
}

/** Labs of one account on a local AWS emulator, each with a folder of its own. */
export function labsOfOneAccount() {
  const place = scratch();
  const dir = join(place.directory, 'emulator');
  const lines = (entries: object, line: (key: string, value: unknown) => string) =>
    Object.entries(entries)
      .map(([key, value]) => line(key, value))
      .join('\n');
  /** Works with the account as an administrator does, without mturk-team. */
  const byHand = async <Value>(
    work: (connection: {
      endpoint: string;
      credentials: { accessKeyId: string; secretAccessKey: string };
    }) => Promise<Value>,
  ): Promise<Value> => {
    const emulator = await openEmulator({ dir, accountId: ACCOUNT, kind: 'server', provider: false });
    try {
      return await work({ endpoint: emulator.endpoint, credentials: emulator.rootCredentials });
    } finally {
      await emulator.close();
    }
  };
  const iamByHand = <Value>(work: (iam: IAMClient) => Promise<Value>) =>
    byHand(async (connection) => {
      const iam = new IAMClient({ ...connection, region: 'us-east-1' });
      try {
        return await work(iam);
      } finally {
        iam.destroy();
      }
    });
  return {
    byHand,
    iamByHand,
    /** A file of the emulator. */
    kept: (name: string) => join(dir, name),
    account: () => readFileSync(join(dir, 'account.json'), 'utf8'),
    mturk: (lab: string, ...args: readonly string[]) =>
      runHere([...args, '--emulator', dir], { cwd: join(place.directory, lab) }),
    write(lab: string, { key = lab, roles, members, neighbors = [] }: LabFile): void {
      mkdirSync(join(place.directory, lab), { recursive: true });
      const text = `version: 1
lab: ${lab}
account: "${ACCOUNT}"
owners: [ada]
roles:
${lines(roles, (role, allow) => `  ${role}: { allow: [${allow}] }`)}
members:
${lines(members, (member, of) => `  ${member}: { name: ${member}, github: ${member}-${lab}, roles: [${of}] }`)}
settings:
  state: { bucket: ${BUCKET}, region: us-east-1, key: ${key} }
  neighbors: [${neighbors}]
`;
      writeFileSync(join(place.directory, lab, 'team.yaml'), text);
    },
    /** Creates the permissions boundary of a lab, as its administrator does first. */
    bound(lab: string) {
      const PolicyDocument = JSON.stringify(boundaryPolicy({ lab, account: ACCOUNT }));
      const boundary = new CreatePolicyCommand({ Path: BOUNDARY_PATH, PolicyName: lab, PolicyDocument });
      return iamByHand((iam) => iam.send(boundary));
    },
    remove: () => place.remove(),
  };
}
