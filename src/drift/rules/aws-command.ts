import type { AccessGroup, Holder } from '../../access/model.ts';
import type { AccessKey } from '../../aws/types.ts';
import { labPath, otherLabOf } from '../../team/names.ts';
import { pasted, pastedOption } from '../../text/escape.ts';
import { codeText, type Text, t } from '../../text/text.ts';

/** A call of the AWS CLI, to be pasted. */
export interface Command {
  readonly action: string;
  /** Flags without dashes, with their values, in order. */
  readonly options: readonly (readonly [flag: string, value: string])[];
  /** For every active access key of the user, if no id is known: AWS lists them when the command runs. */
  readonly forEachKey?: true;
}

/** Stands for the account's number if it is not shown. */
export const ACCOUNT_VARIABLE = 'ACCOUNT';

export const ACCOUNT_COMMAND = `${ACCOUNT_VARIABLE}=$(aws sts get-caller-identity --query Account --output text)`;

export function iamCommand(action: string, ...options: Command['options']): Command {
  return { action, options };
}

/** Takes from something of another lab what is this lab's, and nothing else: only a policy attached to it can be. */
export function withoutOwnPolicies(
  { kind, name }: Holder,
  { path, attached }: Pick<AccessGroup, 'path' | 'attached'>,
  lab: string,
): { readonly toFix: Text; readonly commands: readonly Command[] } | null {
  const other = otherLabOf(path, lab);
  if (other === null) return null;
  const own = attached.filter((arn) => arn.includes(`:policy${labPath(lab)}`));
  return {
    toFix:
      own.length === 0
        ? t`Ask the owners of lab ${codeText(other)}, which it belongs to.`
        : t`Detach this lab's policy; the rest belongs to lab ${codeText(other)}:`,
    commands: own.map((arn) => iamCommand(`detach-${kind}-policy`, [`${kind}-name`, name], ['policy-arn', arn])),
  };
}

/**
 * `aws iam detach-user-policy --user-name bo --policy-arn arn:...`: on one line, never cut. `isPrivate`: with the ids of the account
 * and of keys; in an issue the AWS CLI looks them up.
 */
export function commandLine({ action, options, forEachKey }: Command, isPrivate: boolean): string {
  const user = options.find(([flag]) => flag === 'user-name')?.[1] ?? '';
  const words = options.map(([flag, value]) => {
    const lookup = isPrivate ? undefined : LOOKUPS[flag];
    const shown =
      lookup === undefined ? argument(value, isPrivate) : `"$(${lookupLine(lookup, user, value.slice(-4))})"`;
    return pastedOption(`--${flag}`, value, shown);
  });
  const line = ['aws iam', action, ...words].join(' ');
  if (forEachKey !== true) return line;
  const list = `aws iam list-access-keys ${pastedOption('--user-name', user)} --query "AccessKeyMetadata[?Status=='Active'].AccessKeyId" --output text`;
  return `for key in $(${list}); do ${line} --access-key-id "$key"; done`;
}

/** Deactivates all keys: unlike deleting, this is reversible. */
export function switchOffAll(user: string): Command {
  return { ...iamCommand('update-access-key', ['user-name', user], ['status', 'Inactive']), forEachKey: true };
}

/** Deactivates keys; lists them if the credential report, which has no ids, is the only source. */
export function keyCommands(user: string, keys: readonly AccessKey[]): readonly Command[] {
  const ids = keys.flatMap(({ id }) => id ?? []);
  if (ids.length === 0 || ids.length < keys.length) return [iamCommand('list-access-keys', ['user-name', user])];
  return ids.map((id) =>
    iamCommand('update-access-key', ['user-name', user], ['access-key-id', id], ['status', 'Inactive']),
  );
}

type Lookup = Readonly<Record<'action' | 'list' | 'id', string>>;

/** How the AWS CLI finds an id by its last four characters. */
const LOOKUPS: Readonly<Record<string, Lookup>> = {
  'access-key-id': { action: 'list-access-keys', list: 'AccessKeyMetadata', id: 'AccessKeyId' },
  'ssh-public-key-id': { action: 'list-ssh-public-keys', list: 'SSHPublicKeys', id: 'SSHPublicKeyId' },
  'service-specific-credential-id': {
    action: 'list-service-specific-credentials',
    list: 'ServiceSpecificCredentials',
    id: 'ServiceSpecificCredentialId',
  },
  'certificate-id': { action: 'list-signing-certificates', list: 'Certificates', id: 'CertificateId' },
};

function lookupLine({ action, list, id }: Lookup, user: string, end: string): string {
  const last = end.replace(/[^A-Za-z0-9]/g, '');
  return `aws iam ${action} ${pastedOption('--user-name', user)} --query "${list}[?ends_with(${id},'${last}')].${id}" --output text`;
}

const ARN = /^(arn:[\w-]+:iam::)\d{12}(:.*)$/;

function argument(value: string, isPrivate: boolean): string {
  const [, head, rest = ''] = isPrivate ? [] : (ARN.exec(value) ?? []);
  // Outside quotes, so that the shell fills it in.
  return head === undefined ? pasted(value) : `${head}$${ACCOUNT_VARIABLE}${pasted(rest)}`;
}
