import { servedElsewhere } from '../../aws/setup/account-roles.ts';
import type { RepositoryFacts } from '../../aws/setup/record.ts';
import { GITHUB_ISSUER } from '../../aws/setup/roles.ts';
import { partAction, type SetupPart, settingWords } from '../../aws/setup/setup-part.ts';
import { alert, type Block, rowsOf } from '../../text/document.ts';
import { servedText } from '../../text/failures/failures.ts';
import { codeText, counted, listTexts, sentences, someTexts, type Text, t, trusted } from '../../text/text.ts';
import type { AccountHome } from './bootstrap.ts';
import type { Removal } from './destroy.ts';

const ACTIONS = { create: 'create', change: 'change', delete: 'delete', 'as-wanted': 'up to date' } as const;

const KINDS = {
  bucket: 'bucket',
  provider: 'identity provider',
  boundary: 'permissions boundary',
  role: 'role',
  'lock-file': 'lock file',
} as const satisfies Record<SetupPart['kind'], string>;

/** One line for each part: what is done about it, and which settings that is. */
export function partRows(parts: readonly SetupPart[]): Block {
  const rows = parts.map((part) => {
    const { kind, name } = part;
    const shown =
      kind === 'provider' ? GITHUB_ISSUER : kind === 'boundary' ? name.slice(name.lastIndexOf('/') + 1) : name;
    // Of what is created, only the bucket is more than its name says.
    const isDetailed = partAction(part) === 'change' || kind === 'bucket';
    const changed = settingWords(part);
    const detail = changed.length === 0 || !isDetailed ? t`` : t`: ${trusted(changed.join(', '))}`;
    return [trusted(ACTIONS[partAction(part)]), t`${trusted(KINDS[kind])} ${codeText(shown)}${detail}`];
  });
  return rowsOf(rows);
}

/** Whom the roles trust. */
export function trustText({ owner, name, repositoryId, subject, workflows }: RepositoryFacts): Text {
  const form = trusted(subject === 'ids' ? 'with IDs' : 'without IDs');
  return sentences(
    t`The roles trust ${codeText(`${owner}/${name}`)} (repository ID ${codeText(repositoryId)}, OIDC subject ${form}).`,
    t`Workflows that can assume them: those of ${listTexts(workflows.map((at) => t`${codeText(`${at.owner}/${at.name}`)} at ${codeText(at.ref)}`))}.`,
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

/** What is deleted, one line each, and what the roles serve; none if there is nothing. */
export function removalRows({ roles, boundary, provider, objects }: Removal): readonly Block[] {
  const lines = [
    ...roles.map(({ name }) => t`role ${codeText(name)}`),
    ...(boundary === null ? [] : [t`permissions boundary ${codeText(boundary)}`]),
    ...(provider === null ? [] : [t`identity provider ${codeText(GITHUB_ISSUER)}`]),
    ...(objects === null
      ? []
      : [t`every version of every object in ${codeText(objects)}, and the bucket if nothing else is in it`]),
  ];
  const served = servedElsewhere(
    roles.map(({ name }) => ({ name, trust: null, permissions: null })),
    roles,
  );
  return [
    ...(lines.length === 0 ? [] : [rowsOf(lines.map((line) => [t`delete`, line]))]),
    ...(served === null ? [] : [alert('note', t`Warning: ${servedText(served)}.`)]),
  ];
}
