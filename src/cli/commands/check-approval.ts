import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { checkWritable } from '../../app/files.ts';
import { readTeam } from '../../app/session/read-team.ts';
import { type ApplyRecord, readRecord, recordPlace } from '../../app/session/records.ts';
import type { Terminal } from '../../app/terminal.ts';
import { type Failure, isFailureReason, type Result, succeed } from '../../diagnostics/failure.ts';
import { connectGitHub } from '../../github/client.ts';
import { defaultBranchOfEvent } from '../../github/event.ts';
import { writeOutputs } from '../../github/outputs.ts';
import { stableJson } from '../../iam/canonical.ts';
import { checkApproval, newOwnerIds } from '../../review/approval/approval.ts';
import { type Approvers, ownersOf } from '../../review/approval/owners.ts';
import type { LastApplied } from '../../review/approval/walk.ts';
import { appliedTeam } from '../../team/applied-team.ts';
import { readTeam as readTeamText } from '../../team/parse/read-team.ts';
import { hasAccess, type Team } from '../../team/team.ts';
import { printJson, reportFailure } from '../io.ts';
import * as cli from '../options.ts';

interface CheckApprovalOptions extends ReturnType<typeof cli.labOptions> {
  /** The newest commit of the default branch. */
  readonly commit: string;
  readonly result: string | null;
}

async function command(options: CheckApprovalOptions, terminal: Terminal, env: NodeJS.ProcessEnv): Promise<number> {
  const { commit, result } = options;
  const writable = await checkWritable([result]);
  if (!writable.ok) return reportFailure(writable.failure, terminal);
  const checked = await check(options, env);
  const none = { pulls: [], ids: '', at: '' };
  const { pulls, ids, at, failure } = checked.ok ? checked.value : { ...none, failure: checked.failure };
  writeOutputs(env, { commit, 'pull-requests': pulls.join(','), 'owner-ids': ids, 'applied-at': at });
  if (failure === null) {
    if (options.json) printJson({ commit, pullRequests: pulls }, terminal);
    else terminal.stdout(`Every change up to ${commit.slice(0, 7)} was approved.\n`);
    return 0;
  }
  const reason = isFailureReason(failure.code) ? failure.code : 'not-approved';
  writeOutputs(env, { 'failure-reason': reason });
  const data = { version: 1, commit, failure: { reason, error: failure } };
  if (result !== null) await writeFile(result, `${JSON.stringify(data, null, 2)}\n`);
  return reportFailure(failure, terminal);
}

interface Checked {
  readonly pulls: readonly number[];
  /** As `apply --owner-ids` takes them. */
  readonly ids: string;
  /** When the last apply began or ended; empty if there was none. */
  readonly at: string;
  readonly failure: Failure | null;
}

async function check(
  { file, emulator, commit }: CheckApprovalOptions,
  env: NodeJS.ProcessEnv,
): Promise<Result<Checked>> {
  const today = new Date().toISOString().slice(0, 10);
  const team = await readTeam(file, today);
  if (!team.ok) return team;
  const github = connectGitHub(env);
  if (!github.ok) return github;
  const record = await readRecord(recordPlace(team.value, emulator));
  if (!record.ok) return record;
  const asked = { commit, branch: defaultBranchOfEvent(env), today, ...lastApplied(record.value, team.value, today) };
  const approval = await checkApproval(github.value, asked);
  if (!approval.ok) return approval;
  const checked = { ...approval.value, at: record.value?.at ?? '' };
  if (checked.failure !== null) return succeed({ ...checked, ids: '' });
  const ids = await newOwnerIds(github.value, ownersOf(team.value, record.value?.owners ?? []));
  return ids.ok ? succeed({ ...checked, ids: ids.value }) : ids;
}

/**
 * Who approves, and where the walk ends. Before the first apply ended, the file itself says who approves. Its `self-approval`
 * does not count: a writer could merge a file that turns the rules off.
 */
function lastApplied(
  record: ApplyRecord | null,
  file: Team,
  today: string,
): { readonly approvers: Approvers; readonly last: LastApplied | null } {
  const teamIn = (text: string, day: string) => readTeamText(text, { file: 'team.yaml', today: day }).team;
  const withoutAccessIn = (text: string) =>
    (teamIn(text, today)?.members ?? []).flatMap((each) => (hasAccess(each, today) ? [] : [each.key]));
  if (record === null || record.team === null) {
    const team = { ...file, settings: { selfApproval: false } };
    return { approvers: { team, owners: ownersOf(file, []), withoutAccessIn }, last: null };
  }
  const { team, owners, commit, earlier = [], at, since = at } = record;
  const isTeamOf = (text: string) => {
    const then = teamIn(text, team.day);
    if (then === null) return false;
    const its = [appliedTeam(then, team.day), ownersOf(then, owners)];
    return stableJson(its) === stableJson([team, owners]);
  };
  return {
    approvers: { team, owners, withoutAccessIn },
    last: { commits: [commit, ...earlier], time: Date.parse(since), isTeamOf },
  };
}

export function register(program: Command, terminal: Terminal): void {
  cli.addHelp(program, {
    exitCodes: ['0 approved', '1 not approved, or unknown', '2 wrong usage'],
    examples: ['mturk-team check-approval --commit "$(git rev-parse HEAD)"'],
  });
  program
    .addArgument(cli.teamFile())
    .addOption(cli.emulator())
    .requiredOption('--commit <sha>', 'newest commit of the default branch', cli.parseCommit)
    .option('--result <file>', 'write a failure as JSON, for comment')
    .addOption(cli.json())
    .action(async (file: string, options) => {
      const { commit, result = null } = options;
      cli.finish(await command({ ...cli.labOptions(file, options), commit, result }, terminal, process.env));
    });
}
