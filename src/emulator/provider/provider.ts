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
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
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

/**
 * Starts the Terraform provider of the local AWS emulator: hashicorp/aws for the resource types that our stacks
 * use, over plain gRPC on the loopback address. Engines may come and go, and even run side by side.
 */
export async function startProvider(options: ProviderOptions): Promise<RunningProvider> {
  const sessions = new Map<string, Session>();
  const pool = poolSessions();
  const calls = trackEngineCalls();
  const engines: Engines = { sessions, calls, open: pool.open };
  const handlers = providerHandlers({ ...options, maxAttempts: options.maxAttempts ?? DEFAULT_MAX_ATTEMPTS });
  const server = new Server({
    'grpc.max_receive_message_length': LARGEST_MESSAGE,
    'grpc.max_send_message_length': LARGEST_MESSAGE,
  });
  const implementation = Object.entries(handlers).map(([name, handler]) => [name, unary(handler, engines)]);
  server.addService(serviceDefinition(), {
    ...Object.fromEntries(implementation),
    Stop(call: Call, answer: Answer) {
      calls.stop(call.getPeer());
      answer(null, {});
    },
  });
  const port = await listen(server);
  const config = {
    Protocol: 'grpc',
    ProtocolVersion: 5,
    Pid: process.pid,
    // The engine leaves a provider in test mode running.
    Test: true,
    Addr: { Network: 'tcp', String: `127.0.0.1:${port}` },
  };
  return {
    reattach: Object.fromEntries(PROVIDER_ADDRESSES.map((address) => [address, config])),
    async close() {
      calls.stopAll();
      // Engines that are still connected would keep a graceful shutdown waiting.
      server.forceShutdown();
      pool.closeAll();
    },
  };
}

type Call = ServerUnaryCall<Request, object>;
type Answer = sendUnaryData<object>;

interface Engines {
  readonly sessions: Map<string, Session>;
  readonly calls: EngineCalls;
  open(options: SessionOptions): Session;
}

function unary(handler: Handler, { sessions, calls, open }: Engines) {
  return (call: Call, answer: Answer): void => {
    // An engine has one connection, so its address tells engines apart.
    const engine = call.getPeer();
    const running = calls.begin(engine);
    call.on('cancelled', running.abort);
    const context = {
      signal: running.signal,
      session: sessions.get(engine) ?? null,
      configure(options: SessionOptions) {
        const session = open(options);
        sessions.set(engine, session);
        return session;
      },
    };
    handler(call.request, context)
      .then(
        (response) => answer(null, response),
        (error: unknown) => answer({ code: status.INTERNAL, details: messageOf(error) }),
      )
      .finally(running.done);
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

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

/** The calls that each engine has running, by its connection, so that they can be ended together. */
interface EngineCalls {
  /** A signal for one call of the engine; `done` must be called when it has ended. */
  begin(engine: string): { readonly signal: AbortSignal; abort(): void; done(): void };
  /** Ends everything that runs for one engine. */
  stop(engine: string): void;
  stopAll(): void;
}

function trackEngineCalls(): EngineCalls {
  const running = new Map<string, Set<AbortController>>();
  const stop = (engine: string) => {
    for (const controller of running.get(engine) ?? []) controller.abort();
  };
  return {
    begin(engine) {
      const controller = new AbortController();
      const ofEngine = running.get(engine) ?? new Set();
      running.set(engine, ofEngine.add(controller));
      return {
        signal: controller.signal,
        abort: () => controller.abort(),
        done() {
          ofEngine.delete(controller);
          if (ofEngine.size === 0 && running.get(engine) === ofEngine) running.delete(engine);
        },
      };
    },
    stop,
    stopAll() {
      for (const engine of running.keys()) stop(engine);
    },
  };
}
