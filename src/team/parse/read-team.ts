import { isUtf8 } from 'node:buffer';
import { lstat, readFile, stat } from 'node:fs/promises';
import { frozenCapabilities } from '../../catalog/mturk.ts';
import type { Finding } from '../../diagnostics/finding.ts';
import { placesIn } from '../../diagnostics/positions.ts';
import { QUOTAS } from '../../iam/quotas.ts';
import { draftOf, sortedEntries } from '../draft.ts';
import { type ResolvedRole, resolveRoles, wholeRole } from '../resolve-roles.ts';
import { FILE_RULES } from '../rules/file.ts';
import { reporting } from '../rules/finding-collector.ts';
import { teamTooLarge } from '../rules/lab.ts';
import type { Rule, RuleContext } from '../rules/rule.ts';
import { CHECKED_RULES } from '../rules/rules.ts';
import { checkShape } from '../rules/shape.ts';
import { checkTexts } from '../rules/texts.ts';
import type { TeamFile } from '../schema.ts';
import { suggester } from '../suggest.ts';
import { DEFAULT_MEMBER, DEFAULT_SETTINGS, DEFAULT_STATE_KEY, type Settings, type Team } from '../team.ts';
import { parseDocument } from './parse-document.ts';

export interface TeamReading {
  /** Null if there is a finding of severity `error`. */
  readonly team: Team | null;
  /** All findings, by their position in the file. */
  readonly findings: readonly Finding[];
  /** The text that positions refer to; null if the file could not be read. */
  readonly source: string | null;
  /** How many roles and members the file has, errors or not; null if it is no YAML. */
  readonly size: { readonly roles: number; readonly members: number } | null;
}

/** Never throws: every problem is a finding, about the file as the user named it. `today` is `YYYY-MM-DD`, UTC. */
export function readTeam(
  text: string,
  { file, today }: { readonly file: string; readonly today: string },
): TeamReading {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const findings = reporting(file);
  const { root, value, unquotedDates } = parseDocument(source, findings.report);
  const places = placesIn(root);
  if (root !== null) checkTexts(value, source, places, findings.report);
  const draft = draftOf(value);
  const suggest = suggester();
  // It takes time with the square of the roles, and a file with too many is refused.
  const resolved = resolveRoles(draft.roles.length > QUOTAS.groupsPerAccountAtMost ? [] : draft.roles);
  const context: RuleContext = {
    value,
    draft,
    resolved,
    today,
    unquotedDates,
    roleKeys: draft.roles.map(({ key }) => key),
    memberKeys: draft.members.map(([key]) => key),
    intact: findings.intact,
    suggest,
  };
  const run = (rule: Rule) => {
    rule.check?.(context, (path, args) => findings.report(rule, path, args));
  };

  const whole = root === null ? null : checkShape({ value, places, findings, suggest });
  if (root !== null) {
    run(teamTooLarge);
    // Some rules take time with the square of the roles.
    if (!findings.has(teamTooLarge)) for (const rule of CHECKED_RULES) run(rule);
  }

  const sorted = findings.sorted({ source, places });
  const failed = sorted.some(({ severity }) => severity === 'error');
  return {
    team: failed || whole === null ? null : normalize(whole, resolved),
    findings: sorted,
    source,
    size: root === null ? null : { roles: draft.roles.length, members: draft.members.length },
  };
}

/** The team of a file without errors. It does not depend on the order of the file. */
function normalize(file: TeamFile, resolved: ReadonlyMap<string, ResolvedRole>): Team {
  return {
    lab: file.lab,
    account: file.account,
    owners: [...file.owners].sort(),
    roles: sortedEntries(file.roles).map(([key, { description = null, extends: parents = [] }]) =>
      wholeRole({ key, description, extends: parents }, resolved),
    ),
    members: sortedEntries(file.members).map(([key, member]) => {
      return { key, ...DEFAULT_MEMBER, ...member, roles: [...member.roles].sort() };
    }),
    departed: sortedEntries(file.departed ?? {}).map(([key, departure]) => ({ key, ...departure })),
    freeze: frozenCapabilities(file.freeze ?? []),
    snoozed: sortedEntries(file.snoozed ?? {}).map(([finding, snooze]) => ({ finding, ...snooze })),
    settings: settingsOf(file.settings ?? {}),
  };
}

