import { createHash } from 'node:crypto';
import { QUOTAS } from '../../iam/quotas.ts';
import { type AwsError, isAwsError, limitExceeded, noSuchEntity, otherError } from './aws-error.ts';
import { badStatus } from './keys.ts';
import { namedUserOrCaller } from './lookup.ts';
import { page } from './paging.ts';
import { type Params, requiredText } from './params.ts';
import type { Reply, Run } from './reply.ts';
import type { CertificateRecord, UserRecord } from './state.ts';

const CERTIFICATES_PER_USER = QUOTAS.signingCertificatesPerUser;

function certificateReply(user: UserRecord, certificate: CertificateRecord): Reply {
  return {
    UserName: user.name,
    CertificateId: certificate.id,
    CertificateBody: certificate.body,
    Status: certificate.status,
    UploadDate: certificate.uploaded,
  };
}

function namedCertificate(user: UserRecord, params: Params): CertificateRecord | AwsError {
  const id = requiredText(params, 'CertificateId');
  if (isAwsError(id)) return id;
  const found = user.certificates.find((certificate) => certificate.id === id);
  return found ?? noSuchEntity(`The Certificate with id ${id} cannot be found.`);
}

export const uploadSigningCertificate: Run = (account, params, call) => {
  const user = namedUserOrCaller(account, params, call);
  if (isAwsError(user)) return user;
  const body = requiredText(params, 'CertificateBody');
  if (isAwsError(body)) return body;
  if (!/^-----BEGIN CERTIFICATE-----\s[\s\S]+\s-----END CERTIFICATE-----\s*$/.test(body.trim())) {
    return otherError('MalformedCertificate', 400, 'The certificate is malformed.');
  }
  if (user.certificates.some((certificate) => certificate.body === body)) {
    return otherError('DuplicateCertificate', 409, 'The certificate is already associated with a user.');
  }
  if (user.certificates.length >= CERTIFICATES_PER_USER) {
    return limitExceeded(`Cannot exceed quota for CertificatesPerUser: ${CERTIFICATES_PER_USER}`);
  }
  account.state.ids += 1;
  const id = createHash('sha256').update(`${account.state.ids}:${body}`).digest('hex').slice(0, 32).toUpperCase();
  const certificate: CertificateRecord = { id, body, uploaded: call.now, status: 'Active' };
  user.certificates.push(certificate);
  return { Certificate: certificateReply(user, certificate) };
};

export const listSigningCertificates: Run = (account, params, call) => {
  const user = namedUserOrCaller(account, params, call);
  if (isAwsError(user)) return user;
  const certificates = page(user.certificates, (certificate) => certificate.id, params);
  if (isAwsError(certificates)) return certificates;
  return {
    Certificates: certificates.items.map((certificate) => certificateReply(user, certificate)),
    ...certificates.rest,
  };
};

export const updateSigningCertificate: Run = (account, params, call) => {
  const user = namedUserOrCaller(account, params, call);
  if (isAwsError(user)) return user;
  const certificate = namedCertificate(user, params);
  if (isAwsError(certificate)) return certificate;
  const status = requiredText(params, 'Status');
  if (isAwsError(status)) return status;
  if (status !== 'Active' && status !== 'Inactive') return badStatus();
  certificate.status = status;
  return {};
};

export const deleteSigningCertificate: Run = (account, params, call) => {
  const user = namedUserOrCaller(account, params, call);
  if (isAwsError(user)) return user;
  const certificate = namedCertificate(user, params);
  if (isAwsError(certificate)) return certificate;
  user.certificates = user.certificates.filter((other) => other !== certificate);
  return {};
};
