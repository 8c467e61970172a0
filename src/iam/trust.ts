import { z } from 'zod';
import { ACTIONS, CONDITIONS, type PolicyDocument, policyJson, toList } from './document.ts';

const WHO = z.union([z.string(), z.array(z.string()).min(1).readonly()]);

const PRINCIPAL = z.union([
  z.literal('*'),
  z.strictObject({ AWS: WHO.optional(), Federated: WHO.optional(), Service: WHO.optional() }),
]);

const TRUST_POLICY = z.strictObject({
  Version: z.enum(['2008-10-17', '2012-10-17']).optional(),
  Id: z.string().optional(),
  Statement: z.preprocess(
    (given) => (Array.isArray(given) ? given : [given]),
    z
      .array(
        z.strictObject({
          Sid: z.string().optional(),
          Effect: z.enum(['Allow', 'Deny']),
          Principal: PRINCIPAL,
          Action: ACTIONS.nonoptional(),
          Condition: CONDITIONS.optional(),
        }),
      )
      .min(1)
      .readonly(),
  ),
});

/** The policy that says who may take a role. */
export type TrustPolicy = z.infer<typeof TRUST_POLICY>;

/** The trust policy in a text, with a list of statements; null if IAM would call it malformed, as one with a resource is. */
export function parseTrustPolicy(text: string): TrustPolicy | null {
  return TRUST_POLICY.safeParse(policyJson(text)).data ?? null;
}

/** What a trust policy says about an identity provider, as an identity policy on every role, which the evaluator decides. */
export function trustInProvider(trust: TrustPolicy, providerArn: string): PolicyDocument {
  const isMeant = (principal: z.infer<typeof PRINCIPAL>) =>
    principal === '*' ||
    [...toList(principal.Federated), ...toList(principal.AWS)].some((who) => who === '*' || who === providerArn);
  const statements = trust.Statement.filter(({ Principal }) => isMeant(Principal));
  return {
    ...(trust.Version === undefined ? {} : { Version: trust.Version }),
    Statement: statements.map(({ Principal: _who, ...rest }) => ({ ...rest, Resource: '*' })),
  };
}
