import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachUserPolicyCommand,
  CreateGroupCommand,
  CreateUserCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { byCapability } from '../../access/capability-access.ts';
import { operationSet } from '../../access/operation-set.ts';
import { accessText } from '../../access/text/capability-words.ts';
import type { Adoption } from '../../adopt/adoption.ts';
import { applyAdoption } from '../../app/adopt/apply.ts';
import { finishAdoption } from '../../app/adopt/finish.ts';
import { saveSurvey, surveyIn } from '../../app/adopt/survey.ts';
import { undoAdoption } from '../../app/adopt/undo.ts';
import { noChanges, planStack } from '../../app/plan/plan.ts';
import { applyBootstrap } from '../../app/session/lab-session.ts';
import { readTeam } from '../../app/session/read-team.ts';
import { managedPolicyArn } from '../../catalog/managed-policies.ts';
import { OPERATIONS, type Operation } from '../../catalog/mturk.ts';
import { succeed } from '../../diagnostics/failure.ts';
import { firstTeamFile } from '../../setup/init/lab-files.ts';
import { iamName } from '../../team/names.ts';
import { counted, plainText } from '../../text/text.ts';
import { allowedWith, createdKey } from './calls.ts';
import { type DemoBase, done, isGivenTo, labFor, quiet, StepFailed } from './lab.ts';

export const ADOPT_STEPS = 7;

const FULL = managedPolicyArn('AmazonMechanicalTurkFullAccess');

function allow(...operations: readonly string[]): object {
  const Action = operations.map((operation) => `mechanicalturk:${operation}`);
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] };
}

/** Users as labs made them since 2017, with what they have in words. */
const USERS = [
  { name: 'ada', has: 'AmazonMechanicalTurkFullAccess, 2 keys', keys: 2, attached: [FULL], groups: [], inline: null },
  { name: 'Bo.Chen', has: 'group Requesters', keys: 1, attached: [], groups: ['Requesters'], inline: null },
  {
    ...{ name: 'assistant', keys: 1, attached: [], groups: [] },
    has: "the tutorial's policy of 2017, with operations that no longer exist",
    inline: allow('SearchHITs', 'GetReviewableHITs', 'GetHIT', 'GetAssignmentsForHIT', 'GetAssignment'),
  },
  {
    ...{ name: 'psiturk', keys: 1, attached: [FULL], groups: [] },
    has: 'AmazonMechanicalTurkFullAccess, but a Deny of SendBonus',
    inline: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: 'mechanicalturk:SendBonus', Resource: '*' }],
    },
  },
] as const;

interface DemoKey {
  readonly user: string;
  readonly id: string;
  readonly secret: string;
  /** What it could do at first. */
  readonly before: ReadonlySet<Operation>;
}

/** Adopts an account that was made by hand, takes that back, and adopts it for good. */
export async function runAdoption(context: DemoBase): Promise<void> {
  const keys = await createUsers(context);
  const { adopted, adoption } = await draft(context);
  const session = () => labFor(adopted);
  const yes = async () => succeed(null);
  const terminal = quiet(context);

  context.output.step('adopt --apply: names and paths of the lab; roles come, nothing goes');
  const { moved } = await done(applyAdoption(session(), adoption, terminal, yes));
  await checkKeys(context, keys, `${counted(moved, 'user')} moved`);
  context.output.step('adopt --undo: back to the names and paths of before');
  const undone = await done(undoAdoption(session(), adoption, yes));
  await checkKeys(context, keys, `${counted(undone.moves.length, 'user')} moved back, roles deleted`);
  context.output.step('adopt --apply again, then adopt --finish: their other access ends');
  await done(applyAdoption(session(), adoption, terminal, yes));
  const options = { commit: null, deleteUnused: true };
  const { deleted } = await done(finishAdoption(session(), adoption, options, terminal, yes));
  const unused = [...deleted.groups, ...deleted.policies].join(', ');
  context.output.check(`old policies and groups gone; deleted, because unused: ${unused}`, unused === 'Requesters');
  context.output.step('Plan');
  context.output.check('nothing is left to change', noChanges(await done(planStack(session()))));
  await verify(adopted, adoption, keys);
}

