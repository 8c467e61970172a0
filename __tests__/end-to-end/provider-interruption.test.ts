import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { CreateAccessKeyCommand } from '@aws-sdk/client-iam';
import type { OnCall } from '../../src/emulator/server/aws-endpoint.ts';
import { sampleOf } from '../support/exhaustive.ts';
import { configurationWith, type Laboratory, openLaboratory } from '../support/provider-laboratory.ts';
import { STORY_ACCOUNT } from '../support/provider-story.ts';
import { enginesAtHand, runEngine, startEngine } from '../support/raw-engine.ts';

const [[, binary] = ['', '']] = await enginesAtHand();

// Closed whatever a test finds, or a failure would leave servers open and the run waiting for ever.
const open: Laboratory[] = [];
afterEach(() => Promise.all(open.splice(0).map((lab) => lab.close())));

async function opened(options: Parameters<typeof openLaboratory>[2] = {}): Promise<Laboratory> {
  const lab = await openLaboratory(binary, STORY_ACCOUNT, options);
  open.push(lab);
  return lab;
}

/** A user in two groups: removing the user is one apply of 16 calls. */
const USER_AND_GROUPS = configurationWith({
  aws_iam_user: { bo: { name: 'bo', force_destroy: true } },
  aws_iam_group: { one: { name: 'one' }, two: { name: 'two' } },
  aws_iam_group_membership: {
    one: { name: 'one', group: '${aws_iam_group.one.name}', users: ['${aws_iam_user.bo.name}'] },
    two: { name: 'two', group: '${aws_iam_group.two.name}', users: ['${aws_iam_user.bo.name}'] },
  },
});
const ONLY_GROUPS = configurationWith({ aws_iam_group: { one: { name: 'one' }, two: { name: 'two' } } });

/** A laboratory whose account stops the engine at one call. */
async function laboratoryThatStops(signal: NodeJS.Signals) {
  let engine: ChildProcess | null = null;
  let target: { action: string; phase: 'before' | 'after' } | null = null;
  let stoppedAt: number | null = null;
  const onCall: OnCall = async ({ index, action, phase }) => {
    if (engine === null || action !== target?.action || phase !== target.phase) return 'continue';
    const gone = signal === 'SIGKILL' ? once(engine, 'exit') : wait(300);
    engine.kill(signal);
    engine = null;
    await gone;
    stoppedAt = index;
    return 'continue';
  };
  const lab = await opened({ onCall });
  return {
    lab,
    /** Applies, stops the engine at the call, and tells how many calls came afterwards. */
    async applyUntil(action: string, phase: 'before' | 'after'): Promise<number> {
      target = { action, phase };
      stoppedAt = null;
      const child = startEngine(binary, ['apply', '-auto-approve', '-parallelism=1', '-lock=false'], lab.where);
      engine = child;
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await wait(400);
      if (stoppedAt === null) throw new Error(`${action} was never called`);
      return lab.emulator.calls.length - stoppedAt;
    },
  };
}

describe('an engine that is killed', () => {
  const points: readonly (readonly [action: string, phase: 'before' | 'after'])[] = [
    ['ListGroupsForUser', 'before'],
    ['RemoveUserFromGroup', 'after'],
    ['ListUserPolicies', 'before'],
    ['DeleteAccessKey', 'after'],
    ['ListVirtualMFADevices', 'before'],
    ['DeleteUser', 'before'],
    ['DeleteUser', 'after'],
  ];

  test.each(sampleOf(points, 1))(
    'at %s, %s it is carried out, makes no further call and is recovered from',
    async (action, phase) => {
      const { lab, applyUntil } = await laboratoryThatStops('SIGKILL');
      await lab.configure(USER_AND_GROUPS);
      expect(await lab.run('init')).toMatchObject({ code: 0 });
      expect(await lab.run('apply', '-auto-approve')).toMatchObject({ code: 0 });
      await lab.iam.send(new CreateAccessKeyCommand({ UserName: 'bo' }));
      await lab.configure(ONLY_GROUPS);

      expect(await applyUntil(action, phase)).toBe(0);

      expect(await lab.run('apply', '-auto-approve', '-lock=false')).toMatchObject({ code: 0, stderr: '' });
      expect(await lab.run('plan', '-detailed-exitcode', '-lock=false')).toMatchObject({ code: 0 });
    },
  );
});

test('an engine that is interrupted ends its calls, keeps its record and goes on from there', async () => {
  const { lab, applyUntil } = await laboratoryThatStops('SIGINT');
  await lab.configure(USER_AND_GROUPS);
  await lab.run('init');

  expect(await applyUntil('AddUserToGroup', 'before')).toBe(0);

  expect(await lab.run('apply', '-auto-approve', '-lock=false')).toMatchObject({ code: 0, stderr: '' });
  expect(await lab.run('plan', '-detailed-exitcode', '-lock=false')).toMatchObject({ code: 0 });
});

describe('engines side by side', () => {
  const group = { aws_iam_group: { one: { name: 'one' } } };

  test('each has its own settings', async () => {
    const lab = await opened();
    const other = { directory: await mkdtemp(join(tmpdir(), 'mturk-team-')), environment: lab.where.environment };
    await lab.configure(configurationWith(group, { allowed_account_ids: [STORY_ACCOUNT] }));
    const elsewhere = configurationWith(group, { allowed_account_ids: ['999999999999'] });
    await writeFile(join(other.directory, 'main.tf.json'), elsewhere);
    await Promise.all([lab.run('init'), runEngine(binary, ['init'], other)]);

    const [good, bad] = await Promise.all([
      lab.run('apply', '-auto-approve'),
      runEngine(binary, ['apply', '-auto-approve'], other),
    ]);

    await rm(other.directory, { recursive: true });
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain(`AWS account ID not allowed: ${STORY_ACCOUNT}`);
  });
});
