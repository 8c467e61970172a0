import { mkdirSync } from 'node:fs';
import type { Params } from './account/params.ts';
import { directoryStorage, memoryStorage, noteUse } from './account/storage.ts';
import { answerAws, type EndpointHost, type OnCall, seconds } from './server/aws-endpoint.ts';
import type { LoggedCall } from './server/call-log.ts';
import { type Faults, planFaults } from './server/faults.ts';
import { serve } from './server/http-server.ts';

export interface SandboxOptions {
  /** Where the account is kept; null keeps it in memory. */
  readonly dir: string | null;
  /** 12 digits; of an account that exists in `dir`, its own stays. */
  readonly accountId: string;
  readonly clock?: () => Date;
  readonly faults?: Faults;
  readonly onCall?: OnCall;
}

export interface Sandbox {
  readonly endpoint: string;
  readonly accountId: string;
  readonly rootCredentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly calls: readonly LoggedCall[];
  faults: Faults;
  close(): Promise<void>;
}

export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const clock = options.clock ?? (() => new Date());
  if (options.dir !== null) mkdirSync(options.dir, { recursive: true });
  const now = seconds(clock());
  const storage =
    options.dir === null
      ? memoryStorage(options.accountId, now)
      : directoryStorage(options.dir, options.accountId, now);
  let faults = planFaults(options.faults ?? {});
  const calls: LoggedCall[] = [];
  const host: EndpointHost = {
    account: storage.account,
    now: clock,
    faults: () => faults,
    calls,
    onCall: options.onCall ?? null,
    remember: ({ action, params, call }) => storage.append({ action, params: params as Params, call }),
    used: (used, service, region, at) => {
      if (noteUse(storage.account, used, service, region, at)) storage.append({ used, service, region, now: at });
    },
  };
  const server = await serve((request, sourceIp) => answerAws(host, request, sourceIp));
  const { root, accountId } = storage.account.state;
  return {
    endpoint: server.endpoint,
    accountId,
    rootCredentials: { accessKeyId: root.id, secretAccessKey: root.secret },
    calls,
    get faults() {
      return faults.faults;
    },
    set faults(next) {
      faults = planFaults(next);
    },
    async close() {
      await server.close();
      storage.close();
    },
  };
}
