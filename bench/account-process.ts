import { fork } from 'node:child_process';
import { once } from 'node:events';

export const TODAY = '2026-11-25';

/** How to reach an account that another process holds. */
export interface AccountAddress {
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** What makes Terraform keep its state there and use the provider of that process. */
  readonly environment: Record<string, string>;
}

export interface AccountProcess extends AccountAddress {
  /** How many calls the account has had. */
  calls(): Promise<number>;
}

/** Works with the account of a team of that size: with everything applied, or with the boundary alone and a provider. */
export async function withAccount<T>(
  size: number,
  kind: 'applied' | 'new',
  work: (account: AccountProcess) => Promise<T>,
): Promise<T> {
  const child = fork('bench/account-child.ts', [String(size), TODAY, kind], { execArgv: ['--import', 'tsx'] });
  try {
    const [address] = (await once(child, 'message')) as [AccountAddress];
    return await work({
      ...address,
      async calls() {
        child.send('calls');
        const [calls] = (await once(child, 'message')) as [number];
        return calls;
      },
    });
  } finally {
    child.disconnect();
    child.kill();
  }
}
