import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  GetUserCommand,
  type IAMClient,
  paginateListAccessKeys,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { allItems, askAws, isoOfDate, orNull } from '../aws/client.ts';
import type { Result } from '../diagnostics/failure.ts';
import type { KeyPair } from './profile.ts';
import { type HeldKey, oldestFirst } from './rules.ts';

/** A key as IAM gives it out: the only time that its secret is seen. */
export interface CreatedKey extends KeyPair {
  /** ISO 8601, UTC. */
  readonly created: string;
}

export interface KeyAccount {
  /** A user's unique id, path, and when it was created (ISO 8601, UTC); null if there is none of that name. */
  user(name: string): Promise<Result<{ readonly id: string; readonly path: string; readonly created: string } | null>>;
  /** Oldest first. Waits some seconds for a `created` one to be listed. */
  keys(user: string, created?: string): Promise<Result<readonly HeldKey[]>>;
  /** Null if the user has as many keys as IAM allows. Never repeated if the answer is lost: it may have been carried out. */
  create(user: string): Promise<Result<CreatedKey | null>>;
  deactivate(user: string, id: string): Promise<Result<null>>;
  /** A key that is gone already is deleted. */
  delete(user: string, id: string): Promise<Result<null>>;
}

/** Milliseconds. IAM is eventually consistent: a user just created may not be found yet. */
const WAITS = [1_000, 2_000, 4_000];

/** `once` is a client that repeats no call. */
export function keyAccount(
  iam: IAMClient,
  once: Pick<IAMClient, 'send'>,
  wait: (milliseconds: number) => Promise<unknown>,
): KeyAccount {
  const repeated = async <Value>(names: RegExp, work: () => Promise<Value>): Promise<Value> => {
    for (const milliseconds of WAITS) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Error) || !names.test(error.name)) throw error;
        await wait(milliseconds);
      }
    }
    return work();
  };
  const lastUse = async (AccessKeyId: string): Promise<string | null> => {
    const used = await orNull('NoSuchEntityException', () =>
      iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId })),
    );
    return isoOfDate(used?.AccessKeyLastUsed?.LastUsedDate) || null;
  };
  return {
    user: (UserName) =>
      askAws(async () => {
        const found = await orNull('NoSuchEntityException', () =>
          repeated(/^NoSuchEntity/, () => iam.send(new GetUserCommand({ UserName }))),
        );
        if (found === null) return null;
        const { UserId: id = '', Path: path = '', CreateDate } = found.User ?? {};
        return { id, path, created: isoOfDate(CreateDate) };
      }),
    keys: (UserName, created) =>
      askAws(async () => {
        const list = () =>
          allItems(paginateListAccessKeys({ client: iam }, { UserName }), (page) => page.AccessKeyMetadata);
        let listed = await list();
        for (const milliseconds of created === undefined ? [] : WAITS) {
          if (listed.some(({ AccessKeyId }) => AccessKeyId === created)) break;
          await wait(milliseconds);
          listed = await list();
        }
        const keys = listed.map(async ({ AccessKeyId: id = '', Status, CreateDate }) => ({
          ...{ id, active: Status === 'Active', created: isoOfDate(CreateDate), lastUsed: await lastUse(id) },
        }));
        return oldestFirst(await Promise.all(keys));
      }),
    create: (UserName) =>
      askAws(async () => {
        const created = await orNull('LimitExceededException', () =>
          repeated(/^(?:NoSuchEntity|Throttling)/, () => once.send(new CreateAccessKeyCommand({ UserName }))),
        );
        const key = created?.AccessKey;
        if (key === undefined) return null;
        return { id: key.AccessKeyId ?? '', secret: key.SecretAccessKey ?? '', created: isoOfDate(key.CreateDate) };
      }),
    deactivate: (UserName, AccessKeyId) =>
      askAws(async () => {
        await iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Inactive' }));
        return null;
      }),
    delete: (UserName, AccessKeyId) =>
      askAws(async () => {
        const gone = () => iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
        await orNull('NoSuchEntityException', gone);
        return null;
      }),
  };
}
