import type { DisplayNames } from '../access/text/names.ts';
import type { Capability } from '../catalog/mturk.ts';
import type { DriftFinding } from '../drift/finding.ts';
import { findingView } from '../drift/report/finding-view.ts';
import { reminderText } from '../drift/report/reminders.ts';
import { type DriftReport, newestScan } from '../drift/report/report.ts';
import { subjectOf } from '../drift/rules/rule.ts';
import { iamName, keyOfIamName } from '../team/names.ts';
import { dateWords, distanceWords, timeWords } from '../text/dates.ts';
import { alert, type Block, details, list, onlyIf } from '../text/document.ts';
import { capitalized, countedText, type Text, t, trusted } from '../text/text.ts';
import type { PageFacts } from './facts.ts';

function usersOf({ data, changes }: DriftFinding): readonly string[] {
  const subject = subjectOf(data);
  return [...new Set([...(subject?.kind === 'user' ? [subject.name] : []), ...changes.map(({ user }) => user)])];
}

function findingsIn(report: DriftReport): readonly DriftFinding[] {
  return newestScan(report)?.scan.findings ?? [];
}

function findingText(finding: DriftFinding, naming: DisplayNames): Text {
  const { title, effect } = findingView(finding, naming);
  return t`${title}: ${effect}`;
}

/** What the report says about a member: findings, and keys that someone should look after. */
export function aboutUser(report: DriftReport, naming: DisplayNames, user: string): readonly Text[] {
  const key = keyOfIamName(naming.lab, user);
  const reminders = (report.reminders ?? []).filter((reminder) => reminder.key === key);
  return [
    ...findingsIn(report)
      .filter((finding) => usersOf(finding).includes(user))
      .map((finding) => findingText(finding, naming)),
    ...reminders.map(({ about }) => capitalized(reminderText(about))),
  ];
}

/** A line for each access key of a member: its age and last use. */
export function keysOf({ memberKeys = [], at }: DriftReport, member: string): readonly Text[] {
  const keys = memberKeys.find(({ key }) => key === member)?.keys ?? [];
  return keys.map(({ active, created, lastUsed, isUseKnown }) => {
    const age =
      created === null
        ? t``
        : t`, created ${trusted(dateWords(created))} (${trusted(distanceWords(new Date(created), new Date(at)))})`;
    const use = !isUseKnown
      ? t`use not known yet`
      : lastUsed === null
        ? t`never used`
        : t`last used ${trusted(dateWords(lastUsed))}`;
    return t`${trusted(active ? 'Active' : 'Inactive')}${age}; ${use}`;
  });
}

/** How a cell differs in AWS: `more` than the file gives, or `less`. */
export type Differing = ReadonlyMap<Capability, 'more' | 'less'>;

/** By name of the IAM user. */
export function differencesIn(report: DriftReport | null): ReadonlyMap<string, Differing> {
  const users = new Map<string, Map<Capability, 'more' | 'less'>>();
  for (const { user, capabilities } of report === null ? [] : findingsIn(report).flatMap(({ changes }) => changes)) {
    const cells = users.get(user) ?? new Map();
    for (const { capability } of capabilities.lost) cells.set(capability, 'less');
    for (const { capability } of capabilities.gained) cells.set(capability, 'more');
    users.set(user, cells);
  }
  return users;
}

/** What the drift check found, in a box, with what is about no member. */
export function reportBlocks({ report, naming, team }: PageFacts): readonly Block[] {
  if (report === null) return [];
  const when = trusted(timeWords(report.at));
  if (newestScan(report) === null) return [alert('warning', t`The drift check of ${when} could not read all of AWS.`)];
  const findings = findingsIn(report);
  if (findings.length === 0) return [alert('note', t`The drift check of ${when} has no finding.`)];
  const members = new Set(team.members.map(({ key }) => iamName(team.lab, key)));
  const others = findings.filter((finding) => !usersOf(finding).some((user) => members.has(user)));
  const count = countedText(findings.length, 'finding');
  return [
    alert('warning', t`The drift check of ${when} has ${count}. Cells and members that differ in AWS are marked.`),
    ...onlyIf(
      others.length > 0,
      details(
        t`About others than members: ${countedText(others.length, 'finding')}`,
        list(others.map((finding) => findingText(finding, naming))),
      ),
    ),
  ];
}
