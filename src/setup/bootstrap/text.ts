import { columns } from '../../text/columns.ts';
import {
  codeText,
  counted,
  listTexts,
  plainText,
  sentences,
  someTexts,
  type Text,
  t,
  trusted,
} from '../../text/text.ts';
import type { RepositoryFacts } from '../repository.ts';
import { GITHUB_ISSUER } from '../roles.ts';
import type { AccountHome } from './account-home.ts';
import type { Removal } from './destroy.ts';
import { actionOf, type Part } from './part.ts';

const ACTIONS = { create: 'create', change: 'change', delete: 'delete', 'as-wanted': 'as wanted' } as const;

const KINDS = {
  bucket: 'bucket',
  provider: 'identity provider',
  boundary: 'permissions boundary',
  role: 'role',
  'lock-file': 'lock file',
} as const satisfies Record<Part['kind'], string>;

/** By the id of a setting. `exists` needs no words. */
const SETTINGS: Readonly<Record<string, string>> = {
  'public-access': 'public access blocked',
  versioning: 'versioning',
  encryption: 'encryption',
  'tls-only': 'TLS only',
  'other-writers': 'no other writers',
  'old-versions': 'old versions expire',
  audience: 'audience sts.amazonaws.com',
  path: 'path',
  trust: 'trust policy',
  permissions: 'permissions',
  'other-policies': 'no other policies',
};

/** One line for each part: what is done about it, and which settings that is. */
export function partLines(parts: readonly Part[], width: number): readonly string[] {
  const rows = parts.map((part) => {
    const { kind, name } = part;
    const shown =
      kind === 'provider' ? GITHUB_ISSUER : kind === 'boundary' ? name.slice(name.lastIndexOf('/') + 1) : name;
    // Of what is created, only the bucket is more than its name says.
    const isDetailed = actionOf(part) === 'change' || kind === 'bucket';
    const changed = settingWords(part);
    const detail = changed.length === 0 || !isDetailed ? t`` : t`: ${trusted(changed.join(', '))}`;
    return [ACTIONS[actionOf(part)], plainText(t`${trusted(KINDS[kind])} ${codeText(shown)}${detail}`)];
  });
  return columns(rows, 2, width);
}

/** The settings that are not as wanted. */
export function settingWords({ settings }: Pick<Part, 'settings'>): readonly string[] {
  return settings.filter(({ state }) => state !== 'as-wanted').flatMap(({ id }) => SETTINGS[id] ?? []);
}

/** Whom the roles trust. */
export function trustText({ owner, name, repositoryId, subject, workflows }: RepositoryFacts): Text {
  const form = trusted(subject === 'ids' ? 'with ids' : 'without ids');
  return sentences(
    t`Trusted: ${codeText(`${owner}/${name}`)}, repository ${codeText(repositoryId)}, in subjects ${form}.`,
    t`Workflows that may change AWS: those of ${codeText(`${workflows.owner}/${workflows.name}`)} at ${codeText(workflows.ref)}.`,
  );
}

const SHOWN = 5;

/** What makes the account a bad home, one text each. */
export function homeTexts({ usersWithoutBoundary, hasRootKeys, otherLabs }: AccountHome): readonly Text[] {
  const users = usersWithoutBoundary.length;
  return [
    ...(users === 0
      ? []
      : [
          t`${counted(users, 'IAM user')} outside the lab ${trusted(users === 1 ? 'has' : 'have')} no permissions boundary: ${someTexts(usersWithoutBoundary.map(codeText), SHOWN)}. A stolen apply role could give them everything: delete them, or give them a boundary.`,
        ]),
    ...(hasRootKeys === true ? [t`The root user has access keys: delete them.`] : []),
    ...(otherLabs.length === 0
      ? []
      : [t`Other labs use this account: ${listTexts(otherLabs.map(codeText))}. An account for each lab is safer.`]),
  ];
}

/** What is deleted, one line each; none if there is nothing. */
export function removalLines({ roles, boundary, provider, objects }: Removal, width: number): readonly string[] {
  const lines = [
    ...roles.map(({ name }) => t`role ${codeText(name)}`),
    ...(boundary === null ? [] : [t`permissions boundary ${codeText(boundary)}`]),
    ...(provider === null ? [] : [t`identity provider ${codeText(GITHUB_ISSUER)}`]),
    ...(objects === null
      ? []
      : [t`every version of every object in ${codeText(objects)}, and the bucket if nothing else is in it`]),
  ];
  return columns(
    lines.map((line) => ['delete', plainText(line)]),
    2,
    width,
  );
}
