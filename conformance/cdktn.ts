import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { build } from 'esbuild';
import fc from 'fast-check';
import { sampleTeam } from '../__tests__/support/sample-team.ts';
import { teams } from '../__tests__/support/team-arbitrary.ts';
import type { WantedRole } from '../src/aws/setup/account-roles.ts';
import type { writeStacks } from '../src/terraform/synth/stacks.ts';
import { stackDirectories, synthesize } from '../src/terraform/synth/synth.ts';
import { TODAY } from './lifecycle-team.ts';
import type { Row } from './report.ts';

const RANDOM = 200;
/** The same teams on every machine. */
const SEED = 20_261_125;

const ROLES: readonly WantedRole[] = [
  {
    key: 'plan',
    name: 'lab-plan',
    path: '/mturk-roles/lab/',
    trust: { Version: '2012-10-17', Statement: [] },
    permissions: { Version: '2012-10-17', Statement: [] },
  },
];

/** The stacks of the sample and of random teams, synthesized with CDK Terrain, CDKTF's successor, through the one seam. */
export async function cdktnRow(options: {
  /** Of the installed npm packages. */
  readonly modules: string;
  readonly root: string;
  readonly directory: string;
}): Promise<Row> {
  const { directory } = options;
  const successor = await bundled(options);
  const drawn = [sampleTeam, ...fc.sample(teams(), { numRuns: RANDOM, seed: SEED })];
  const problems: string[] = [];
  for (const [index, team] of drawn.entries()) {
    const [ours, theirs] = [join(directory, 'ours'), join(directory, 'theirs')];
    await synthesize(team, { today: TODAY, outDir: ours, roles: ROLES });
    for (const each of Object.values(stackDirectories(theirs))) await mkdir(each, { recursive: true });
    successor(team, { today: TODAY, outDir: theirs, roles: ROLES });
    for (const stack of ['team', 'bootstrap'] as const) {
      const one = await comparable(stackDirectories(ours)[stack], '0.21.0');
      const other = await comparable(stackDirectories(theirs)[stack], '0.24.0');
      if (!isDeepStrictEqual(one, other)) problems.push(`team ${index}: the stack ${stack} differs`);
    }
  }
  return {
    ...{ account: 'none', provider: 'none', engine: 'cdktn 0.24.0' },
    compared: `\`cdk.tf.json\` of both stacks of ${drawn.length} teams, ${RANDOM} of them random: CDK Terrain against CDKTF 0.21.0, but for the version in the metadata and the provider's version and source`,
    result: problems.length === 0 ? 'equal' : `${problems.length} unexpected`,
    onPurpose: [],
    problems,
    checks: 2 * drawn.length,
  };
}

async function bundled({ modules, root, directory }: Parameters<typeof cdktnRow>[0]): Promise<typeof writeStacks> {
  const outfile = join(directory, 'stacks.cjs');
  await build({
    ...{ entryPoints: [join(root, 'src/terraform/synth/stacks.ts')], outfile, bundle: true, logLevel: 'warning' },
    ...{ platform: 'node', format: 'cjs', target: 'node20' },
    alias: {
      cdktf: join(modules, 'cdktn'),
      '@cdktf/provider-aws': join(modules, '@cdktn/provider-aws'),
      constructs: join(modules, 'constructs'),
    },
  });
  return createRequire(import.meta.url)(outfile).writeStacks;
}

/** The configuration without what may differ. Throws if it is not of that version. */
async function comparable(stack: string, version: string): Promise<unknown> {
  const parsed = JSON.parse(await readFile(join(stack, 'cdk.tf.json'), 'utf8'));
  const { metadata } = parsed['//'];
  const { aws } = parsed.terraform.required_providers;
  if (metadata.version !== version) throw new Error(`synthesized by ${metadata.version}, not ${version}`);
  if (!['aws', 'hashicorp/aws'].includes(aws.source)) throw new Error(`another provider: ${aws.source}`);
  Object.assign(metadata, { version: null });
  Object.assign(aws, { version: null, source: null });
  return parsed;
}
