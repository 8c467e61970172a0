import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import type { AccountRole } from '../../access/account-role.ts';
import { orNull } from '../client.ts';
import { AUDIENCE, GITHUB_ISSUER, providerArn } from './roles.ts';
import { missing, type SetupPart, setting } from './setup-part.ts';

/** Says that bootstrap made the provider, and may delete it. */
const MADE_HERE = { Key: 'mturk-team:made-by', Value: 'bootstrap' };

/** GitHub's identity provider, of which an account has one at most. Throws the SDK's errors. */
export async function inspectProvider(iam: IAMClient, account: string): Promise<SetupPart> {
  const found = await readProvider(iam, account);
  return {
    kind: 'provider',
    name: providerArn(account),
    settings:
      found === null
        ? missing('exists', 'audience')
        : [setting('exists', true), setting('audience', found.ClientIDList?.includes(AUDIENCE) === true)],
  };
}

/** Creates the provider, or adds the audience to the one that is there. Throws the SDK's errors. */
export async function setUpProvider(iam: IAMClient, account: string, { settings }: SetupPart): Promise<void> {
  const wanting = settings.filter(({ state }) => state !== 'as-wanted').map(({ id }) => id);
  if (wanting.includes('exists')) {
    const Url = `https://${GITHUB_ISSUER}`;
    // IAM needs no thumbprint for an issuer whose certificate a public authority signed (API reference).
    await iam.send(new CreateOpenIDConnectProviderCommand({ Url, ClientIDList: [AUDIENCE], Tags: [MADE_HERE] }));
  } else if (wanting.length > 0) {
    const OpenIDConnectProviderArn = providerArn(account);
    await iam.send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID: AUDIENCE }));
  }
}

/** Whether bootstrap made the provider, and no role but these trusts it. */
export async function isProviderOurs(
  iam: IAMClient,
  account: string,
  others: readonly Pick<AccountRole, 'trust'>[],
): Promise<boolean> {
  const found = await readProvider(iam, account);
  const isMadeHere = found?.Tags?.some(({ Key, Value }) => Key === MADE_HERE.Key && Value === MADE_HERE.Value) === true;
  return isMadeHere && !others.some(({ trust }) => JSON.stringify(trust).includes(GITHUB_ISSUER));
}

export async function deleteProvider(iam: IAMClient, account: string): Promise<void> {
  await iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: providerArn(account) }));
}

function readProvider(iam: IAMClient, account: string) {
  const command = new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: providerArn(account) });
  return orNull('NoSuchEntityException', () => iam.send(command));
}
