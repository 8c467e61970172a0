import fc from 'fast-check';
import { compareDigests } from '../../../src/review/manifest/digest.ts';
import { runs } from '../../support/exhaustive.ts';
import { changesOf, digestOf, type Json, type JsonObject, named, TOOLS } from '../../support/plan-json.ts';

describe('a fresh plan against the reviewed one', () => {
  const reviewed = { ...digestOf(named('03-add-member')), tools: TOOLS };
  const compare = (json: JsonObject, tools = TOOLS) => compareDigests(reviewed, { ...digestOf(json, tools), tools });
  const edited = (edit: (changes: JsonObject[]) => JsonObject[]): JsonObject => {
    const copy = structuredClone(named('03-add-member'));
    return { ...copy, resource_changes: edit(changesOf(copy)) };
  };
  const changeOf = (each: JsonObject) =>
    each.change as { actions: Json[]; before: JsonObject | null; after: JsonObject | null; after_unknown: Json };
  const at = (address: string, edit: (change: ReturnType<typeof changeOf>) => void) =>
    edited((changes) => {
      edit(changeOf(changes.find((each) => each.address === address)!));
      return changes;
    });

  test('the same is equal, nothing is empty', () => {
    expect(compare(named('03-add-member'))).toMatchObject({ verdict: 'equal', unreviewed: [], missing: [] });
    const empty = compare(named('02-nochange'));
    expect(empty).toMatchObject({ verdict: 'empty', unreviewed: [] });
    expect(empty.missing).toHaveLength(reviewed.entries.length);
  });

  test('any part of the changes is a subset, none of them added', () => {
    const addresses = reviewed.entries.map(({ address }) => address);
    fc.assert(
      fc.property(fc.subarray(addresses, { minLength: 1, maxLength: addresses.length - 1 }), (done) => {
        const rest = edited((changes) => changes.filter(({ address }) => !done.includes(String(address))));
        expect(compare(rest)).toMatchObject({
          verdict: 'subset',
          unreviewed: [],
          missing: [...done].sort(),
        });
      }),
      { numRuns: runs(30) },
    );
  });

  test('a user that exists but is not in the state is imported if it is as desired', () => {
    const adopted = (before: JsonObject) =>
      at('aws_iam_user.member_eve', (change) => {
        const { after } = change;
        Object.assign(change, {
          actions: ['update'],
          importing: { id: 'perception-lab-eve' },
          before: { ...after, force_destroy: null, arn: 'arn:x', unique_id: 'AIDAX', ...before },
          after: { ...after, arn: 'arn:x', unique_id: 'AIDAX' },
          after_unknown: {},
        });
      });
    expect(compare(adopted({}))).toMatchObject({ verdict: 'subset', unreviewed: [] });
    expect(compare(adopted({ permissions_boundary: 'arn:aws:iam::aws:policy/AdministratorAccess' }))).toMatchObject({
      verdict: 'changed',
      unreviewed: ['aws_iam_user.member_eve'],
    });
  });

  const readers = 'aws_iam_group_membership.role_results-reader';
  test.each<[string, JsonObject]>([
    ['another end', at(readers, ({ after }) => (after!.users as Json[]).push('perception-lab-mallory'))],
    [
      'another user removed at the same time',
      at(readers, ({ before }) => (before!.users as Json[]).push('perception-lab-zoe')),
    ],
    [
      'a deletion in the place of a creation',
      at('aws_iam_user.member_eve', (change) =>
        Object.assign(change, { actions: ['delete'], before: change.after, after: null }),
      ),
    ],
    [
      'one more change',
      edited((changes) => [
        ...changes,
        {
          ...changes[0]!,
          address: 'aws_iam_user.member_mallory',
          change: { actions: ['create'], before: null, after: { name: 'x' } },
        },
      ]),
    ],
    ['an error besides', { ...named('03-add-member'), errored: true }],
  ])('%s is changed', (_what, json) => {
    expect(compare(json).verdict).toBe('changed');
  });

  test('the same by another engine is changed, and said to be so', () => {
    const other = compare(named('03-add-member'), { ...TOOLS, engine: 'Terraform 1.15.5' });
    expect(other).toMatchObject({ verdict: 'changed', otherTools: true, unreviewed: [] });
  });

  test('a group that has got one of its two new members already is on the way', () => {
    const two = structuredClone(named('03-add-member'));
    const membership = changeOf(changesOf(two).find(({ address }) => address === readers)!);
    (membership.after!.users as Json[]).push('perception-lab-fay');
    const half = structuredClone(two);
    const left = changeOf(changesOf(half).find(({ address }) => address === readers)!);
    (left.before!.users as Json[]).push('perception-lab-eve');
    const of = (json: JsonObject) => ({ ...digestOf(json), tools: TOOLS });
    expect(compareDigests(of(two), of(half))).toMatchObject({ verdict: 'subset', unreviewed: [] });
    expect(compareDigests(of(half), of(two))).toMatchObject({ verdict: 'changed', unreviewed: [readers] });
  });

  test('the same member joins on another base, which has one more or one fewer', () => {
    const on = (...users: Json[]) => {
      const copy = structuredClone(named('03-add-member'));
      const { before, after } = changeOf(changesOf(copy).find(({ address }) => address === readers)!);
      before!.users = users;
      after!.users = [...users, 'perception-lab-eve'];
      return copy;
    };
    const of = (json: JsonObject) => ({ ...digestOf(json), tools: TOOLS });
    const [one, two] = [of(on('perception-lab-bo')), of(on('perception-lab-bo', 'perception-lab-fay'))];
    expect(compareDigests(one, two)).toMatchObject({ verdict: 'subset', unreviewed: [] });
    expect(compareDigests(two, one)).toMatchObject({ verdict: 'subset', unreviewed: [] });
  });
});