function settingsOf(settings: NonNullable<TeamFile['settings']>): Settings {
  const { state } = settings;
  return {
    maxRemovals: settings['max-removals'] ?? DEFAULT_SETTINGS.maxRemovals,
    selfApproval: settings['self-approval'] ?? DEFAULT_SETTINGS.selfApproval,
    state: state === undefined ? DEFAULT_SETTINGS.state : { key: DEFAULT_STATE_KEY, ...state },
    neighbors: [...(settings.neighbors ?? [])].sort(),
    administrators: [...(settings.administrators ?? [])].sort(),
    keyMaxAgeDays: settings['key-max-age-days'] ?? DEFAULT_SETTINGS.keyMaxAgeDays,
    rotateAfterDays: settings.keys?.['rotate-after-days'] ?? DEFAULT_SETTINGS.rotateAfterDays,
    reconcile: settings.reconcile ?? DEFAULT_SETTINGS.reconcile,
    deleteAfterDays: settings['delete-after-days'] ?? DEFAULT_SETTINGS.deleteAfterDays,
    driftEveryHours: settings['drift-every-hours'] ?? DEFAULT_SETTINGS.driftEveryHours,
    renewBeforeDays: settings['renew-before-days'] ?? DEFAULT_SETTINGS.renewBeforeDays,
    reviewEveryDays: settings['review-every-days'] ?? DEFAULT_SETTINGS.reviewEveryDays,
  };
}

/** 5,000 members, which is all that an account can hold, take about a quarter of this. */
export const MAX_FILE_BYTES = 2 * 1024 * 1024;

/** What is wrong with the file itself has no position, and `source` is then null. `today` is `YYYY-MM-DD`, UTC. */
export async function readTeamFile(file: string, options: { readonly today: string }): Promise<TeamReading> {
  let bytes: Buffer;
  try {
    const target = await stat(file);
    // A shell hands over a pipe as a link: `<(git show main:team.yaml)`.
    if ((await lstat(file)).isSymbolicLink() && !target.isFIFO()) return unread(file, FILE_RULES.isLink, {});
    if (target.size > MAX_FILE_BYTES) return tooLarge(file, target.size);
    bytes = await readFile(file);
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT' || code === 'ENOTDIR') return unread(file, FILE_RULES.missing, {});
    if (code === 'EISDIR') return unread(file, FILE_RULES.isDirectory, {});
    return unread(file, FILE_RULES.unreadable, { reason: code });
  }
  // A pipe or a device has no size to ask for beforehand.
  if (bytes.length > MAX_FILE_BYTES) return tooLarge(file, bytes.length);
  if (!isUtf8(bytes)) return unread(file, FILE_RULES.notUtf8, {});
  return readTeam(bytes.toString('utf8'), { file, today: options.today });
}

function tooLarge(file: string, bytes: number): TeamReading {
  return unread(file, FILE_RULES.tooLarge, { bytes, limit: MAX_FILE_BYTES });
}

function unread<Args extends Readonly<Record<string, unknown>>>(
  file: string,
  { code }: Rule<Args>,
  args: Args,
): TeamReading {
  return { team: null, findings: [fileFinding(file, code, args)], source: null, size: null };
}

/** That a checkout writes another text of a file than its commit has; it is found with Git, which no rule asks. */
export function convertedFinding(file: string, path: string, isKnown: boolean): Finding {
  return fileFinding(file, FILE_RULES.converted.code, { path, isKnown });
}

function fileFinding(file: string, code: string, args: Finding['args']): Finding {
  return { code, severity: 'error', file, path: [], position: null, args };
}
