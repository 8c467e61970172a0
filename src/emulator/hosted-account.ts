import { randomBytes } from 'node:crypto';
import { emptyState } from './account/account.ts';
import type { AccountState } from './account/state.ts';
import { directoryStorage, memoryStorage } from './account/storage.ts';
import type { LoggedCall } from './server/aws-endpoint.ts';
import { answerAws, type EndpointHost, type OnCall, seconds } from './server/aws-endpoint.ts';
import { type FaultPlan, type Faults, planFaults } from './server/faults.ts';
import { serve } from './server/http-server.ts';
import { plainAnswer, type WireAnswer } from './server/service.ts';
import type { SignedRequest } from './server/signature.ts';
import type { Issuers } from './server/web-identity.ts';
import { directoryStateStore, memoryStateStore, openStateBackend } from './state-backend.ts';

/** All that an account in memory consists of: who reads it sees each call's effect, who copies it can go back to it. */
export interface EmulatorMemory {
  readonly account: AccountState;
  /** The states of its stacks, by the stack's name. */
  readonly states: Map<string, string>;
}

/** What another process of the same user needs to work with a hosted account. */
export interface HostedAccount {
  readonly accountId: string;
  readonly rootCredentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly stateToken: string;
}

/** An account with its server, before and after its data are loaded. */
export interface AccountHost {
  readonly endpoint: string;
  /** Stands in the host file; `/emulator/<token>` answers with the `HostedAccount`. */
  readonly token: string;
  readonly calls: readonly LoggedCall[];
  faults: Faults;
  /** Loads the account: from here on the server answers. To be called once, by the host of the directory alone. */
  load(): HostedAccount;
  endRun(run: string): void;
  /** Writes what is left, calls `leave` (which lets others have the directory) and stops listening. */
  close(leave: () => void): Promise<void>;
}

export interface HostOptions {
  /** Where the account is kept; null keeps it in memory. */
  readonly dir: string | null;
  /** The data of an account in memory. It is used, not copied, so that the caller can read it. */
  readonly memory?: EmulatorMemory;
  /** 12 digits, for a new account; one that exists in `dir` keeps its own. */
  readonly accountId: string;
  /** What the account takes for now; the machine's clock where it is left out. */
  readonly clock?: () => Date;
  readonly faults?: Faults;
  /** Where the stand-ins of identity providers are; a provider that is not listed cannot be asked for its keys. */
  readonly issuers?: Issuers;
  readonly onCall?: OnCall;
  /** The port of 127.0.0.1 to listen on; any free one where it is left out. */
  readonly port?: number;
}

/** Listens for an account that `load` brings in: the address must be known before a directory can be claimed. */
export async function startAccountHost(options: HostOptions): Promise<AccountHost> {
  const token = randomBytes(18).toString('base64url');
  const calls: LoggedCall[] = [];
  let faults = planFaults(options.faults ?? {});
  let loaded: ReturnType<typeof openAccount> | null = null;

  const server = await serve(async (request, sourceIp) => {
    if (loaded === null) return plainAnswer(request.path === `/emulator/${token}` ? 202 : 503);
    const { states, hosted, endpoint } = loaded;
    return (
      states.answer(request) ??
      answerNeighbor(request, token, hosted, states.endRun) ??
      (await answerAws(endpoint, request, sourceIp))
    );
  }, options.port);

  return {
    endpoint: server.endpoint,
    token,
    calls,
    endRun: (run) => loaded?.states.endRun(run),
    get faults() {
      return faults.faults;
    },
    set faults(next) {
      faults = planFaults(next);
    },
    load() {
      loaded = openAccount(options, () => faults, calls);
      return loaded.hosted;
    },
    async close(leave) {
      const storage = loaded?.endpoint.storage;
      loaded = null;
      storage?.close();
      // As long as the directory is ours we must be seen to live, and when it is not, nothing may be left to write.
      leave();
      await server.close();
    },
  };
}

function openAccount(options: HostOptions, faults: () => FaultPlan, calls: LoggedCall[]) {
  const { dir, memory, accountId, clock = () => new Date(), onCall, issuers = {} } = options;
  const now = seconds(clock());
  const storage =
    dir === null ? memoryStorage(memory?.account ?? emptyState(accountId, now)) : directoryStorage(dir, accountId, now);
  const states = openStateBackend(dir === null ? memoryStateStore(memory?.states) : directoryStateStore(dir));
  const { root, accountId: own } = storage.account.state;
  return {
    states,
    endpoint: { storage, now: clock, faults, calls, onCall, issuers } satisfies EndpointHost,
    hosted: {
      accountId: own,
      rootCredentials: { accessKeyId: root.id, secretAccessKey: root.secret },
      stateToken: states.token,
    },
  };
}

/** What commands of the same user ask a host: who it is, and to give up the locks of a run that has ended. */
function answerNeighbor(
  request: SignedRequest,
  token: string,
  hosted: HostedAccount,
  endRun: (run: string) => void,
): WireAnswer | null {
  const [, area, given, run] = request.path.split('/');
  if (area !== 'emulator') return null;
  if (given !== token) return plainAnswer(404);
  if (request.method === 'DELETE' && run !== undefined) {
    endRun(run);
    return plainAnswer(200);
  }
  return { status: 200, contentType: 'application/json', body: JSON.stringify(hosted) };
}
