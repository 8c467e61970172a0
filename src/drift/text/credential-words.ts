import { sayPerson } from '../../access/text/iam-names.ts';
import type { Naming } from '../../access/text/names.ts';
import { dateWords } from '../../text/durations.ts';
import { said, sayCode, sayOurs, saySome } from '../../text/text.ts';
import type { DriftFinding, DriftWhat } from '../finding.ts';
import { iamCommand } from './aws-command.ts';
import { attributionSaid, type DriftWords, type DriftWordsOptions } from './words.ts';

type CredentialWhat = Extract<DriftWhat, { kind: 'password' | 'ssh-keys' | 'certificates' | 'service-credentials' }>;

/** The words of credentials that Mechanical Turk has no use for: ways in, and nothing else. */
export function credentialWords(
  finding: DriftFinding,
  what: CredentialWhat,
  naming: Naming,
  options: DriftWordsOptions,
): DriftWords {
  const who = attributionSaid(finding.by, naming, options);
  const user = ['user-name', what.user] as const;
  const person = sayPerson(what.user, naming);
  switch (what.kind) {
    case 'password':
      return {
        consequence: said`${person} can sign in to the AWS console, which Mechanical Turk has no use for: a password is one more way in.`,
        cause: said`The user ${sayCode(what.user)} has a password for the console${who}; ${sayOurs(what.lastUsed === null ? 'it was never used' : `it was last used on ${dateWords(what.lastUsed)}`)}.`,
        remedy: said`Take it away (in the console: IAM, Users, Security credentials, Manage console access), which leaves the access keys as they are:`,
        commands: [iamCommand('delete-login-profile', user)],
      };
    case 'ssh-keys':
      return {
        consequence: said`${person} has ${sayOurs(countOf(what.ids.length, 'SSH key'))} in IAM, for CodeCommit; Mechanical Turk has no use for ${sayOurs(them(what.ids.length))}.`,
        cause: said`Somebody uploaded ${sayOurs(them(what.ids.length))}${who}.`,
        remedy: said`Take ${sayOurs(them(what.ids.length))} away where nobody needs ${sayOurs(them(what.ids.length))}:`,
        commands: what.ids.map((id) => iamCommand('delete-ssh-public-key', user, ['ssh-public-key-id', id])),
      };
    case 'certificates':
      return {
        consequence: said`${person} has ${sayOurs(countOf(what.ids.length, 'signing certificate'))}, an old way to sign requests; Mechanical Turk has no use for ${sayOurs(them(what.ids.length))}.`,
        cause: said`Somebody uploaded ${sayOurs(them(what.ids.length))}${who}.`,
        remedy: said`Take ${sayOurs(them(what.ids.length))} away where nobody needs ${sayOurs(them(what.ids.length))}:`,
        commands: what.ids.every((id) => /^[A-Z0-9]{20,}$/.test(id))
          ? what.ids.map((id) => iamCommand('delete-signing-certificate', user, ['certificate-id', id]))
          : [iamCommand('list-signing-certificates', user)],
      };
    case 'service-credentials': {
      const services = [...new Set(what.credentials.map(({ service }) => service))].map(sayCode);
      const count = what.credentials.length;
      return {
        consequence: said`${person} has ${sayOurs(countOf(count, 'password or key'))} for ${saySome(services)}; Mechanical Turk has no use for ${sayOurs(them(count))}, and what ${sayOurs(count === 1 ? 'it opens' : 'they open')} may cost money elsewhere.`,
        cause: said`Somebody made ${sayOurs(them(count))} for the user ${sayCode(what.user)}${who}.`,
        remedy: said`Take ${sayOurs(them(count))} away where nobody needs ${sayOurs(them(count))}:`,
        commands: what.credentials.map(({ id }) =>
          iamCommand('delete-service-specific-credential', user, ['service-specific-credential-id', id]),
        ),
      };
    }
  }
}

function countOf(count: number, noun: string): string {
  if (noun === 'password or key') return count === 1 ? 'a password or key' : `${count} passwords or keys`;
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function them(count: number): string {
  return count === 1 ? 'it' : 'them';
}
