import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { runHere, scratch } from '../support/command.ts';

const SAMPLE = readFileSync('team.yaml', 'utf8');
const BUCKET = SAMPLE.replace('settings:\n', 'settings:\n  state: { bucket: lab-state, region: eu-central-1 }\n');
const place = scratch({ 'team.yaml': SAMPLE, 'bucket.yaml': BUCKET });
afterAll(() => place.remove());

test('synth recommends no Terraform of its own, and says why', async () => {
  const { code, stdout } = await runHere(['synth'], { cwd: place.directory });
  expect(code).toBe(0);
  expect(stdout).not.toMatch(/^ {2}(terraform|tofu|npx|cdktf)/m);
  expect(stdout).toContain('Terraform run by hand here has a state of its own');
  expect(stdout).toMatch(/^To end the lab with Terraform, run what mturk-team wind-down prints\.$/m);
  const inBucket = await runHere(['synth', 'bucket.yaml'], { cwd: place.directory });
  expect(inBucket.stdout).toContain("changes the lab's state, past the guardrails");
});

test('main.ts prints where it wrote, and is called as the docs say', async () => {
  const main = readFileSync('main.ts', 'utf8');
  const page = readFileSync('docs/reference/cli.md', 'utf8');
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  for (const text of [main, page]) {
    expect(text).toContain('npx tsx main.ts');
    expect(text).toContain(`npx cdktf-cli@${devDependencies.cdktf} synth`);
    expect(text).not.toContain('npx cdktf synth');
  }
  const env = { ...process.env, CDKTF_OUTDIR: `${place.directory}/out` };
  const { stdout } = await promisify(execFile)('npx', ['tsx', 'main.ts'], { env });
  expect(stdout).toMatch(/^Wrote \S+\/out\/stacks\/team\/cdk\.tf\.json$/m);
  expect(stdout).toMatch(/^Wrote \S+\/out\/stacks\/bootstrap\/cdk\.tf\.json$/m);
});
