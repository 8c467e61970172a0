import { messageOf } from './aws-calls.ts';
import { applyChange, planChange } from './change.ts';
import { type DynamicValue, decodeBlock, encodeBlock } from './codec.ts';
import { attributePath, type Diagnostic, diagnosticMessage, errorDiagnostic, schemaMessage } from './messages.ts';
import { checkSettings, PROVIDER_SCHEMA, readSettings, refuseAccount } from './provider-schema.ts';
import type { ResourceType } from './resource-type.ts';
import { RESOURCE_TYPES } from './resource-types.ts';
import type { Caller, Session, SessionOptions } from './session.ts';

/** What the provider is started with; a provider block may say otherwise. */
export type ProviderDefaults = Omit<SessionOptions, 'stsEndpoint' | 'defaultTags'>;

/** One engine's view of the provider: what it configured, and the signal that ends the running call. */
interface EngineContext {
  readonly signal: AbortSignal;
  readonly session: Session | null;
  configure(options: SessionOptions): Session;
}

/** Request messages as the wire gives them; a message has the fields that its call defines. */
export interface Request {
  readonly type_name?: string;
  readonly id?: string;
  readonly config?: DynamicValue;
  readonly current_state?: DynamicValue;
  readonly prior_state?: DynamicValue;
  readonly proposed_new_state?: DynamicValue;
  readonly planned_state?: DynamicValue;
  readonly raw_state?: { readonly json?: Uint8Array };
}

export type Handler = (request: Request, engine: EngineContext) => Promise<object>;

/** The ten calls of plugin protocol 5 that the engines make, less Stop, which is about other calls. */
export function providerHandlers(defaults: ProviderDefaults): Readonly<Record<string, Handler>> {
  return {
    GetSchema: async () => schemas(),
    PrepareProviderConfig: async ({ config }) => ({
      prepared_config: config,
      diagnostics: messages(checkSettings(decodeBlock(PROVIDER_SCHEMA, config) ?? {})),
    }),
    Configure: (request, engine) => configure(defaults, request, engine),
    ValidateResourceTypeConfig: (request) =>
      withType(request, (type, { config }) => ({
        diagnostics: messages(type.validate?.(decodeBlock(type.schema, config) ?? {}) ?? []),
      })),
    UpgradeResourceState: (request) => withType(request, upgrade),
    ReadResource: (request, engine) => withCaller(request, engine, read),
    PlanResourceChange: (request, engine) => withCaller(request, engine, plan),
    ApplyResourceChange: (request, engine) => withCaller(request, engine, apply),
    ImportResourceState: (request) => withType(request, importState),
  };
}

function schemas(): object {
  const resources = [...RESOURCE_TYPES].map(([name, type]) => [name, schemaMessage(type.schema)]);
  return {
    provider: schemaMessage(PROVIDER_SCHEMA),
    resource_schemas: Object.fromEntries(resources),
    data_source_schemas: {},
    server_capabilities: { plan_destroy: false, get_provider_schema_optional: true },
  };
}

async function configure(defaults: ProviderDefaults, request: Request, engine: EngineContext): Promise<object> {
  const settings = readSettings(decodeBlock(PROVIDER_SCHEMA, request.config) ?? {});
  const { accessKey: accessKeyId, secretKey: secretAccessKey, token: sessionToken } = settings;
  const given = { accessKeyId, secretAccessKey, ...(sessionToken === '' ? {} : { sessionToken }) };
  const session = engine.configure({
    endpoint: settings.iamEndpoint || defaults.endpoint,
    stsEndpoint: settings.stsEndpoint || defaults.endpoint,
    region: settings.region || defaults.region,
    credentials: accessKeyId === '' ? defaults.credentials : given,
    maxAttempts: settings.maxRetries ?? defaults.maxAttempts,
    defaultTags: settings.defaultTags,
  });
  // Without both calls the account stays unknown, and an unknown account is not an allowed one.
  const asked = settings.askForAccount || settings.checkCredentials;
  try {
    const account = asked ? await session.accountId(engine.signal, settings.checkCredentials) : '';
    const refusal = refuseAccount(settings, account);
    return { diagnostics: messages(refusal === null ? [] : [refusal]) };
  } catch (error) {
    const summary = settings.checkCredentials ? 'validating provider credentials' : 'retrieving the AWS account ID';
    return failed(`${summary}: ${messageOf(error)}`);
  }
}

function upgrade(type: ResourceType, request: Request): object {
  const json = request.raw_state?.json;
  if (json === undefined || json.length === 0) return failed('The state is in a format from before Terraform 0.12.');
  return { upgraded_state: encodeBlock(type.schema, decodeBlock(type.schema, { json })) };
}

async function read(type: ResourceType, request: Request, caller: Caller): Promise<object> {
  const state = decodeBlock(type.schema, request.current_state);
  if (state === null) return { new_state: encodeBlock(type.schema, null) };
  try {
    return { new_state: encodeBlock(type.schema, await type.read(caller, state)) };
  } catch (error) {
    return { new_state: request.current_state, diagnostics: messages([errorDiagnostic(messageOf(error))]) };
  }
}

async function plan(type: ResourceType, request: Request, caller: Caller): Promise<object> {
  const proposed = decodeBlock(type.schema, request.proposed_new_state);
  const legacy = { legacy_type_system: type.legacy };
  if (proposed === null) return { planned_state: encodeBlock(type.schema, null), ...legacy };
  const { planned, requiresReplace } = planChange(type, {
    prior: decodeBlock(type.schema, request.prior_state),
    proposed,
    config: decodeBlock(type.schema, request.config) ?? {},
    defaultTags: caller.defaultTags,
  });
  return {
    planned_state: encodeBlock(type.schema, planned),
    requires_replace: requiresReplace.map(attributePath),
    ...legacy,
  };
}

async function apply(type: ResourceType, request: Request, caller: Caller): Promise<object> {
  const prior = decodeBlock(type.schema, request.prior_state);
  const planned = decodeBlock(type.schema, request.planned_state);
  const { state, diagnostics } = await applyChange(type, caller, prior, planned);
  return {
    new_state: encodeBlock(type.schema, state),
    diagnostics: messages(diagnostics),
    legacy_type_system: type.legacy,
  };
}

function importState(type: ResourceType, request: Request): object {
  const { type_name = '', id = '' } = request;
  const imported = type.importState?.(id) ?? `resource ${type_name} doesn't support import`;
  if (typeof imported === 'string') return failed(imported);
  return { imported_resources: [{ type_name, state: encodeBlock(type.schema, imported) }] };
}

type OfType = (type: ResourceType, request: Request) => object | Promise<object>;

async function withType(request: Request, answer: OfType): Promise<object> {
  const type = RESOURCE_TYPES.get(request.type_name ?? '');
  return type === undefined ? failed(`Unknown resource type "${request.type_name}"`) : answer(type, request);
}

function withCaller(
  request: Request,
  { session, signal }: EngineContext,
  answer: (type: ResourceType, request: Request, caller: Caller) => Promise<object>,
): Promise<object> {
  return withType(request, (type) =>
    session === null ? failed('The provider was not configured.') : answer(type, request, session.caller(signal)),
  );
}

function failed(summary: string): object {
  return { diagnostics: messages([errorDiagnostic(summary)]) };
}

function messages(diagnostics: readonly Diagnostic[]): readonly object[] {
  return diagnostics.map(diagnosticMessage);
}
