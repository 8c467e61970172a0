import { readFile, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { OPERATION_LIST } from '../../access/capability-access.ts';
import { ACCESS_CHANGE } from '../../access/diff.ts';
import type { DisplayNames } from '../../access/text/names.ts';
import { isObject, many, type Parsed, parseData } from '../../diagnostics/parse-data.ts';
import { KEY_FINDINGS } from '../../keys/rules.ts';
import { ANNOUNCEMENT } from '../../review/rule/announcements.ts';
import { COUNTS, LONGEST, PATTERNS } from '../../team/schema.ts';
import { STANDINGS } from '../../team/sponsors.ts';
import { redact, withoutAddresses, withoutHosts } from '../../text/escape.ts';
import { FAILURE } from '../../text/failures/failures.ts';
import type { ScanResult } from '../finding.ts';

const commit = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/);
const day = z.iso.date();
const moment = z.iso.datetime();

/** Of a finding, what programs go through; the rest is text. */
const FINDINGS = z.array(z.looseObject({ changes: z.array(ACCESS_CHANGE) }));

const check = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('scanned'),
    scan: z.custom<ScanResult>(
      (value) => isObject(value) && FINDINGS.safeParse(value.findings).success,
      'it must be the result of a scan',
    ),
    /** Whether AWS answered everything that decides who may do what. */
    isAccessKnown: z.boolean(),
    /** Whether CloudTrail answered. */
    isAttributed: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('failed'), failure: FAILURE }),
]);

const person = z.strictObject({ key: z.string(), name: z.string(), github: z.string().nullable() });

/** Members whose last day is the same. `owners` are asked if a member has no sponsor who keeps access. */
const expiring = z.strictObject({
  until: day,
  members: z
    .array(
      z.strictObject({
        key: z.string(),
        name: z.string(),
        sponsor: person.extend({ standing: z.enum(STANDINGS), until: day.nullable() }).nullable(),
      }),
    )
    .min(1),
  owners: z.array(person),
});

/** An access key that someone should look after, or access that someone must vouch for again. */
const reminder = z.strictObject({
  key: z.string(),
  name: z.string(),
  sponsor: person.nullable(),
  about: z.discriminatedUnion('kind', [
    /** Not used for 90 days; `keys` is how many active ones the member has. */
    z.strictObject({ kind: z.literal('unused'), lastUsed: moment, keys: z.int().positive() }),
    z.strictObject({ kind: z.literal('due'), step: z.enum(['create', 'deactivate', 'delete']) }),
    /** What no step follows from, and no drift finding reports. */
    z.strictObject({ kind: z.literal('decide'), finding: z.enum(KEY_FINDINGS) }),
    /** `operations` are those that the roles allow, frozen or not; `lastUsed` is null if no use is known. */
    z.strictObject({
      kind: z.literal('review'),
      ...{ reviewed: day.nullable(), until: day.nullable(), operations: OPERATION_LIST },
      ...{ lastUsed: moment.nullable(), isUseChecked: z.boolean() },
    }),
  ]),
});

/** The access keys of a member without their ids, oldest first; null is not known, and of a use that there was none. */
const memberKeys = z.strictObject({
  key: z.string(),
  keys: z.array(
    z.strictObject({
      active: z.boolean(),
      created: moment.nullable(),
      lastUsed: moment.nullable(),
      isUseKnown: z.boolean(),
    }),
  ),
});

const driftReport = z.strictObject({
  version: z.literal(1),
  lab: z.string().max(LONGEST.lab).regex(PATTERNS.lab),
  account: z.string().regex(PATTERNS.account),
  /** Whether it is a local AWS emulator's. */
  emulator: z.boolean(),
  /** The commit of team.yaml; null outside a repository. */
  commit: commit.nullable(),
  /** When the check began. */
  at: moment,
  /** IAM user names of members and departed members. */
  names: z.record(
    z.string(),
    z.strictObject({
      key: z.string(),
      name: z.string(),
      until: day.nullish(),
      roles: z.array(z.string()).readonly().optional(),
    }),
  ),
  settings: z.strictObject({
    checkEveryHours: z.int().positive().max(COUNTS['drift-every-hours'].maximum),
    reconcile: z.enum(['none', 'additions', 'all']),
  }),
  /** Whether an apply was interrupted, until which reconcile does nothing; false if it is left out. */
  isInterrupted: z.boolean().optional(),
  check,
  /** What reconcile has announced: what it gives back, and users that it deletes. */
  announcements: many(ANNOUNCEMENT),
  expiring: many(expiring),
  reminders: many(reminder).optional(),
  memberKeys: many(memberKeys).optional(),
});

/** What one job of the drift workflow found: what `drift --report` writes, as data. */
export type DriftReport = z.infer<typeof driftReport>;
type DriftCheck = z.infer<typeof check>;
export type Scanned = Extract<DriftCheck, { readonly kind: 'scanned' }>;
export type Reminder = z.infer<typeof reminder>;
export type MemberKeys = z.infer<typeof memberKeys>;
export type ExpiringAccess = z.infer<typeof expiring>;

/** Writes report.json without key ids, addresses and values of tags, since an artifact is as public as the repository. */
export async function writeDriftReport(file: string, report: DriftReport): Promise<void> {
  const data = driftReport.parse(report);
  const text = JSON.stringify(data, (key, value: unknown) => publicValue(key, value, data), 2);
  await writeFile(file, `${text}\n`);
}

function publicValue(key: string, value: unknown, { names }: DriftReport): unknown {
  if (typeof value === 'string') return redact(withoutHosts(value), true);
  if (!isObject(value)) return value;
  if (key === 'tags') return {};
  if (value.kind === 'tag-changed') return { ...value, from: value.from && '…', to: value.to && '…' };
  if (!('sourceIp' in value)) return value;
  // The session of a role is often an e-mail address.
  const actor = String(value.actor);
  return { ...value, sourceIp: null, actor: Object.hasOwn(names, actor) ? actor : withoutAddresses(actor) };
}

/** Reads report.json as untrusted data; null if there is no such file, because the job that writes it failed. */
export async function readDriftReport(file: string): Promise<Parsed<DriftReport> | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null ? null : parseData(text, driftReport);
}

/** The scan of a report; null if the account could not be read. */
export function newestScan({ check }: Pick<DriftReport, 'check'>): Scanned | null {
  return check.kind === 'scanned' && check.isAccessKnown ? check : null;
}

export function namingOfReport({ lab, names }: Pick<DriftReport, 'lab' | 'names'>): DisplayNames {
  return { lab, people: new Map(Object.entries(names)) };
}
