import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreatePolicyVersionCommand,
  CreateUserCommand,
  DetachGroupPolicyCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import type { PolicyDocument } from '../../iam/document.ts';
import { managedPolicyArn } from '../../mturk/managed-policies.ts';
import type { Difference } from '../../review/difference.ts';
import { iamName, rolePolicyArn } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import type { Cast } from './cast.ts';

/** Something that somebody clicks in the console. */
export interface Click {
  /** What the drift report must name. */
  readonly done: Difference;
  carryOut(iam: IAMClient): Promise<void>;
}

/** The user that nobody in the lab knows. */
export const STRANGER = 'mallory';

const EVERYTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'mechanicalturk:*', Resource: '*' }],
};

/** The clicks that this team has room for: five on the sample team. */
export function clicksOn(team: Team, cast: Cast): readonly Click[] {
  const { lab } = team;
  const fullAccess = managedPolicyArn('AmazonMechanicalTurkFullAccess');
  const clicks: Click[] = [];
  if (cast.paying !== null)
    clicks.push(intoGroup(iamName(lab, cast.student.key), iamName(lab, cast.paying.key), false));
  if (cast.other !== null) {
    const user = iamName(lab, cast.other.key);
    clicks.push({
      done: { kind: 'attachment-added', holder: { kind: 'user', name: user }, arn: fullAccess },
      async carryOut(iam) {
        await iam.send(new AttachUserPolicyCommand({ UserName: user, PolicyArn: fullAccess }));
      },
    });
  }
  const edited = rolePolicyArn(team, cast.starter.key);
  clicks.push({
    done: { kind: 'document-changed', arn: edited, from: null, to: EVERYTHING },
    async carryOut(iam) {
      const PolicyDocument = JSON.stringify(EVERYTHING);
      await iam.send(new CreatePolicyVersionCommand({ PolicyArn: edited, PolicyDocument, SetAsDefault: true }));
    },
  });
  if (cast.disarmed !== null) {
    const group = iamName(lab, cast.disarmed.key);
    const arn = rolePolicyArn(team, cast.disarmed.key);
    clicks.push({
      done: { kind: 'attachment-removed', holder: { kind: 'group', name: group }, arn },
      async carryOut(iam) {
        await iam.send(new DetachGroupPolicyCommand({ GroupName: group, PolicyArn: arn }));
      },
    });
  }
  const widest = iamName(lab, (cast.paying ?? cast.starter).key);
  const stranger = intoGroup(STRANGER, widest, true);
  clicks.push({
    ...stranger,
    async carryOut(iam) {
      await iam.send(new CreateUserCommand({ UserName: STRANGER }));
      await stranger.carryOut(iam);
    },
  });
  return clicks;
}

function intoGroup(user: string, group: string, stranger: boolean): Click {
  return {
    done: { kind: 'member-added', group, user, stranger },
    async carryOut(iam) {
      await iam.send(new AddUserToGroupCommand({ UserName: user, GroupName: group }));
    },
  };
}
