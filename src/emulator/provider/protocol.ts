import type { fromJSON } from '@grpc/proto-loader';

type Descriptor = Parameters<typeof fromJSON>[0];
type FieldSpec = readonly [type: string, number: number] | readonly [type: string, number: number, rule: 'repeated'];
type Fields = Readonly<Record<string, FieldSpec>>;

function message(fields: Fields, nested?: Descriptor['nested']) {
  return {
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, [type, id, rule]]) => [
        name,
        rule === undefined ? { type, id } : { type, id, rule },
      ]),
    ),
    ...(nested === undefined ? {} : { nested }),
  };
}

function exchange(request: Fields, response: Fields, nested: Descriptor['nested'] = {}) {
  return { nested: { Request: message(request), Response: message(response), ...nested } };
}

function map(valueType: string, id: number) {
  return { keyType: 'string', type: valueType, id };
}

function method(name: string) {
  return { requestType: `${name}.Request`, responseType: `${name}.Response`, comment: '' };
}

const DIAGNOSTICS = ['Diagnostic', 2, 'repeated'] as const;

const getProviderSchema = {
  nested: {
    Request: message({}),
    Response: {
      fields: {
        provider: { type: 'Schema', id: 1 },
        resource_schemas: map('Schema', 2),
        data_source_schemas: map('Schema', 3),
        diagnostics: { type: 'Diagnostic', id: 4, rule: 'repeated' },
        server_capabilities: { type: 'ServerCapabilities', id: 6 },
      },
    },
  },
};

const schema = message(
  { version: ['int64', 1], block: ['Block', 2] },
  {
    Block: message({
      version: ['int64', 1],
      attributes: ['Attribute', 2, 'repeated'],
      block_types: ['NestedBlock', 3, 'repeated'],
      description: ['string', 4],
    }),
    Attribute: message({
      name: ['string', 1],
      type: ['bytes', 2],
      description: ['string', 3],
      required: ['bool', 4],
      optional: ['bool', 5],
      computed: ['bool', 6],
      sensitive: ['bool', 7],
    }),
    NestedBlock: message({
      type_name: ['string', 1],
      block: ['Block', 2],
      nesting: ['int32', 3],
      min_items: ['int64', 4],
      max_items: ['int64', 5],
    }),
  },
);

const attributePath = message(
  { steps: ['Step', 1, 'repeated'] },
  {
    Step: {
      oneofs: { selector: { oneof: ['attribute_name', 'element_key_string', 'element_key_int'] } },
      fields: {
        attribute_name: { type: 'string', id: 1 },
        element_key_string: { type: 'string', id: 2 },
        element_key_int: { type: 'int64', id: 3 },
      },
    },
  },
);

/**
 * The part of Terraform's plugin protocol 5 that this provider speaks, as a protobufjs descriptor: the numbers and
 * names are the protocol's (docs/plugin-protocol/tfplugin5.proto in hashicorp/terraform), fields that we neither
 * read nor write are left out, which protobuf allows. It is a constant because the project ships as one file.
 */
export const PLUGIN_PROTOCOL: Descriptor = {
  nested: {
    tfplugin5: {
      nested: {
        DynamicValue: message({ msgpack: ['bytes', 1], json: ['bytes', 2] }),
        AttributePath: attributePath,
        // The severity is an enumeration (1 error, 2 warning); on the wire that is an integer.
        Diagnostic: message({
          severity: ['int32', 1],
          summary: ['string', 2],
          detail: ['string', 3],
          attribute: ['AttributePath', 4],
        }),
        RawState: { fields: { json: { type: 'bytes', id: 1 }, flatmap: map('string', 2) } },
        Schema: schema,
        ServerCapabilities: message({ plan_destroy: ['bool', 1], get_provider_schema_optional: ['bool', 2] }),
        GetProviderSchema: getProviderSchema,
        PrepareProviderConfig: exchange(
          { config: ['DynamicValue', 1] },
          { prepared_config: ['DynamicValue', 1], diagnostics: DIAGNOSTICS },
        ),
        UpgradeResourceState: exchange(
          { type_name: ['string', 1], version: ['int64', 2], raw_state: ['RawState', 3] },
          { upgraded_state: ['DynamicValue', 1], diagnostics: DIAGNOSTICS },
        ),
        ValidateResourceTypeConfig: exchange(
          { type_name: ['string', 1], config: ['DynamicValue', 2] },
          { diagnostics: ['Diagnostic', 1, 'repeated'] },
        ),
        Configure: exchange(
          { terraform_version: ['string', 1], config: ['DynamicValue', 2] },
          { diagnostics: ['Diagnostic', 1, 'repeated'] },
        ),
        ReadResource: exchange(
          { type_name: ['string', 1], current_state: ['DynamicValue', 2], private: ['bytes', 3] },
          { new_state: ['DynamicValue', 1], diagnostics: DIAGNOSTICS, private: ['bytes', 3] },
        ),
        PlanResourceChange: exchange(
          {
            type_name: ['string', 1],
            prior_state: ['DynamicValue', 2],
            proposed_new_state: ['DynamicValue', 3],
            config: ['DynamicValue', 4],
            prior_private: ['bytes', 5],
          },
          {
            planned_state: ['DynamicValue', 1],
            requires_replace: ['AttributePath', 2, 'repeated'],
            planned_private: ['bytes', 3],
            diagnostics: ['Diagnostic', 4, 'repeated'],
            legacy_type_system: ['bool', 5],
          },
        ),
        ApplyResourceChange: exchange(
          {
            type_name: ['string', 1],
            prior_state: ['DynamicValue', 2],
            planned_state: ['DynamicValue', 3],
            config: ['DynamicValue', 4],
            planned_private: ['bytes', 5],
          },
          {
            new_state: ['DynamicValue', 1],
            private: ['bytes', 2],
            diagnostics: ['Diagnostic', 3, 'repeated'],
            legacy_type_system: ['bool', 4],
          },
        ),
        ImportResourceState: exchange(
          { type_name: ['string', 1], id: ['string', 2] },
          { imported_resources: ['ImportedResource', 1, 'repeated'], diagnostics: DIAGNOSTICS },
          {
            ImportedResource: message({ type_name: ['string', 1], state: ['DynamicValue', 2], private: ['bytes', 3] }),
          },
        ),
        Stop: exchange({}, { Error: ['string', 1] }),
        Provider: {
          methods: {
            GetSchema: method('GetProviderSchema'),
            PrepareProviderConfig: method('PrepareProviderConfig'),
            ValidateResourceTypeConfig: method('ValidateResourceTypeConfig'),
            UpgradeResourceState: method('UpgradeResourceState'),
            Configure: method('Configure'),
            ReadResource: method('ReadResource'),
            PlanResourceChange: method('PlanResourceChange'),
            ApplyResourceChange: method('ApplyResourceChange'),
            ImportResourceState: method('ImportResourceState'),
            Stop: method('Stop'),
          },
        },
      },
    },
  },
};
