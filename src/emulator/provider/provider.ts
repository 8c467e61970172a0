import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { messageOf } from './aws-calls.ts';
import { PLUGIN_PROTOCOL } from './protocol.ts';
import { type Handler, providerHandlers, type Request } from './service.ts';
import { poolSessions, type Session, type SessionOptions } from './session.ts';

export interface ProviderOptions {
  /** Where IAM and STS answer, `http://127.0.0.1:4000`. */
  readonly endpoint: string;
  readonly credentials: SessionOptions['credentials'];
  readonly region: string;
  /** How often a throttled or failed call is made before it counts as failed; 25 where it is left out. */
  readonly maxAttempts?: number;
}

export interface RunningProvider {
  /** The value for TF_REATTACH_PROVIDERS, to be written as JSON. */
  readonly reattach: Record<string, unknown>;
  /** Ends all running calls and the server. */
  close(): Promise<void>;
}

const PROVIDER_ADDRESSES = ['registry.opentofu.org/hashicorp/aws', 'registry.terraform.io/hashicorp/aws'];
const DEFAULT_MAX_ATTEMPTS = 25;
// What the engines themselves accept.
const LARGEST_MESSAGE = 256 * 1024 * 1024;

type Call = ServerUnaryCall<Request, object>;
type Answer = sendUnaryData<object>;

/** Terraform as it is connected: what it configured, and its running calls, so that they can be ended together. */
interface Engine {
  session: Session | null;
  readonly running: Set<AbortController>;
}

/**
 * Starts the Terraform provider of the local AWS emulator: hashicorp/aws for the resource types that our stacks
 * use, over plain gRPC on a socket of this user. Engines may come and go, and even run side by side.
 */
export async function startProvider(options: ProviderOptions): Promise<RunningProvider> {
  const pool = poolSessions();
  const engines = new Map<string, Engine>();
  // An engine has one connection, so its address tells engines apart.
  const engineOf = (call: Call): Engine => {
    const engine = engines.get(call.getPeer()) ?? { session: null, running: new Set() };
    engines.set(call.getPeer(), engine);
    return engine;
  };
  const stop = ({ running }: Engine): void => {
    for (const controller of running) controller.abort();
  };
  const unary = (handler: Handler) => (call: Call, answer: Answer) => {
    const engine = engineOf(call);
    const controller = new AbortController();
    engine.running.add(controller);
    // It comes for each call, answered ones included.
    call.on('cancelled', () => engine.running.has(controller) && controller.abort());
    const context = {
      signal: controller.signal,
      session: engine.session,
      configure(settings: SessionOptions) {
        engine.session = pool.open(settings);
        return engine.session;
      },
    };
    handler(call.request, context)
      .then(
        (response) => answer(null, response),
        (error: unknown) => answer({ code: status.INTERNAL, details: messageOf(error) }),
      )
      .finally(() => engine.running.delete(controller));
  };

  const handlers = providerHandlers({ ...options, maxAttempts: options.maxAttempts ?? DEFAULT_MAX_ATTEMPTS });
  const server = new Server({
    'grpc.max_receive_message_length': LARGEST_MESSAGE,
    'grpc.max_send_message_length': LARGEST_MESSAGE,
  });
  server.addService(serviceDefinition(), {
    ...Object.fromEntries(Object.entries(handlers).map(([name, handler]) => [name, unary(handler)])),
    Stop(call: Call, answer: Answer) {
      stop(engineOf(call));
      answer(null, {});
    },
  });
  const listening = await listen(server);
  const config = {
    Protocol: 'grpc',
    ProtocolVersion: 5,
    Pid: process.pid,
    // The engine leaves a provider in test mode running.
    Test: true,
    Addr: listening.address,
  };
  return {
    reattach: Object.fromEntries(PROVIDER_ADDRESSES.map((address) => [address, config])),
    async close() {
      for (const engine of engines.values()) stop(engine);
      // Engines that are still connected would keep a graceful shutdown waiting.
      server.forceShutdown();
      await listening.close();
      pool.closeAll();
    },
  };
}

function serviceDefinition() {
  const loaded = loadPackageDefinition(
    fromJSON(PLUGIN_PROTOCOL, { keepCase: true, longs: Number, enums: Number, defaults: false, oneofs: false }),
  );
  const { tfplugin5 } = loaded;
  if (tfplugin5 === undefined || !('Provider' in tfplugin5)) throw new Error('the plugin protocol did not load');
  const { Provider: provider } = tfplugin5;
  if (typeof provider !== 'function' || !('service' in provider)) throw new Error('the plugin protocol did not load');
  return provider.service;
}

interface Listening {
  /** As TF_REATTACH_PROVIDERS names it. */
  readonly address: { readonly Network: 'unix' | 'tcp'; readonly String: string };
  close(): Promise<void>;
}

/**
 * Listens where no other user of the machine can connect: a plugin's gRPC has no authentication if it is reattached. Node has
 * no Unix sockets on Windows.
 */
async function listen(server: Server): Promise<Listening> {
  const credentials = ServerCredentials.createInsecure();
  if (process.platform === 'win32') {
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)));
    });
    return { address: { Network: 'tcp', String: `127.0.0.1:${port}` }, close: async () => {} };
  }
  // Its mode is 0700.
  const directory = await mkdtemp(join(tmpdir(), 'mturk-team-provider-'));
  const injector = server.createConnectionInjector(credentials);
  let connections = 0;
  const listener = createServer((socket) => {
    connections += 1;
    // By this `getPeer` tells engines apart; the clients of a Unix socket have no address.
    Object.defineProperty(socket, 'remoteAddress', { value: `engine ${connections}` });
    injector.injectConnection(socket);
  });
  const path = join(directory, 'provider');
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(path, resolve);
  });
  return {
    address: { Network: 'unix', String: path },
    async close() {
      listener.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
