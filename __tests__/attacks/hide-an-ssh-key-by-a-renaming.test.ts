import * as aws from '@aws-sdk/client-iam';
import { SSH_PUBLIC_KEY } from '../../conformance/scenarios-credentials.ts';
import { attackedLabs, TODAY, user } from '../support/attacked-lab.ts';

import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(2);

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

test('an SSH key of a member is a finding, although someone gave the user another name and path', async () => {
  await labs.attack(async (lab) => {
    await lab.byHand(async (iam) => {
      await iam.send(new aws.UploadSSHPublicKeyCommand({ ...user('fay'), SSHPublicKeyBody: SSH_PUBLIC_KEY }));
      await iam.send(new aws.UpdateUserCommand({ ...user('fay'), NewUserName: 'elsewhere', NewPath: '/' }));
    });
    const drift = await lab.mturk(TODAY, 'drift', '--json');
    expect(JSON.parse(drift.stdout).drift.findings).toContainEqual(expect.objectContaining({ rule: 'ssh-key' }));
  });
});
