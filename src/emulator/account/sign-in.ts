import { createHash } from 'node:crypto';
import { QUOTAS } from '../../iam/quotas.ts';
import {
  type AwsError,
  deleteConflict,
  entityAlreadyExists,
  isAwsError,
  limitExceeded,
  noSuchEntity,
  otherError,
} from './aws-error.ts';
import { named, namedUser, namedUserOrCaller, namedWithin } from './lookup.ts';
import { operation, pageReply, type Reader, type Reply, type Run } from './operation.ts';
import { flag, nameOf, pathOf, required, text } from './params.ts';
import { type LoginProfileRecord, mfaArn, type UserRecord } from './state.ts';
import { userReply } from './users.ts';

const SHORTEST_PASSWORD = 8;

function profileReply(user: UserRecord, login: LoginProfileRecord): Reply {
  return { UserName: user.name, CreateDate: login.created, PasswordResetRequired: login.resetRequired };
}

const loginOf: Reader<readonly [UserRecord, LoginProfileRecord]> = (account, params, call) => {
  const user = namedUserOrCaller(account, params, call);
  if (isAwsError(user)) return user;
  return user.login === null
    ? noSuchEntity(`Login Profile for User ${user.name} cannot be found.`)
    : [user, user.login];
};

/** IAM's default password policy: eight characters, three of four kinds. The password is not kept, because no one can sign in here. */
function violation(password: string): AwsError | null {
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/].filter((kind) => kind.test(password)).length;
  if (password.length >= SHORTEST_PASSWORD && kinds >= 3) return null;
  return otherError('PasswordPolicyViolation', 400, 'Password does not conform to the account password policy.');
}

export const createLoginProfile = operation(
  { user: namedUserOrCaller, password: required('Password') },
  ({ params, call, user, password }) => {
    if (user.login !== null) return entityAlreadyExists(`Login Profile for user ${user.name} already exists.`);
    const refusal = violation(password);
    if (refusal !== null) return refusal;
    user.login = { created: call.now, resetRequired: flag(params, 'PasswordResetRequired') };
    return { LoginProfile: profileReply(user, user.login) };
  },
);

export const getLoginProfile = operation({ found: loginOf }, ({ found: [user, login] }) => ({
  LoginProfile: profileReply(user, login),
}));

export const updateLoginProfile = operation({ found: loginOf }, ({ params, found: [, login] }) => {
  const password = text(params, 'Password');
  const refusal = password === null ? null : violation(password);
  if (refusal !== null) return refusal;
  if (text(params, 'PasswordResetRequired') !== null) login.resetRequired = flag(params, 'PasswordResetRequired');
  return {};
});

export const deleteLoginProfile = operation({ found: loginOf }, ({ found: [user] }) => {
  user.login = null;
  return {};
});

export const createVirtualMFADevice = operation(
  { name: nameOf('VirtualMFADeviceName', 226), path: pathOf() },
  ({ account: { state }, call, name, path }) => {
    const serial = mfaArn(state, { name, path });
    const same = serial.toLowerCase();
    if (Object.keys(state.virtualMfa).some((other) => other.toLowerCase() === same))
      return entityAlreadyExists('MFADevice entity at the same path and name already exists.');
    state.virtualMfa[serial] = { serial, created: call.now, user: null };
    const seed = createHash('sha256').update(`${state.seed}:${serial}`).digest();
    return {
      VirtualMFADevice: {
        SerialNumber: serial,
        Base32StringSeed: seed.toString('base64'),
        // A picture of one pixel stands where AWS sends the QR code.
        QRCodePNG: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
      },
    };
  },
);

export const listVirtualMFADevices: Run = ({ state }, params) => {
  const status = text(params, 'AssignmentStatus') ?? 'Any';
  const found = Object.values(state.virtualMfa).filter(
    ({ user }) => status === 'Any' || (status === 'Assigned') === (user !== null),
  );
  return pageReply(
    params,
    'VirtualMFADevices',
    found,
    ({ serial }) => serial,
    (device) => {
      const user = device.user === null ? undefined : state.users[device.user];
      return {
        SerialNumber: device.serial,
        User: user === undefined ? null : userReply(state, user),
        EnableDate: user?.mfa.find((own) => own.serial === device.serial)?.enabled,
      };
    },
  );
};

const virtualDevice = named(
  'SerialNumber',
  ({ state }, serial) => state.virtualMfa[serial],
  (serial) => `VirtualMFADevice with serial number ${serial} doesn't exist.`,
);

export const deleteVirtualMFADevice = operation({ device: virtualDevice }, ({ account, device }) => {
  if (device.user !== null) return deleteConflict('MFA VirtualDevice in use. Must deactivate first.');
  delete account.state.virtualMfa[device.serial];
  return {};
});

export const enableMFADevice = operation(
  { user: namedUser, serial: required('SerialNumber') },
  ({ account, params, call, user, serial }) => {
    for (const key of ['AuthenticationCode1', 'AuthenticationCode2']) {
      // Any six digits pass: an emulator has no clock to share with a telephone.
      if (!/^\d{6}$/.test(text(params, key) ?? ''))
        return otherError('InvalidAuthenticationCode', 403, 'Authentication code for device is not valid.');
    }
    const device = account.state.virtualMfa[serial];
    if (device === undefined && serial.startsWith('arn:'))
      return noSuchEntity(`VirtualMFADevice with serial number ${serial} does not exist.`);
    if (user.mfa.some((own) => own.serial === serial) || (device !== undefined && device.user !== null))
      return entityAlreadyExists('MFA Device is already in use.');
    if (user.mfa.length >= QUOTAS.mfaDevicesPerUser)
      return limitExceeded(`Cannot exceed quota for MFADevicesPerUser: ${QUOTAS.mfaDevicesPerUser}`);
    user.mfa.push({ serial, enabled: call.now });
    if (device !== undefined) device.user = user.id;
    return {};
  },
);

const enabledDevice = namedWithin(
  namedUserOrCaller,
  'SerialNumber',
  ({ mfa }, serial) => mfa.find((device) => device.serial === serial),
  ({ name }, serial) => `MFA Device with serial number ${serial} is not enabled for user ${name}.`,
);

export const deactivateMFADevice = operation({ found: enabledDevice }, ({ account, found: [user, own] }) => {
  user.mfa = user.mfa.filter((other) => other !== own);
  const device = account.state.virtualMfa[own.serial];
  if (device !== undefined) device.user = null;
  return {};
});

export const listMFADevices = operation({ user: namedUserOrCaller }, ({ params, user }) =>
  pageReply(
    params,
    'MFADevices',
    user.mfa,
    ({ serial }) => serial,
    ({ serial, enabled }) => ({ UserName: user.name, SerialNumber: serial, EnableDate: enabled }),
  ),
);