async function createUsers({ output, iam, emulator }: DemoBase): Promise<readonly DemoKey[]> {
  output.step(`An account made by hand: ${counted(USERS.length, 'user')}`);
  const keys: DemoKey[] = [];
  await iam.send(new CreateGroupCommand({ GroupName: 'Requesters' }));
  await iam.send(new AttachGroupPolicyCommand({ GroupName: 'Requesters', PolicyArn: FULL }));
  for (const { name: UserName, has, keys: count, attached, groups, inline } of USERS) {
    await iam.send(new CreateUserCommand({ UserName }));
    for (const PolicyArn of attached) await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
    for (const GroupName of groups) await iam.send(new AddUserToGroupCommand({ UserName, GroupName }));
    if (inline !== null) {
      const PolicyDocument = JSON.stringify(inline);
      await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'mturk', PolicyDocument }));
    }
    for (let index = 0; index < count; index += 1) {
      const pair = await createdKey(iam, UserName);
      keys.push({ user: UserName, ...pair, before: await allowedWith(pair, emulator.endpoint, OPERATIONS) });
    }
    output.line(UserName, has, WIDEST);
  }
  return keys;
}

const WIDEST = Math.max(...USERS.map(({ name }) => name.length)) + 2;

async function draft(context: DemoBase) {
  const { output, directory, team, today } = context;
  output.step('adopt: who becomes which member, with what access');
  const { lab, account } = team;
  const file = join(directory, 'team.yaml');
  const first = firstTeamFile({ lab, account, selfApproval: false, owners: [{ key: 'ada', login: 'ada' }] });
  await writeFile(file, first);
  const session = labFor({ ...context, team: await done(readTeam(file, today)) });
  const applied = await applyBootstrap(session);
  if (!applied.ok) throw new StepFailed('the permissions boundary was not applied', applied.failure);
  const options = { file, emulator: directory, today, accept: [], without: [], as: new Map() };
  const surveyed = await done(surveyIn(session, options));
  await done(saveSurvey(surveyed, file));
  for (const { key, kept } of surveyed.people) {
    const access = plainText(accessText(byCapability(operationSet(kept), null)));
    output.line(key, access, WIDEST);
  }
  const open = surveyed.people.filter(({ differences }) => differences.length > 0);
  const all = counted(surveyed.people.length, 'member');
  output.check(`team.yaml drafted: ${all}, each with exactly the access of before`, open.length === 0);
  return { adopted: { ...context, team: await done(readTeam(file, today)) }, adoption: surveyed.adoption };
}

async function checkKeys({ output, emulator }: DemoBase, keys: readonly DemoKey[], what: string): Promise<void> {
  const wrong: string[] = [];
  for (const { user, before, ...pair } of keys) {
    const now = await allowedWith(pair, emulator.endpoint, OPERATIONS);
    if (OPERATIONS.some((each) => now.has(each) !== before.has(each))) wrong.push(user);
  }
  output.check(`${what}; ${counted(keys.length, 'key')} can do what they could`, wrong.length === 0, {
    detail: wrong.join(', '),
    checks: keys.length,
  });
}

async function verify(context: DemoBase, { users }: Adoption, keys: readonly DemoKey[]): Promise<void> {
  const { output, emulator } = context;
  output.step(`Verify: call all ${OPERATIONS.length} Mechanical Turk operations with each key of before`);
  const wrong: string[] = [];
  for (const { user, id, secret } of keys) {
    const key = users.find(({ name }) => name === user)?.key ?? '';
    const isGiven = isGivenTo(context, { key });
    const works = await allowedWith({ id, secret }, emulator.endpoint, OPERATIONS);
    if (OPERATIONS.some((each) => works.has(each) !== isGiven(each))) wrong.push(iamName(context.team.lab, key));
  }
  output.check(`as team.yaml says: ${counted(keys.length, 'key')}`, wrong.length === 0, {
    detail: wrong.join(', '),
    checks: keys.length,
  });
}
