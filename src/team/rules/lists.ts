import type { DocumentPath } from '../../diagnostics/yaml-positions.ts';
import type { DraftList } from '../parse/draft.ts';
import type { Rule } from './rule.ts';

/** An error and no warning: an entry that changes nothing is how a mistyped one looks. */
export const noEntryStandsTwice: Rule = ({ draft, report }) => {
  const once = (list: DraftList, ...path: DocumentPath) => {
    if (list.length < 2) return;
    const seen = new Set<string>();
    for (const [index, entry] of list.entries()) {
      if (entry === null) continue;
      if (seen.has(entry)) report('duplicate-entry', [...path, index], { entry });
      seen.add(entry);
    }
  };
  once(draft.owners ?? [], 'owners');
  once(draft.freeze, 'freeze');
  for (const role of draft.roles) {
    for (const list of ['extends', 'allow', 'deny', 'managed'] as const) once(role[list], 'roles', role.key, list);
  }
  for (const member of draft.members) once(member.roles ?? [], 'members', member.key, 'roles');
};
