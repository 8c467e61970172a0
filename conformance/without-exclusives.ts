import { isObject } from './canonical.ts';
import { pointProvider } from './point-provider.ts';

/** The exclusives that provider 3.39.0 of 2021 does not know yet. */
export const EXCLUSIVE_TYPES = [
  'aws_iam_group_policies_exclusive',
  'aws_iam_group_policy_attachments_exclusive',
  'aws_iam_user_policies_exclusive',
  'aws_iam_user_policy_attachments_exclusive',
] as const;

/**
 * A `cdk.tf.json` for the released provider 3.39.0: the same configuration without the exclusive-policy resources and without what
 * depends on them being there, the version pinned to 3.39.0, and the provider pointed at `endpoint`.
 */
export function withoutExclusives(configuration: string, endpoint: string): string {
  const parsed: unknown = JSON.parse(configuration);
  if (!isObject(parsed)) throw new Error('the configuration is no JSON object');
  const resource = isObject(parsed.resource) ? parsed.resource : {};
  const kept = Object.entries(resource).filter(([type]) => !isExclusive(type));
  const adapted = {
    ...parsed,
    // An empty block is refused by the engine.
    resource:
      kept.length === 0
        ? undefined
        : Object.fromEntries(kept.map(([type, byName]) => [type, withoutTheirDependencies(byName)])),
    terraform: pinned(parsed.terraform),
  };
  // It asked EC2 at every start, too, which newer versions no longer do.
  return pointProvider(JSON.stringify(adapted), endpoint, { skip_get_ec2_platforms: true });
}

function isExclusive(type: string): boolean {
  return EXCLUSIVE_TYPES.some((exclusive) => exclusive === type);
}

function withoutTheirDependencies(byName: unknown): unknown {
  if (!isObject(byName)) return byName;
  return Object.fromEntries(
    Object.entries(byName).map(([name, body]) => {
      if (!isObject(body) || !Array.isArray(body.depends_on)) return [name, body];
      const depends = body.depends_on.filter((address) => !isExclusive(String(address).split('.')[0] ?? ''));
      return [name, { ...body, depends_on: depends }];
    }),
  );
}

function pinned(terraform: unknown): unknown {
  const block = isObject(terraform) ? terraform : {};
  const required = isObject(block.required_providers) ? block.required_providers : {};
  const aws = isObject(required.aws) ? required.aws : {};
  return { ...block, required_providers: { ...required, aws: { ...aws, version: '3.39.0' } } };
}
