import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCredentials } from '../../app/keys/credentials-file.ts';
import { identityDirectory, ownIdentity } from '../../app/keys/identities.ts';
import { withLabKeys } from '../../app/keys/lab-keys.ts';
import { openKey } from '../../app/keys/open.ts';
import { syncLab } from '../../app/keys/sync.ts';
import { planStack } from '../../app/plan/plan.ts';
import { OPERATIONS } from '../../catalog/mturk.ts';
import { succeed } from '../../diagnostics/failure.ts';
import { type KeyPair, profileIn } from '../../keys/profile.ts';
import { iamName } from '../../team/names.ts';
import { allowedWith } from './calls.ts';
import { applyPlan, type DemoContext, done, editFile, isGivenTo, labFor, StepFailed } from './lab.ts';

/** Gives the new member an access key, as `keys request`, `member recipient`, `apply`, `keys sync` and `keys open` do. */
export async function deliverKey(context: DemoContext): Promise<DemoContext> {
  const { output, directory, scenario, team } = context;
  const { key: member, name } = scenario.newMember;
  const { lab, account } = team;
  output.step(`Access key: encrypted so that only ${name} can open it`);
  const home = { HOME: join(directory, 'home') };
  const { stored } = await done(ownIdentity(identityDirectory(home), { lab, account, member }));
  const after = editFile(context, { verb: 'member recipient', member, recipient: stored.recipient });
  const session = labFor(after);
  const steps = await applyPlan(context, session, await done(planStack(session)));
  output.check('Applied without a change in IAM; keys sync reads the recipient from the apply record', steps === 0);
  const message = await synced(after);
  for (const line of message.trim().split('\n')) output.line('|', line, 2);
  await callWith(after, await opened(context, message, home, iamName(lab, member)));
  return after;
}

async function synced(context: DemoContext): Promise<string> {
  const { directory, scenario } = context;
  const out = join(directory, 'keys');
  const { outcomes } = await done(
    withLabKeys(succeed(labFor(context)), (keys) => syncLab(keys, { out }, async () => succeed(null))),
  );
  const place = outcomes.find(({ owner }) => owner.key === scenario.newMember.key)?.place ?? null;
  if (place === null) throw new StepFailed('no access key was delivered');
  return readFile(place, 'utf8');
}

/** The key that `keys open` stores in the member's own folder. */
async function opened({ output, emulator }: DemoContext, message: string, env: NodeJS.ProcessEnv, user: string) {
  const clientOf = ({ id, secret }: KeyPair) => ({
    ...{ region: 'us-east-1', endpoint: emulator.endpoint },
    credentials: { accessKeyId: id, secretAccessKey: secret },
  });
  const connect = async () => succeed({ clientOf, close: async () => {} });
  const { file } = await done(openKey(message, { env, connect }, async () => succeed(null)));
  const { key } = profileIn(await done(readCredentials(file)), user);
  output.check(`keys open: AWS says that it is the key of ${user}; stored as a profile`, key !== null);
  if (key === null) throw new StepFailed('no access key was stored');
  return key;
}

/** Calls one operation that the member's role has and one that it lacks; first choices are those that need no parameter. */
async function callWith(context: DemoContext, key: KeyPair): Promise<void> {
  const { output, emulator, scenario } = context;
  const isGiven = isGivenTo(context, scenario.newMember);
  const works = (['ListHITs', ...OPERATIONS] as const).find(isGiven);
  const denied = (['CreateHIT', ...OPERATIONS] as const).find((operation) => !isGiven(operation));
  const tried = [works, denied].filter((operation) => operation !== undefined);
  const allowed = await allowedWith(key, emulator.endpoint, tried);
  if (works !== undefined) output.check(`${works} with this key: allowed`, allowed.has(works));
  if (denied !== undefined) output.check(`${denied} with this key: denied`, !allowed.has(denied));
}
