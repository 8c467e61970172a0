import type { Scenario, ScenarioStep } from './scenarios.ts';

const ADA: ScenarioStep = { call: 'CreateUser', input: { UserName: 'ada' } };
const CREATE_KEY: ScenarioStep = { call: 'CreateAccessKey', input: { UserName: 'ada' } };
const PASSWORD = 'Correct-Horse-7';

// Made for this file and used nowhere: ssh-keygen -t rsa -b 2048, and openssl req -x509 -newkey rsa:2048.
export const SSH_PUBLIC_KEY =
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCu06YeVxOXc8ARnBD3Rs1gWNRGCsWuvvtUhCFDXjr9kPCo3BClfBCZ9ReLmT+6efvt30UUzwYdA7lAsca7bGKZm+gW4VQYorQFujhAA8VlM2HhKrynJZJbFxbx9k2/QHtkbkXE3UxoNUi9oXPPD3u5x+Iv9RKUFhdNEV6Gxns80fYHjD6nOoYxPCyESCCpZmcBahRdm9tqiJ1YTjoEp+ah2mfSAOxR66t2GBM7m8NXP5TmJw5p5aVAjEoTGos/5SQmsF5XgnvFmbNNQcOKkOqxUvYPyD7P3n/f7HOA4LTfaG4gLLAos7BUH6U/biXFpYuXJsI7XrG9WS+6A75g8lON lab';
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIC/TCCAeWgAwIBAgIUUrQHdt2qTlz5801HrhVj1MayDxkwDQYJKoZIhvcNAQEL
BQAwDjEMMAoGA1UEAwwDbGFiMB4XDTI2MTEyNTEzMTM0MVoXDTM2MTEyMjEzMTM0
MVowDjEMMAoGA1UEAwwDbGFiMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKC
AQEApGUAVJj3VquVsZAWkfOKVfK3WydAHbeiJRvVDhWUrXzB0IafUGwgDc4o9Zxn
M0OVCsWxBtmM+R5vs9kLjA4zqaermW/tuzgJVYqnjnaXESklPeQa0OeaclSk/2L+
atZOdxclArTinSXpH1TBiJybsctkmuodkqAUeaAFt6YdPT5Db25k1xJnFiyTp5f9
JWiBHqEprnLyD6hbFyFFCDpfLHVpS1FHjyoS6jWDKGCugZbEN2Y94GYii6OG3Zp3
7hnBOm9Ca5QA9HxdRaldIgurQ8VilBKTl8VdmkwUMJH6mTdw4e6yiN+HmOBiD6ZC
Tye7sgxMzTrEyBibQM1oApXHbQIDAQABo1MwUTAdBgNVHQ4EFgQUvR2TWTSy4Kox
dlLRvw4YXQ3lDhUwHwYDVR0jBBgwFoAUvR2TWTSy4KoxdlLRvw4YXQ3lDhUwDwYD
VR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOCAQEABnqsXuEuXwjODKq3SSfD
1gaAhLVZHaQyx80LHIXS4c/ZC44WfGaGgb/zG21g6pFZ89G75rnmIpf2lRcqFWLW
ntiW62H66lOJAAcaDXYwDDeLzb0wcQ7isspgzrbhM8mdMSrBL0ynOdgM/GCr9Pvv
rvFziVj4P1tMuQTZ9s3SQNVa0TwG9LSe8b8jhWeunnqSrF3XwqrxjaVx2U0I7CUq
kS8TNqL0lPYYO5/FfQRuUMytUSW5Ul5K4MJY2NlVtvaJ8cXUZsJwcsVc8rcQFqiF
MXBf7FwwwKI83QEh9cczCGHGqPrG6N6cIr+yuXAdKSXsRL4bQFBpNpDkhErLCSCF
PQ==
-----END CERTIFICATE-----`;

/** Access keys, passwords, MFA, SSH keys, certificates, reports. */
export const credentialScenarios: readonly Scenario[] = [
  {
    name: 'access keys',
    steps: [
      ADA,
      { ...CREATE_KEY, saves: { first: 'AccessKey.AccessKeyId' } },
      { ...CREATE_KEY, saves: { second: 'AccessKey.AccessKeyId' } },
      { ...CREATE_KEY, expectError: 'LimitExceededException' },
      { call: 'ListAccessKeys', input: { UserName: 'ada' } },
      { call: 'UpdateAccessKey', input: ({ first }) => ({ UserName: 'ada', AccessKeyId: first, Status: 'Inactive' }) },
      { call: 'ListAccessKeys', input: { UserName: 'ada' } },
      { call: 'GetAccessKeyLastUsed', input: ({ first }) => ({ AccessKeyId: first }) },
      {
        call: 'DeleteUser',
        input: { UserName: 'ada' },
        expectError: 'DeleteConflictException',
        awsRule: 'a user with access keys is not deleted',
      },
    ],
  },
  {
    name: 'access keys deleted',
    steps: [
      ADA,
      { ...CREATE_KEY, saves: { first: 'AccessKey.AccessKeyId' } },
      { call: 'DeleteAccessKey', input: ({ first }) => ({ UserName: 'ada', AccessKeyId: first }) },
      {
        call: 'DeleteAccessKey',
        input: ({ first }) => ({ UserName: 'ada', AccessKeyId: first }),
        expectError: 'NoSuchEntityException',
      },
      { call: 'ListAccessKeys', input: { UserName: 'ada' } },
      { call: 'ListAccessKeys', input: { UserName: 'missing-user' }, expectError: 'NoSuchEntityException' },
      { call: 'DeleteUser', input: { UserName: 'ada' } },
    ],
  },
  {
    name: 'a password for the console',
    steps: [
      ADA,
      { call: 'GetLoginProfile', input: { UserName: 'ada' }, expectError: 'NoSuchEntityException' },
      { call: 'DeleteLoginProfile', input: { UserName: 'ada' }, expectError: 'NoSuchEntityException' },
      { call: 'CreateLoginProfile', input: { UserName: 'ada', Password: PASSWORD, PasswordResetRequired: true } },
      {
        call: 'CreateLoginProfile',
        input: { UserName: 'ada', Password: PASSWORD },
        expectError: 'EntityAlreadyExistsException',
      },
      { call: 'GetLoginProfile', input: { UserName: 'ada' } },
      {
        call: 'UpdateLoginProfile',
        input: { UserName: 'ada', Password: `${PASSWORD}8`, PasswordResetRequired: false },
      },
      { call: 'GetLoginProfile', input: { UserName: 'ada' } },
      { call: 'DeleteLoginProfile', input: { UserName: 'ada' } },
      { call: 'GetLoginProfile', input: { UserName: 'ada' }, expectError: 'NoSuchEntityException' },
    ],
  },
  {
    name: 'a user with a password is not deleted',
    steps: [
      ADA,
      { call: 'CreateLoginProfile', input: { UserName: 'ada', Password: PASSWORD } },
      {
        call: 'DeleteUser',
        input: { UserName: 'ada' },
        expectError: 'DeleteConflictException',
        awsRule: 'a user with a password is not deleted',
      },
    ],
  },
  {
    name: 'a virtual MFA device',
    steps: [
      ADA,
      {
        call: 'CreateVirtualMFADevice',
        input: { VirtualMFADeviceName: 'phone' },
        saves: { serial: 'VirtualMFADevice.SerialNumber' },
      },
      { call: 'ListVirtualMFADevices', input: { AssignmentStatus: 'Unassigned' } },
      {
        call: 'EnableMFADevice',
        input: ({ serial }) => ({
          UserName: 'ada',
          SerialNumber: serial,
          AuthenticationCode1: '123456',
          AuthenticationCode2: '654321',
        }),
      },
      { call: 'ListMFADevices', input: { UserName: 'ada' } },
      { call: 'ListVirtualMFADevices', input: { AssignmentStatus: 'Assigned' } },
      { call: 'DeactivateMFADevice', input: ({ serial }) => ({ UserName: 'ada', SerialNumber: serial }) },
      { call: 'ListMFADevices', input: { UserName: 'ada' } },
      { call: 'DeleteVirtualMFADevice', input: ({ serial }) => ({ SerialNumber: serial }) },
      {
        call: 'DeleteVirtualMFADevice',
        input: ({ serial }) => ({ SerialNumber: serial }),
        expectError: 'NoSuchEntityException',
      },
    ],
  },
  {
    name: 'SSH keys',
    steps: [
      ADA,
      {
        call: 'UploadSSHPublicKey',
        input: { UserName: 'ada', SSHPublicKeyBody: SSH_PUBLIC_KEY },
        saves: { ssh: 'SSHPublicKey.SSHPublicKeyId' },
      },
      { call: 'ListSSHPublicKeys', input: { UserName: 'ada' } },
      {
        call: 'UpdateSSHPublicKey',
        input: ({ ssh }) => ({ UserName: 'ada', SSHPublicKeyId: ssh, Status: 'Inactive' }),
      },
      { call: 'ListSSHPublicKeys', input: { UserName: 'ada' } },
      { call: 'DeleteSSHPublicKey', input: ({ ssh }) => ({ UserName: 'ada', SSHPublicKeyId: ssh }) },
      { call: 'ListSSHPublicKeys', input: { UserName: 'ada' } },
    ],
  },
  {
    name: 'signing certificates',
    steps: [
      ADA,
      {
        call: 'UploadSigningCertificate',
        input: { UserName: 'ada', CertificateBody: CERTIFICATE },
        saves: { certificate: 'Certificate.CertificateId' },
      },
      {
        call: 'UploadSigningCertificate',
        input: { UserName: 'ada', CertificateBody: 'nothing' },
        expectError: 'MalformedCertificateException',
      },
      { call: 'ListSigningCertificates', input: { UserName: 'ada' } },
      {
        call: 'UpdateSigningCertificate',
        input: ({ certificate }) => ({ UserName: 'ada', CertificateId: certificate, Status: 'Inactive' }),
      },
      { call: 'ListSigningCertificates', input: { UserName: 'ada' } },
      {
        call: 'DeleteSigningCertificate',
        input: ({ certificate }) => ({ UserName: 'ada', CertificateId: certificate }),
      },
      { call: 'ListSigningCertificates', input: { UserName: 'ada' } },
    ],
  },
  {
    name: 'service-specific credentials',
    steps: [
      ADA,
      {
        call: 'CreateServiceSpecificCredential',
        input: { UserName: 'ada', ServiceName: 'codecommit.amazonaws.com' },
        saves: { credential: 'ServiceSpecificCredential.ServiceSpecificCredentialId' },
        awsRule: 'service-specific credentials exist',
      },
      {
        call: 'ListServiceSpecificCredentials',
        input: { UserName: 'ada' },
        awsRule: 'service-specific credentials exist',
      },
      {
        call: 'DeleteServiceSpecificCredential',
        input: ({ credential }) => ({ UserName: 'ada', ServiceSpecificCredentialId: credential }),
        awsRule: 'service-specific credentials exist',
      },
    ],
  },
  {
    name: 'what an account says of itself',
    steps: [
      ADA,
      { call: 'GetCredentialReport', input: {}, expectError: 'CredentialReportNotPresentException' },
      { call: 'GenerateCredentialReport', input: {} },
      { call: 'GenerateCredentialReport', input: {} },
      {
        call: 'GetCredentialReport',
        input: {},
        awsRule: 'the credential report has a row for the root',
      },
      { call: 'GetAccountSummary', input: {}, awsRule: 'the quotas in the summary are those of the account' },
      { call: 'ListAccountAliases', input: {} },
      { call: 'GetAccountAuthorizationDetails', input: { Filter: ['User'] } },
    ],
  },
];
