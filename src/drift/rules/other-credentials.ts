import { userText } from '../../access/text/names.ts';
import { dateWords } from '../../text/dates.ts';
import { counted, t, trusted } from '../../text/text.ts';
import { iamCommand } from './aws-command.ts';
import { detected, type Rule } from './rule.ts';

const EFFECT = t`A credential that Mechanical Turk does not need`;
const TO_FIX = t`If not needed, delete:`;

export const sshKey: Rule<'ssh-key'> = {
  severity: 'low',
  detect: ({ credentialUsers }) =>
    credentialUsers.flatMap(({ user, credentials: { ssh } }) =>
      ssh.length === 0 ? [] : [detected('ssh-key', { user, ids: ssh })],
    ),
  title: ({ user, ids }, names) => t`${userText(user, names)} has ${trusted(counted(ids.length, 'SSH key'))}`,
  effect: EFFECT,
  remedy: ({ data: { user, ids } }) => ({
    toFix: TO_FIX,
    commands: ids.map((id) => iamCommand('delete-ssh-public-key', ['user-name', user], ['ssh-public-key-id', id])),
  }),
  calls: /SSHPublicKey$/,
};

export const signingCertificate: Rule<'signing-certificate'> = {
  severity: 'low',
  detect: ({ credentialUsers }) =>
    credentialUsers.flatMap(({ user, credentials: { certificates } }) =>
      certificates.length === 0 ? [] : [detected('signing-certificate', { user, ids: certificates })],
    ),
  title: ({ user }, names) => t`${userText(user, names)} has a signing certificate`,
  effect: EFFECT,
  remedy: ({ data: { user, ids } }) => ({
    toFix: TO_FIX,
    // The credential report counts certificates without their ids.
    commands: ids.every((id) => /^[A-Z0-9]{20,}$/.test(id))
      ? ids.map((id) => iamCommand('delete-signing-certificate', ['user-name', user], ['certificate-id', id]))
      : [iamCommand('list-signing-certificates', ['user-name', user])],
  }),
  calls: /SigningCertificate$/,
};

export const serviceSpecificCredential: Rule<'service-specific-credential'> = {
  severity: 'low',
  detect: ({ credentialUsers }) =>
    credentialUsers.flatMap(({ user, credentials: { services } }) =>
      services.length === 0 ? [] : [detected('service-specific-credential', { user, credentials: services })],
    ),
  title: ({ user }, names) => t`${userText(user, names)} has a service-specific credential`,
  effect: EFFECT,
  remedy: ({ data: { user, credentials } }) => ({
    detail: t`It may cost money.`,
    toFix: TO_FIX,
    commands: credentials.map(({ id }) =>
      iamCommand('delete-service-specific-credential', ['user-name', user], ['service-specific-credential-id', id]),
    ),
  }),
  calls: /ServiceSpecificCredential$/,
};

export const consolePassword: Rule<'console-password'> = {
  severity: 'low',
  usesCredentialReport: true,
  detect: ({ credentialUsers }) =>
    credentialUsers.flatMap(({ user, credentials: { password } }) =>
      password === null ? [] : [detected('console-password', { user, lastUsed: password.lastUsed })],
    ),
  title: ({ user }, names) => t`${userText(user, names)} has a console password`,
  effect: t`Can sign in to the AWS console`,
  remedy: ({ data: { user, lastUsed } }) => ({
    detail: lastUsed === null ? t`Never used.` : t`Last used ${trusted(dateWords(lastUsed))}.`,
    toFix: t`Delete the password; access keys stay:`,
    commands: [iamCommand('delete-login-profile', ['user-name', user])],
  }),
  calls: /LoginProfile$/,
};
