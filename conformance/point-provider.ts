import { isObject } from './canonical.ts';

/**
 * A `cdk.tf.json` whose provider calls `endpoint` instead of AWS. Everything else of the provider stays, above all the
 * one account that it may change. `more` are arguments of a certain version.
 */
export function pointProvider(
  configuration: string,
  endpoint: string,
  more: Readonly<Record<string, unknown>> = {},
): string {
  const parsed: unknown = JSON.parse(configuration);
  if (!isObject(parsed)) throw new Error('the configuration is no JSON object');
  const { provider } = parsed;
  const blocks = isObject(provider) && Array.isArray(provider.aws) ? provider.aws : [{}];
  const aws = blocks.map((block: unknown) => ({
    ...(isObject(block) ? block : {}),
    endpoints: [{ iam: endpoint, sts: endpoint }],
    // There is no machine of EC2 behind the account, and the provider asks for its credentials otherwise.
    skip_metadata_api_check: true,
    ...more,
  }));
  return JSON.stringify({ ...parsed, provider: { aws } }, null, 2);
}
