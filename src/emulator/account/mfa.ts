import { createHash } from 'node:crypto';
import { QUOTAS } from '../../iam/quotas.ts';
import { mfaArn } from './arns.ts';
import {
  type AwsError,
  deleteConflict,
  entityAlreadyExists,
  isAwsError,
  limitExceeded,
  noSuchEntity,
  otherError,
} from './aws-error.ts';
import { namedUser, namedUserOrCaller } from './lookup.ts';
import { checkedName, checkedPath } from './naming.ts';
import { page } from './paging.ts';
import { type Params, requiredText, text } from './params.ts';
import type { Run } from './reply.ts';
import type { MfaRecord, UserRecord } from './state.ts';
import { userReply } from './users.ts';

const DEVICES_PER_USER = QUOTAS.mfaDevicesPerUser;

export const createVirtualMFADevice: Run = (account, params, call) => {
  const name = checkedName(params, 'VirtualMFADeviceName', 226);
  if (isAwsError(name)) return name;
  const path = checkedPath(params);
  if (isAwsError(path)) return path;
  const serial = mfaArn(account.state, { name, path });
  const same = serial.toLowerCase();
  if (Object.keys(account.state.virtualMfa).some((other) => other.toLowerCase() === same)) {
    return entityAlreadyExists('MFADevice entity at the same path and name already exists.');
  }
  account.state.virtualMfa[serial] = { serial, created: call.now, user: null };
  const seed = createHash('sha256').update(`${account.state.seed}:${serial}`).digest();
  return {
    VirtualMFADevice: {
      SerialNumber: serial,
      Base32StringSeed: seed.toString('base64'),
      // A picture of one pixel stands where AWS sends the QR code.
      QRCodePNG: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
    },
  };
};

export const listVirtualMFADevices: Run = (account, params) => {
  const status = text(params, 'AssignmentStatus') ?? 'Any';
  const found = Object.values(account.state.virtualMfa).filter(
    (device) => status === 'Any' || (status === 'Assigned') === (device.user !== null),
  );
  const devices = page(found, (device) => device.serial, params);
  if (isAwsError(devices)) return devices;
  return {
    VirtualMFADevices: devices.items.map((device) => {
      const user = device.user === null ? undefined : account.state.users[device.user];
      return {
        SerialNumber: device.serial,
        User: user === undefined ? null : userReply(account.state, user),
        EnableDate: user?.mfa.find((own) => own.serial === device.serial)?.enabled,
      };
    }),
    ...devices.rest,
  };
};

export const deleteVirtualMFADevice: Run = (account, params) => {
  const serial = requiredText(params, 'SerialNumber');
  if (isAwsError(serial)) return serial;
  const device = account.state.virtualMfa[serial];
  if (device === undefined) return noSuchEntity(`VirtualMFADevice with serial number ${serial} doesn't exist.`);
  if (device.user !== null) return deleteConflict('MFA VirtualDevice in use. Must deactivate first.');
  delete account.state.virtualMfa[serial];
  return {};
};

export const enableMFADevice: Run = (account, params, call) => {
  const user = namedUser(account, params);
  if (isAwsError(user)) return user;
  const serial = requiredText(params, 'SerialNumber');
  if (isAwsError(serial)) return serial;
  for (const key of ['AuthenticationCode1', 'AuthenticationCode2']) {
    // Any six digits pass: an emulator has no clock to share with a telephone.
    if (!/^\d{6}$/.test(text(params, key) ?? '')) {
      return otherError('InvalidAuthenticationCode', 403, 'Authentication code for device is not valid.');
    }
  }
  const device = account.state.virtualMfa[serial];
  if (device === undefined && serial.startsWith('arn:')) {
    return noSuchEntity(`VirtualMFADevice with serial number ${serial} does not exist.`);
  }
  if (user.mfa.some((own) => own.serial === serial) || (device !== undefined && device.user !== null)) {
    return entityAlreadyExists('MFA Device is already in use.');
  }
  if (user.mfa.length >= DEVICES_PER_USER) {
    return limitExceeded(`Cannot exceed quota for MFADevicesPerUser: ${DEVICES_PER_USER}`);
  }
  user.mfa.push({ serial, enabled: call.now });
  if (device !== undefined) device.user = user.id;
  return {};
};

export const deactivateMFADevice: Run = (account, params, call) => {
  const user = namedUserOrCaller(account, params, call);
  if (isAwsError(user)) return user;
  const own = namedDevice(user, params);
  if (isAwsError(own)) return own;
  user.mfa = user.mfa.filter((other) => other !== own);
  const device = account.state.virtualMfa[own.serial];
  if (device !== undefined) device.user = null;
  return {};
};

export const listMFADevices: Run = (account, params, call) => {
  const user = namedUserOrCaller(account, params, call);
  if (isAwsError(user)) return user;
  const devices = page(user.mfa, (device) => device.serial, params);
  if (isAwsError(devices)) return devices;
  return {
    MFADevices: devices.items.map((device) => ({
      UserName: user.name,
      SerialNumber: device.serial,
      EnableDate: device.enabled,
    })),
    ...devices.rest,
  };
};

function namedDevice(user: UserRecord, params: Params): MfaRecord | AwsError {
  const serial = requiredText(params, 'SerialNumber');
  if (isAwsError(serial)) return serial;
  const own = user.mfa.find((device) => device.serial === serial);
  return own ?? noSuchEntity(`MFA Device with serial number ${serial} is not enabled for user ${user.name}.`);
}
