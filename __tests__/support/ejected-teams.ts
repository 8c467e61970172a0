import { existsSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { ejected } from '../../src/eject/eject.ts';
import type { Team } from '../../src/team/team.ts';
import { applyPlan, initialize, planChanges } from '../../src/terraform/run/commands.ts';
import { runEngine } from '../../src/terraform/run/process.ts';
import type { Workspace } from '../../src/terraform/run/workspace.ts';
import { orThrow } from './lab-in-test.ts';
import { RECORDED_TEAMS } from './recorded-team.ts';
import { sampleTeam } from './sample-team.ts';
import { synthesized } from './synthesized.ts';
import { teams } from './team-arbitrary.ts';

/** Teams whose resources can stand beside each other in one account: of one lab, each with keys of its own. */
export function teamsToEject(random: number, seed?: number): readonly Team[] {
  const drawn = fc.sample(teams(), { numRuns: random, ...(seed === undefined ? {} : { seed }) });
  const recorded = new Set(Object.values(RECORDED_TEAMS).map(([, after]) => after));
  return [sampleTeam, ...recorded, ...drawn].map((team, index) => {
    const own = (key: string) => `t${index}-${key}`;
    return {
      ...team,
      lab: sampleTeam.lab,
      account: sampleTeam.account,
      roles: team.roles.map((role) => ({ ...role, key: own(role.key) })),
      members: team.members.map((member) => ({ ...member, key: own(member.key), roles: member.roles.map(own) })),
      settings: { ...team.settings, state: null },
    };
  });
}

/** What is wrong with plain Terraform of teams that this program applied: empty if it plans nothing and is formatted. */
export async function ejectedProblems(
  given: readonly Team[],
  options: {
    readonly today: string;
    /** Adapts `cdk.tf.json` to the provider. */
    readonly configure?: (configuration: string) => string;
    readonly workspace: (configuration: string) => Promise<Workspace>;
  },
): Promise<{ readonly problems: readonly string[]; readonly resources: number }> {
  const { today, configure = (text) => text } = options;
  const stacks = await Promise.all(
    given.map(async (team) => {
      const { text } = await synthesized(team, today);
      return { team, text: { team: configure(text.team), bootstrap: configure(text.bootstrap) } };
    }),
  );
  const workspace = await options.workspace(merged(stacks.map(({ text }) => text.team)));
  orThrow(await initialize(workspace));
  const saved = orThrow(await planChanges(workspace));
  orThrow(await applyPlan(workspace, saved));

  const directory = `${workspace.directory}-ejected`;
  for (const [index, { team, text }] of stacks.entries()) {
    for (const [path, content] of Object.entries(ejected(team, text, today))) {
      // Of all teams together there is one provider, and one page.
      const name = path === 'team/terraform.tf' ? path : path.replace(/([^/]+)$/, `t${index}-$1`);
      await write(join(directory, name), content);
    }
  }
  const root = join(directory, 'team');
  for (const file of ['backend_override.tf.json', 'terraform.tfstate']) {
    if (existsSync(join(workspace.directory, file))) await copyFile(join(workspace.directory, file), join(root, file));
  }
  const problems: string[] = [];
  for (const [where, ...args] of [
    [directory, 'fmt', '-check', '-diff', '-recursive'],
    [root, 'init', '-input=false', '-no-color'],
    [root, 'plan', '-input=false', '-no-color', '-lock=false', '-detailed-exitcode'],
  ] as const) {
    const { binary } = workspace.engine;
    const run = await runEngine(binary, args, { directory: where, environment: workspace.environment });
    if (run.exitCode !== 0) problems.push(`${args[0]}: ${run.stdout}${run.stderr}`);
  }
  return { problems, resources: saved.plan.changes.length };
}

function merged(configurations: readonly string[]): string {
  const parsed = configurations.map((text) => JSON.parse(text));
  const resource: Record<string, object> = {};
  for (const [type, named] of parsed.flatMap((each) => Object.entries<object>(each.resource))) {
    resource[type] = { ...resource[type], ...named };
  }
  return JSON.stringify({ ...parsed[0], resource });
}

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
