import * as z from 'zod';
import { ACTION_NAMES, CONDITIONS, type PolicyDocument, policyJson, RESOURCE_ARNS, toList } from './document.ts';

const WHO = z.union([z.string(), z.array(z.string()).min(1).readonly()]);

const PRINCIPAL = z.union([
  z.literal('*'),
  z.strictObject({ AWS: WHO.optional(), Federated: WHO.optional(), Service: WHO.optional() }),
]);

const STATEMENT = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: PRINCIPAL,
  Action: ACTION_NAMES.nonoptional(),
  Condition: CONDITIONS.optional(),
});

function policyOf<Schema extends z.ZodType>(statement: Schema) {
  return z.strictObject({
    Version: z.enum(['2008-10-17', '2012-10-17']).optional(),
    Id: z.string().optional(),
    Statement: z.preprocess((given) => (Array.isArray(given) ? given : [given]), z.array(statement).min(1).readonly()),
  });
}

const TRUST_POLICY = policyOf(STATEMENT);
const BUCKET_POLICY = policyOf(STATEMENT.extend({ Resource: RESOURCE_ARNS.nonoptional() }));

/** The policy that says who may assume a role. */
export type TrustPolicy = z.infer<typeof TRUST_POLICY>;

/** The trust policy in a text, with a list of statements; null if IAM would call it malformed, as one with a resource is. */
export function parseTrustPolicy(text: string): TrustPolicy | null {
  return readTrustPolicy(policyJson(text));
}

/** The same of JSON that is read already. */
export function readTrustPolicy(json: unknown): TrustPolicy | null {
  return TRUST_POLICY.safeParse(json).data ?? null;
}

/** The policy of a bucket in a text; null if S3 would call it malformed. */
export function parseBucketPolicy(text: string): z.infer<typeof BUCKET_POLICY> | null {
  return BUCKET_POLICY.safeParse(policyJson(text)).data ?? null;
}

/**
 * What a policy of a role or bucket says about someone, who may be known by several ARNs, as an identity policy, which the
 * evaluator decides. A trust policy is about the role that has it, whatever its ARN.
 */
export function policyAbout(
  { Version, Statement }: TrustPolicy | z.infer<typeof BUCKET_POLICY>,
  who: readonly string[],
): PolicyDocument {
  const isAbout = (principal: z.infer<typeof PRINCIPAL>) =>
    principal === '*' ||
    [...toList(principal.Federated), ...toList(principal.AWS)].some((each) => each === '*' || who.includes(each));
  const statements = Statement.filter(({ Principal }) => isAbout(Principal));
  return {
    ...(Version === undefined ? {} : { Version }),
    Statement: statements.map(({ Principal: _who, ...rest }) => ({ Resource: '*', ...rest })),
  };
}
