import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyPlan, initialize, planChanges } from '../../src/terraform/run/commands.ts';
import { findEngine } from '../../src/terraform/run/engine.ts';
import { prepareWorkspace } from '../../src/terraform/run/workspace.ts';
import { begunIn } from './raw-engine.ts';

// Run as a process of its own, so that a real signal can be sent to it: an apply of three steps, the second of which
// writes down when it ends by itself.
const directory = mkdtempSync(join(tmpdir(), 'mturk-team-signal-'));
const engine = await findEngine({ env: process.env, account: 'emulator' });
if (!engine.ok) throw new Error('no engine');
const second = {
  depends_on: ['terraform_data.a'],
  provisioner: [{ 'local-exec': { command: 'trap "" INT; touch begun; sleep 1; touch finished' } }],
};
const third = { depends_on: ['terraform_data.b'], input: 1 };
const workspace = await prepareWorkspace({
  engine: engine.value,
  directory,
  configuration: JSON.stringify({ resource: { terraform_data: { a: { input: 1 }, b: second, c: third } } }),
  account: 'emulator',
  env: process.env,
});
await initialize(workspace);
const plan = await planChanges(workspace);
if (!plan.ok) throw new Error(JSON.stringify(plan.failure));
const applying = applyPlan(workspace, plan.value);
await begunIn(directory);
process.stdout.write(`${JSON.stringify({ started: true })}\n`);
const applied = await applying;
const again = await planChanges(workspace);
const left = again.ok ? again.value.plan.changes.filter(({ change }) => change.actions.join() !== 'no-op') : [];
process.stdout.write(`${JSON.stringify({ directory, applied, left: left.map(({ address }) => address) })}\n`);
