import type { Finding } from '../../src/diagnostics/finding.ts';
import { readTeam } from '../../src/team/parse/read-team.ts';

export const TODAY = '2026-11-25';

/** The sections of a small valid file, each of which a test can put another text in place of. */
const SECTIONS = {
  version: 'version: 1',
  lab: 'lab: vision',
  account: 'account: "012345678901"',
  owners: 'owners: [ada]',
  roles: 'roles:\n  reader: { allow: [results:read] }',
  members: "members:\n  ada: { name: Ada O'Neill, roles: [reader] }",
  departed: 'departed: {}',
  freeze: 'freeze: []',
  snoozed: 'snoozed: {}',
  settings: 'settings: {}',
};

export type Sections = Partial<Record<keyof typeof SECTIONS, string>>;

/** A team file with these sections, the others being valid; an empty text leaves a section out. */
export function teamText(sections: Sections = {}): string {
  return `${Object.values({ ...SECTIONS, ...sections })
    .filter((text) => text !== '')
    .join('\n')}\n`;
}

export function findingsOf(text: string): readonly Finding[] {
  return readTeam(text, { file: 'team.yaml', today: TODAY }).findings;
}

export function codesOf(text: string): readonly string[] {
  return findingsOf(text).map(({ code }) => code);
}

/** What a finding points at, as it stands in the text. */
export function pointedAt(text: string, { position }: Finding): string | null {
  if (position === null) return null;
  const lines = text.split('\n');
  if (position.line === position.endLine) {
    return (lines[position.line - 1] ?? '').slice(position.column - 1, position.endColumn - 1);
  }
  return `${(lines[position.line - 1] ?? '').slice(position.column - 1)}...`;
}
