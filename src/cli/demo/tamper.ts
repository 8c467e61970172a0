import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateLoginProfileCommand,
  CreatePolicyVersionCommand,
  CreateUserCommand,
  DetachGroupPolicyCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import { type Difference, subjectKey } from '../../access/model-difference.ts';
import { differenceWords } from '../../access/text/difference.ts';
import type { DisplayNames } from '../../access/text/names.ts';
import { managedPolicyArn } from '../../catalog/managed-policies.ts';
import type { DriftFinding, Remediation } from '../../drift/finding.ts';
import { differenceOf } from '../../drift/finding.ts';
import type { PolicyDocument } from '../../iam/document.ts';
import { iamName, rolePolicyArn } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import type { Cast } from './cast.ts';
import { demoOldUserWords, demoPasswordWords } from './demo-words.ts';

/** Something that somebody clicks in the console. */
export interface Click {
  /** For "somebody ...". */
  words(naming: DisplayNames): string;
  /** Whether this is what the drift report says of it. */
  isFoundBy(finding: DriftFinding): boolean;
  /** What reconciling must make of it. */
  readonly fate: Remediation;
  /** Whether anybody may do more or less by it. */
  readonly changesAccess: boolean;
  /** The key of a member or role by which it is given back; null where nothing was taken away. */
  readonly restoredBy: string | null;
  carryOut(iam: IAMClient): Promise<void>;
}

/** The user that nobody in the lab knows. */
export const STRANGER = 'mallory';
/** A user of years ago, of whom nobody thinks any more. */
export const OLD_USER = 'old-mturk-user';

const EVERYTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'mechanicalturk:*', Resource: '*' }],
};

/** The clicks that this team has room for: seven on the sample team. */
export function clicksOn(team: Team, cast: Cast): readonly Click[] {
  const { lab } = team;
  const fullAccess = managedPolicyArn('AmazonMechanicalTurkFullAccess');
  const clicks: Click[] = [];
  if (cast.paying !== null)
    clicks.push(intoGroup(iamName(lab, cast.student.key), iamName(lab, cast.paying.key), false));
  if (cast.other !== null) {
    const user = iamName(lab, cast.other.key);
    clicks.push({
      ...clickOf({ kind: 'policy-attached', holder: { kind: 'user', name: user }, arn: fullAccess }),
      async carryOut(iam) {
        await iam.send(new AttachUserPolicyCommand({ UserName: user, PolicyArn: fullAccess }));
      },
    });
  }
  const edited = rolePolicyArn(team, cast.starter.key);
  clicks.push({
    ...clickOf({ kind: 'policy-changed', arn: edited, from: null, to: EVERYTHING }),
    async carryOut(iam) {
      const PolicyDocument = JSON.stringify(EVERYTHING);
      await iam.send(new CreatePolicyVersionCommand({ PolicyArn: edited, PolicyDocument, SetAsDefault: true }));
    },
  });
  if (cast.disarmed !== null) {
    const group = iamName(lab, cast.disarmed.key);
    const arn = rolePolicyArn(team, cast.disarmed.key);
    clicks.push({
      ...clickOf({ kind: 'policy-detached', holder: { kind: 'group', name: group }, arn }),
      fate: 'on-request',
      restoredBy: cast.disarmed.key,
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
  clicks.push(password(iamName(lab, cast.student.key)), oldUser(fullAccess));
  return clicks;
}

/** What no plan can see: a way in that Mechanical Turk does not even know. */
function password(user: string): Click {
  return {
    words: (naming) => demoPasswordWords(user, naming),
    isFoundBy: ({ rule, data }) => rule === 'console-password' && data.user === user,
    fate: 'manual',
    changesAccess: false,
    restoredBy: null,
    async carryOut(iam) {
      await iam.send(new CreateLoginProfileCommand({ UserName: user, Password: 'Correct-Horse-7' }));
    },
  };
}

function oldUser(policy: string): Click {
  return {
    words: () => demoOldUserWords(OLD_USER),
    isFoundBy: ({ rule, data }) => rule === 'unmanaged-user' && data.user === OLD_USER,
    fate: 'manual',
    changesAccess: true,
    restoredBy: null,
    async carryOut(iam) {
      await iam.send(new CreateUserCommand({ UserName: OLD_USER }));
      await iam.send(new AttachUserPolicyCommand({ UserName: OLD_USER, PolicyArn: policy }));
    },
  };
}

/** What is undone and changes access, unless more is said of it. */
function clickOf(done: Difference): Omit<Click, 'carryOut'> {
  return {
    words: (naming) => differenceWords(done, naming),
    isFoundBy: (finding) => {
      const difference = differenceOf(finding);
      return difference !== null && subjectKey(difference) === subjectKey(done);
    },
    fate: 'auto',
    changesAccess: true,
    restoredBy: null,
  };
}

function intoGroup(user: string, group: string, stranger: boolean): Click {
  return {
    ...clickOf({ kind: 'membership-added', group, user, unmanaged: stranger }),
    async carryOut(iam) {
      await iam.send(new AddUserToGroupCommand({ UserName: user, GroupName: group }));
    },
  };
}
