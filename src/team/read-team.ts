import type { Finding } from '../diagnostics/finding.ts';
import { placesIn } from '../diagnostics/yaml-positions.ts';
import { draftOf } from './draft.ts';
import { normalise } from './normalise.ts';
import { parseDocument } from './parse-document.ts';
import { reporting } from './report.ts';
import type { Team } from './team.ts';

export interface TeamReading {
  /** Null where there is a finding of severity `error`. */
  readonly team: Team | null;
  /** Everything that was found, by its place in the file. */
  readonly findings: readonly Finding[];
  /** The text that positions refer to; null where it could not be read. */
  readonly source: string | null;
}

export interface ReadTeamOptions {
  /** The file as the user named it, for findings. */
  readonly file: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
}

/** Reads the text of a team file. Never throws: whatever is wrong is a finding. */
export function readTeam(text: string, options: ReadTeamOptions): TeamReading {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const findings = reporting(options.file);
  const document = parseDocument(source, findings.report);
  const draft = draftOf(document.value);
  const sorted = findings.sorted({ source, document: placesIn(document.root) });
  const failed = sorted.some(({ severity }) => severity === 'error');
  return { team: failed ? null : normalise(draft), findings: sorted, source };
}
