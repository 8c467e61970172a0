import { cpSync } from 'node:fs';
import { join } from 'node:path';
import * as aws from '@aws-sdk/client-iam';
import * as mturk from '@aws-sdk/client-mturk';
import { readAuthorizationDetails } from '../../src/aws/inventory/authorization-details.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { iamName } from '../../src/team/names.ts';
import { appliedDirectory, byHandIn, TODAY } from './applied-directory.ts';
import { type CommandResult, runHere, scratch } from './command.ts';
import { smallTeam, smallTeamFile } from './sample-team.ts';
import { accessAt } from './transient-access.ts';

export { TODAY };
export const TOMORROW = '2026-11-26';
export const FULL = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
export const user = (key: string) => ({ UserName: iamName(smallTeam.lab, key) });
export const group = (key: string) => ({ GroupName: iamName(smallTeam.lab, key) });

/** Gives the users of bo and fay each other's names. */
export async function swap(iam: aws.IAMClient): Promise<void> {
  const [bo, fay] = [user('bo').UserName, user('fay').UserName];
  for (const [UserName, NewUserName] of [
    [bo, 'other'],
    [fay, bo],
    ['other', fay],
  ])
    await iam.send(new aws.UpdateUserCommand({ UserName, NewUserName }));
}

/** A lab on a local AWS emulator of its own, which a team file was applied to. */
export interface AttackedLab {
  /** Runs a command without a person, on a day. */
  mturk(day: string, ...args: readonly string[]): Promise<CommandResult>;
  /** Replaces in the team file. */
  edit(from: string, to: string): void;
  /** A file of the lab's directory. */
  path(name: string): string;
  /** What someone does in the AWS console, as an administrator of the account. */
  byHand<T>(click: (iam: aws.IAMClient, emulator: Emulator) => Promise<T>): Promise<T>;
  /** The operations of an IAM user, by the account. */
  may(name: string): Promise<readonly string[]>;
}

type Keys = { readonly accessKeyId: string; readonly secretAccessKey: string };

/** A new access key of a user. */
export async function keyOf(iam: aws.IAMClient, name: string): Promise<Keys> {
  const { AccessKey } = await iam.send(new aws.CreateAccessKeyCommand({ UserName: name }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

/** Whether a key can pay a bonus, by a real call. */
export function canPay(lab: AttackedLab, credentials: Keys): Promise<boolean> {
  return lab.byHand(async (_iam, { endpoint }) => {
    const client = new mturk.MTurkClient({ region: 'us-east-1', endpoint, credentials, maxAttempts: 1 });
    const input = { AssignmentId: 'A', WorkerId: 'W', BonusAmount: '1', Reason: 'x' };
    const answer = await client.send(new mturk.SendBonusCommand(input)).then(
      () => 'allowed',
      ({ name }: Error) => name,
    );
    client.destroy();
    return !['AccessDeniedException', 'UnrecognizedClientException'].includes(answer);
  });
}

/** Creates a user with the name of a member's user, as an attacker with rights in IAM does, and a key. */
export async function replaceUser(iam: aws.IAMClient, key: string, Path: string): Promise<Keys> {
  const { Groups = [] } = await iam.send(new aws.ListGroupsForUserCommand(user(key)));
  for (const { GroupName } of Groups) await iam.send(new aws.RemoveUserFromGroupCommand({ ...user(key), GroupName }));
  await iam.send(new aws.DeleteUserCommand(user(key)));
  await iam.send(new aws.CreateUserCommand({ ...user(key), Path }));
  return keyOf(iam, user(key).UserName);
}

/** The comment on a pull request that changes what is merged by an edit. */
export async function commentOf(lab: AttackedLab, edit: () => void): Promise<string> {
  cpSync(lab.path('team.yaml'), lab.path('base.yaml'));
  edit();
  await lab.mturk(TODAY, 'plan', '--base', 'base.yaml', '--manifest', 'm.json');
  const args = ['preview', '--base', 'base.yaml', '--manifest', 'm.json', '--format', 'markdown', '--today', TODAY];
  return (await runHere(args, { cwd: lab.path('.') })).stdout;
}

/** Labs like one to which the small team was applied once, each a copy. */
export function attackedLabs(change: (file: string) => string = (file) => file): {
  prepare(): Promise<void>;
  attack(work: (lab: AttackedLab) => Promise<void>): Promise<void>;
  remove(): void;
} {
  let first: ReturnType<typeof scratch>;
  return {
    async prepare() {
      first = await appliedDirectory(change(smallTeamFile()));
    },
    async attack(work) {
      const place = scratch();
      cpSync(first.directory, place.directory, { recursive: true });
      let file = change(smallTeamFile());
      const byHand: AttackedLab['byHand'] = (click) => byHandIn(place.directory, click);
      try {
        await work({
          mturk: (day, ...args) => runHere([...args, '--emulator', '--today', day], { cwd: place.directory }),
          edit(from, to) {
            expect(file).toContain(from);
            file = file.replace(from, to);
            place.write('team.yaml', file);
          },
          path: (name) => join(place.directory, name),
          byHand,
          may: (name) =>
            byHand(async (iam) => {
              const { access } = await readAuthorizationDetails(iam, smallTeam.account, 1000);
              return [...(accessAt(access).get(name) ?? [])];
            }),
        });
      } finally {
        place.remove();
      }
    },
    remove: () => first.remove(),
  };
}
