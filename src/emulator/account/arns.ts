import type { AccountState } from './state.ts';

type Named = { readonly name: string; readonly path: string };

export const rootArn = (state: AccountState): string => `arn:aws:iam::${state.accountId}:root`;
export const userArn = (state: AccountState, user: Named): string =>
  `arn:aws:iam::${state.accountId}:user${user.path}${user.name}`;
export const groupArn = (state: AccountState, group: Named): string =>
  `arn:aws:iam::${state.accountId}:group${group.path}${group.name}`;
export const policyArn = (state: AccountState, policy: Named): string =>
  `arn:aws:iam::${state.accountId}:policy${policy.path}${policy.name}`;
export const mfaArn = (state: AccountState, device: Named): string =>
  `arn:aws:iam::${state.accountId}:mfa${device.path}${device.name}`;
