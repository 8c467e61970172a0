import protobuf from 'protobufjs';

/**
 * The part of Terraform's plugin protocol 5 that this provider speaks (docs/plugin-protocol/tfplugin5.proto in
 * hashicorp/terraform); fields that it neither reads nor writes are left out, which protobuf allows.
 */
const TFPLUGIN5 = `
syntax = "proto3";
package tfplugin5;

message DynamicValue { bytes msgpack = 1; bytes json = 2; }
// 1 is an error, 2 a warning.
message Diagnostic { int32 severity = 1; string summary = 2; string detail = 3; AttributePath attribute = 4; }
message AttributePath {
  message Step { oneof selector { string attribute_name = 1; string element_key_string = 2; int64 element_key_int = 3; } }
  repeated Step steps = 1;
}
message RawState { bytes json = 1; map<string, string> flatmap = 2; }
message Schema {
  message Block {
    int64 version = 1;
    repeated Attribute attributes = 2;
    repeated NestedBlock block_types = 3;
    string description = 4;
  }
  message Attribute {
    string name = 1;
    bytes type = 2;
    string description = 3;
    bool required = 4;
    bool optional = 5;
    bool computed = 6;
  }
  // The nesting is 2 for a list, 3 for a set.
  message NestedBlock { string type_name = 1; Block block = 2; int32 nesting = 3; int64 min_items = 4; int64 max_items = 5; }
  int64 version = 1;
  Block block = 2;
}
message ServerCapabilities { bool plan_destroy = 1; bool get_provider_schema_optional = 2; }

service Provider {
  rpc GetSchema(GetProviderSchema.Request) returns (GetProviderSchema.Response);
  rpc PrepareProviderConfig(PrepareProviderConfig.Request) returns (PrepareProviderConfig.Response);
  rpc ValidateResourceTypeConfig(ValidateResourceTypeConfig.Request) returns (ValidateResourceTypeConfig.Response);
  rpc UpgradeResourceState(UpgradeResourceState.Request) returns (UpgradeResourceState.Response);
  rpc Configure(Configure.Request) returns (Configure.Response);
  rpc ReadResource(ReadResource.Request) returns (ReadResource.Response);
  rpc PlanResourceChange(PlanResourceChange.Request) returns (PlanResourceChange.Response);
  rpc ApplyResourceChange(ApplyResourceChange.Request) returns (ApplyResourceChange.Response);
  rpc ImportResourceState(ImportResourceState.Request) returns (ImportResourceState.Response);
  rpc Stop(Stop.Request) returns (Stop.Response);
}

message GetProviderSchema {
  message Request {}
  message Response {
    Schema provider = 1;
    map<string, Schema> resource_schemas = 2;
    map<string, Schema> data_source_schemas = 3;
    repeated Diagnostic diagnostics = 4;
    ServerCapabilities server_capabilities = 6;
  }
}
message PrepareProviderConfig {
  message Request { DynamicValue config = 1; }
  message Response { DynamicValue prepared_config = 1; repeated Diagnostic diagnostics = 2; }
}
message ValidateResourceTypeConfig {
  message Request { string type_name = 1; DynamicValue config = 2; }
  message Response { repeated Diagnostic diagnostics = 1; }
}
message UpgradeResourceState {
  message Request { string type_name = 1; int64 version = 2; RawState raw_state = 3; }
  message Response { DynamicValue upgraded_state = 1; repeated Diagnostic diagnostics = 2; }
}
message Configure {
  message Request { string terraform_version = 1; DynamicValue config = 2; }
  message Response { repeated Diagnostic diagnostics = 1; }
}
message ReadResource {
  message Request { string type_name = 1; DynamicValue current_state = 2; bytes private = 3; }
  message Response { DynamicValue new_state = 1; repeated Diagnostic diagnostics = 2; bytes private = 3; }
}
message PlanResourceChange {
  message Request {
    string type_name = 1;
    DynamicValue prior_state = 2;
    DynamicValue proposed_new_state = 3;
    DynamicValue config = 4;
    bytes prior_private = 5;
  }
  message Response {
    DynamicValue planned_state = 1;
    repeated AttributePath requires_replace = 2;
    bytes planned_private = 3;
    repeated Diagnostic diagnostics = 4;
    bool legacy_type_system = 5;
  }
}
message ApplyResourceChange {
  message Request {
    string type_name = 1;
    DynamicValue prior_state = 2;
    DynamicValue planned_state = 3;
    DynamicValue config = 4;
    bytes planned_private = 5;
  }
  message Response {
    DynamicValue new_state = 1;
    bytes private = 2;
    repeated Diagnostic diagnostics = 3;
    bool legacy_type_system = 4;
  }
}
message ImportResourceState {
  message ImportedResource { string type_name = 1; DynamicValue state = 2; bytes private = 3; }
  message Request { string type_name = 1; string id = 2; }
  message Response { repeated ImportedResource imported_resources = 1; repeated Diagnostic diagnostics = 2; }
}
message Stop {
  message Request {}
  message Response { string Error = 1; }
}
`;

/** The protocol as a descriptor; a constant of the code because the project ships as one file. */
export const PLUGIN_PROTOCOL = protobuf.parse(TFPLUGIN5, { keepCase: true }).root.toJSON();
