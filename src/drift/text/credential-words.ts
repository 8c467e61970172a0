import { userText } from '../../access/text/iam-names.ts';
import type { DisplayNames } from '../../access/text/names.ts';
import { dateWords } from '../../text/dates.ts';
import { codeText, someTexts, t, trusted } from '../../text/text.ts';
import type { DriftFinding } from '../finding.ts';
import type { DriftWhat } from '../rules/what.ts';
import { iamCommand } from './aws-command.ts';
import { attributionSaid, type DriftWords, type DriftWordsOptions } from './words.ts';

type CredentialWhat = Extract<
  DriftWhat,
  { kind: 'console-password' | 'ssh-key' | 'signing-certificate' | 'service-specific-credential' }
>;

/** The words of credentials that Mechanical Turk has no use for: ways in, and nothing else. */
export function credentialWords(
  finding: DriftFinding,
  what: CredentialWhat,
  naming: DisplayNames,
  options: DriftWordsOptions,
): DriftWords {
  const who = attributionSaid(finding.lastChange, naming, options);
  const user = ['user-name', what.user] as const;
  const person = userText(what.user, naming);
  switch (what.kind) {
    case 'console-password':
      return {
        consequence: t`${person} can sign in to the AWS console, which Mechanical Turk has no use for: a password is one more way in.`,
        cause: t`The user ${codeText(what.user)} has a password for the console${who}; ${trusted(what.lastUsed === null ? 'it was never used' : `it was last used on ${dateWords(what.lastUsed)}`)}.`,
        remedy: t`Take it away (in the console: IAM, Users, Security credentials, Manage console access), which leaves the access keys as they are:`,
        commands: [iamCommand('delete-login-profile', user)],
      };
    case 'ssh-key':
      return {
        consequence: t`${person} has ${trusted(countOf(what.ids.length, 'SSH key'))} in IAM, for CodeCommit; Mechanical Turk has no use for ${trusted(them(what.ids.length))}.`,
        cause: t`Somebody uploaded ${trusted(them(what.ids.length))}${who}.`,
        remedy: t`Take ${trusted(them(what.ids.length))} away where nobody needs ${trusted(them(what.ids.length))}:`,
        commands: what.ids.map((id) => iamCommand('delete-ssh-public-key', user, ['ssh-public-key-id', id])),
      };
    case 'signing-certificate':
      return {
        consequence: t`${person} has ${trusted(countOf(what.ids.length, 'signing certificate'))}, an old way to sign requests; Mechanical Turk has no use for ${trusted(them(what.ids.length))}.`,
        cause: t`Somebody uploaded ${trusted(them(what.ids.length))}${who}.`,
        remedy: t`Take ${trusted(them(what.ids.length))} away where nobody needs ${trusted(them(what.ids.length))}:`,
        commands: what.ids.every((id) => /^[A-Z0-9]{20,}$/.test(id))
          ? what.ids.map((id) => iamCommand('delete-signing-certificate', user, ['certificate-id', id]))
          : [iamCommand('list-signing-certificates', user)],
      };
    case 'service-specific-credential': {
      const services = [...new Set(what.credentials.map(({ service }) => service))].map(codeText);
      const count = what.credentials.length;
      return {
        consequence: t`${person} has ${trusted(countOf(count, 'password or key'))} for ${someTexts(services)}; Mechanical Turk has no use for ${trusted(them(count))}, and what ${trusted(count === 1 ? 'it opens' : 'they open')} may cost money elsewhere.`,
        cause: t`Somebody made ${trusted(them(count))} for the user ${codeText(what.user)}${who}.`,
        remedy: t`Take ${trusted(them(count))} away where nobody needs ${trusted(them(count))}:`,
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
