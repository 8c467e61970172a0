import { boundaryArn } from '../../team/names.ts';
import { managedBy, outside } from '../managed.ts';
import type { GateInput, GateRuleName, Json } from './gate.ts';
import { brief, isObject, type JsonObject, resourcesOf, sameJson, textsOf } from './gate-json.ts';
import { policyProblems } from './gate-policies.ts';
import { isKnownReference, isWritten, resolveReferences } from './gate-references.ts';

interface Found {
  readonly at: string;
  readonly what: string;
}

interface GateRule {
  readonly rule: GateRuleName;
  readonly look: (input: GateInput) => readonly Found[];
}

/** The version of hashicorp/aws that the stacks are written for. */
const PROVIDER_VERSION = '6.25.0';

/** Comments (`//`) mean nothing to Terraform, and CDKTF writes where things come from into them. */
const META = ['//', 'depends_on'];

/** Every resource type that the stacks write, with all of its arguments. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  aws_iam_group: ['name', 'path'],
  aws_iam_group_membership: ['group', 'name', 'users'],
  aws_iam_group_policies_exclusive: ['group_name', 'policy_names'],
  aws_iam_group_policy_attachment: ['group', 'policy_arn'],
  aws_iam_group_policy_attachments_exclusive: ['group_name', 'policy_arns'],
  aws_iam_policy: ['name', 'path', 'policy'],
  aws_iam_user: ['force_destroy', 'name', 'path', 'permissions_boundary', 'tags'],
  aws_iam_user_policies_exclusive: ['policy_names', 'user_name'],
  aws_iam_user_policy: ['lifecycle', 'name', 'policy', 'user'],
  aws_iam_user_policy_attachments_exclusive: ['policy_arns', 'user_name'],
};

const onlyKnownBlocks = ({ configuration }: GateInput): readonly Found[] => {
  if (!isObject(configuration)) return [{ at: '', what: brief(configuration) }];
  const { terraform, locals } = configuration;
  return [
    ...others(configuration, ['//', 'terraform', 'provider', 'resource', 'locals'], ''),
    ...(isObject(terraform)
      ? others(terraform, ['backend', 'required_providers', 'required_version'], 'terraform')
      : [{ at: 'terraform', what: brief(terraform) }]),
    ...(locals === undefined
      ? []
      : isObject(locals)
        ? others(locals, ['enrolled'], 'locals')
        : [whole('locals', locals)]),
  ];
};

const onlyTheAwsProvider = ({ configuration, team }: GateInput): readonly Found[] => {
  const { provider, terraform } = fields(configuration);
  const required = fields(terraform).required_providers;
  const wanted = { aws: [{ region: 'us-east-1', allowed_account_ids: [team.account] }] };
  return [
    ...(sameJson(provider, wanted) ? [] : [whole('provider', provider)]),
    ...(sameJson(required, { aws: { source: 'aws', version: PROVIDER_VERSION } })
      ? []
      : [whole('terraform.required_providers', required)]),
  ];
};

const backendAsConfigured = ({ configuration, team, stack }: GateInput): readonly Found[] => {
  const { state } = team.settings;
  const { backend } = fields(fields(configuration).terraform);
  const wanted: Json =
    state === null
      ? { local: { path: 'terraform.tfstate' } }
      : {
          s3: {
            bucket: state.bucket,
            region: state.region,
            key: `mturk-team/${stack}.tfstate`,
            encrypt: true,
            use_lockfile: true,
          },
        };
  return sameJson(backend, wanted) ? [] : [whole('terraform.backend', backend)];
};

const onlyOurResourceTypes = ({ configuration, stack }: GateInput): readonly Found[] => {
  const types = Object.keys(fields(fields(configuration).resource));
  const known = stack === 'team' ? Object.keys(ARGUMENTS) : ['aws_iam_policy'];
  return types.filter((type) => !known.includes(type)).map((type) => ({ at: `resource.${type}`, what: type }));
};

const onlyKnownArguments = ({ configuration }: GateInput): readonly Found[] =>
  resourcesOf(configuration).flatMap(({ type, at, body }) => {
    const known = ARGUMENTS[type];
    if (known === undefined) return [];
    if (!isObject(body)) return [whole(at, body)];
    const { lifecycle } = body;
    const odd = lifecycle !== undefined && !sameJson(lifecycle, { create_before_destroy: true });
    return [...others(body, [...META, ...known], at), ...(odd ? [whole(`${at}.lifecycle`, lifecycle)] : [])];
  });

/** A text is itself, but for references to names of the configuration where the stacks write them. */
const noExpressions = ({ configuration }: GateInput): readonly Found[] =>
  textsOf(configuration)
    .filter(({ at, text }) => !isWritten(text) && !isKnownReference(at, text, configuration))
    .map(({ at, text }) => ({ at: at.join('.'), what: brief(text) }));

const insideTheManagedPath = ({ configuration, team, stack }: GateInput): readonly Found[] => {
  const managed = managedBy(stack, team.lab);
  return resourcesOf(configuration).flatMap(({ type, at, body }) => {
    if (!isObject(body)) return [];
    const values = resolveReferences(body, configuration);
    const what = outside(values, type, managed, team.account);
    const named = type === 'aws_iam_group_membership' ? usersOf(values) : [];
    const strangers = named.filter((user) => !managed.hasName(user));
    return [...(what === null ? [] : [what]), ...strangers.map((user) => `user ${user}`)].map((each) => ({
      at,
      what: each,
    }));
  });
};

const usersHaveTheBoundary = ({ configuration, team }: GateInput): readonly Found[] =>
  resourcesOf(configuration)
    .filter(({ type, body }) => type === 'aws_iam_user' && fields(body).permissions_boundary !== boundaryArn(team))
    .map(({ at, body }) => ({ at, what: brief(fields(body).permissions_boundary) }));

export const GATE_RULES: readonly GateRule[] = [
  { rule: 'only-known-blocks', look: onlyKnownBlocks },
  { rule: 'only-the-aws-provider', look: onlyTheAwsProvider },
  { rule: 'backend-as-configured', look: backendAsConfigured },
  { rule: 'only-our-resource-types', look: onlyOurResourceTypes },
  { rule: 'only-known-arguments', look: onlyKnownArguments },
  { rule: 'no-expressions', look: noExpressions },
  { rule: 'inside-the-managed-path', look: insideTheManagedPath },
  { rule: 'users-have-the-boundary', look: usersHaveTheBoundary },
  { rule: 'only-mturk-permissions', look: policyProblems },
];

function others(value: JsonObject, known: readonly string[], at: string): readonly Found[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => ({ at: at === '' ? key : `${at}.${key}`, what: brief(value[key]) }));
}

function whole(at: string, value: Json | undefined): Found {
  return { at, what: brief(value) };
}

function fields(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function usersOf(values: Readonly<Record<string, unknown>>): readonly string[] {
  return Array.isArray(values.users) ? values.users.map(String) : [brief(null)];
}
