import { declare } from '../../src/access/declare.ts';
import type { AccessUser } from '../../src/access/model.ts';
import type { PolicyDocument } from '../../src/iam/document.ts';
import { administers } from '../../src/review/administers.ts';
import { boundaryArn } from '../../src/team/names.ts';
import { AT, says, statement, stopArn, TODAY, withGroup, withPolicy, withUser } from '../support/hands.ts';
import { sampleTeam } from '../support/sample-team.ts';

const OWN = 'arn:aws:iam::*:user/${aws:username}';
const on = (action: string | readonly string[], resource: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: action, Resource: resource },
});

test.each<[string, boolean, PolicyDocument, Partial<AccessUser>?]>([
  ['everything', true, says(statement('Allow', '*'))],
  ['everything of IAM', true, says(statement('Allow', 'iam:*'))],
  [
    'everything of IAM, under the boundary of the lab',
    false,
    says(statement('Allow', 'iam:*')),
    { boundary: boundaryArn(sampleTeam) },
  ],
  ['everything but IAM', false, says(statement('Allow', '*'), statement('Deny', 'iam:*'))],
  ['reading IAM', false, says(statement('Allow', ['iam:Get*', 'iam:List*']))],
  ['attaching policies to herself', true, on('iam:AttachUserPolicy', OWN)],
  ['writing a policy into the users of the lab', true, on('iam:PutUserPolicy', 'arn:aws:iam::*:user/mturk/*')],
  [
    'putting people into the groups of the lab',
    true,
    on('iam:AddUserToGroup', 'arn:aws:iam::*:group/mturk/perception-lab/*'),
  ],
  [
    'attaching policies to her own group',
    true,
    on('iam:AttachGroupPolicy', 'arn:aws:iam::*:group/helpers'),
    { groups: ['helpers'] },
  ],
  [
    'attaching policies to a group that she is not in',
    false,
    on('iam:AttachGroupPolicy', 'arn:aws:iam::*:group/helpers'),
  ],
  [
    'editing a policy that she has',
    true,
    on('iam:CreatePolicyVersion', stopArn('hers')),
    { attached: [stopArn('hers')] },
  ],
  ['editing a policy that she has not', false, on('iam:CreatePolicyVersion', stopArn('hers'))],
  ['making keys of her own', false, on(['iam:CreateAccessKey', 'iam:UpdateLoginProfile'], OWN)],
  ['making keys of anybody', true, on('iam:CreateAccessKey', '*')],
  ['all of MTurk', false, says(statement('Allow', 'mechanicalturk:*'))],
])('somebody who may do this gives herself everything, or not: %s', (_what, expected, document, more = {}) => {
  const zoe: AccessUser = {
    ...{ name: 'zoe', path: '/', groups: [], attached: [], boundary: null, tags: {} },
    inline: [{ name: 'hers', document }],
    ...more,
  };
  const declared = declare(sampleTeam, TODAY);
  const model = withUser(zoe)(withGroup({ name: 'helpers' })(withPolicy(stopArn('hers'), says())(declared)));
  expect(administers(model, zoe, sampleTeam.lab, AT)).toBe(expected);
});
