import fc from 'fast-check';
import { accessOf, grantsOf } from '../../src/access/access-of.ts';
import { decide, decisionOf } from '../../src/access/decide.ts';
import { type AccessChange, type AccessDiff, diffAccess } from '../../src/access/diff.ts';
import { explain, whoCan } from '../../src/access/explain.ts';
import { type AccessModel, around, indexModel } from '../../src/access/model.ts';
import {
  difference,
  includesOperation,
  listOperations,
  NO_OPERATIONS,
  operationSet,
} from '../../src/access/operation-set.ts';
import { distinctGrants, policiesOf } from '../../src/access/policies-of.ts';
import { contextOf, OPEN_KEYS } from '../../src/access/request-context.ts';
import { actionOf, OPERATIONS } from '../../src/catalog/mturk.ts';
import { evaluate } from '../../src/iam/evaluate.ts';
import { runs } from '../support/exhaustive.ts';
import { anyModel, anyStatement } from '../support/random-model.ts';

const MOMENTS = [new Date('2026-11-25T12:00:00Z'), new Date('2026-12-01T00:00:00Z')];
const moment = fc.constantFrom(...MOMENTS);

test('all operations at once are decided as a request for each, by the same statements', () => {
  fc.assert(
    fc.property(anyModel, moment, (model, at) => {
      for (const access of accessOf(model, { at })) {
        const { user, allowed } = access;
        const context = contextOf(model, user, { at });
        for (const operation of OPERATIONS) {
          const request = { action: actionOf(operation), resource: '*', context, openKeys: OPEN_KEYS };
          const { by, ...evaluated } = evaluate(policiesOf(model, user), request);
          const decision = decisionOf(access, operation);
          expect(decision).toEqual({ ...evaluated, by: by.map((each) => expect.objectContaining(each)) });
          expect(includesOperation(allowed, operation)).toBe(evaluated.outcome === 'allowed');
          const grants = distinctGrants(decision.by.map(({ source }) => source));
          expect(grantsOf(access, operationSet([operation]))).toEqual(evaluated.outcome === 'allowed' ? grants : []);
        }
      }
    }),
    { numRuns: runs(150) },
  );
});

test('the part of a model around a user decides as the whole', () => {
  fc.assert(
    fc.property(anyModel, moment, (model, at) => {
      for (const user of model.users) {
        const part = around(indexModel(model), [user.name]);
        expect(accessOf(part, { at })).toEqual(accessOf(model, { at }, [user]));
      }
    }),
    { numRuns: runs(120) },
  );
});

test('explain and who-can tell what decide decides', () => {
  fc.assert(
    fc.property(anyModel, moment, fc.constantFrom(...OPERATIONS), (model, at, operation) => {
      const able = model.users
        .map(({ name }) => name)
        .filter((name) => decide(model, name, operation, { at }).outcome === 'allowed');
      expect(
        whoCan(model, 'lab', { kind: 'operation', name: operation, operations: [operation] }, at)
          .users.flatMap(({ user, starts }) => (starts === null ? [user] : []))
          .sort(),
      ).toEqual([...able].sort());
      for (const { name } of model.users) {
        const explanation = explain(model, name, at);
        const may = explanation!.allowed.flatMap(({ operations }) => operations);
        expect(may.includes(operation)).toBe(able.includes(name));
        const withheld = explanation!.denied.flatMap(({ operations }) => operations);
        expect(withheld.filter((each) => may.includes(each))).toEqual([]);
      }
    }),
    { numRuns: runs(120) },
  );
});

test('a Deny more never widens anybody', () => {
  fc.assert(
    fc.property(anyModel, anyStatement, moment, (model, statement, at) => {
      const document = { Version: '2012-10-17', Statement: [{ ...statement, Effect: 'Deny' as const }] };
      const denied: AccessModel = {
        ...model,
        users: model.users.map((user) => ({ ...user, inline: [...user.inline, { name: 'deny', document }] })),
      };
      // At one moment: a Deny that ends later is, in a diff, access that begins later.
      const before = accessOf(model, { at });
      const gained = accessOf(denied, { at }).flatMap(({ allowed }, index) =>
        listOperations(difference(allowed, before[index]?.allowed ?? NO_OPERATIONS)),
      );
      expect(gained).toEqual([]);
    }),
    { numRuns: runs(120) },
  );
});

test('the order of users, groups, policies and statements never matters', () => {
  fc.assert(
    fc.property(anyModel, moment, (model, at) => {
      const reversed = (document: AccessModel['policies'][number]['document']) =>
        document === null ? null : { ...document, Statement: [document.Statement].flat().reverse() };
      const backwards: AccessModel = {
        ...model,
        users: [...model.users].reverse().map((user) => ({
          ...user,
          groups: [...user.groups].reverse(),
          attached: [...user.attached].reverse(),
          inline: user.inline.map((each) => ({ ...each, document: reversed(each.document) })),
        })),
        groups: [...model.groups].reverse().map((group) => ({ ...group, attached: [...group.attached].reverse() })),
        policies: [...model.policies].reverse().map((each) => ({ ...each, document: reversed(each.document) })),
      };
      const changed = diffAccess(model, backwards, at).people;
      expect(changed.flatMap(({ operations }) => [...operations.gained, ...operations.lost])).toEqual([]);
    }),
    { numRuns: runs(120) },
  );
});

test('taking boundaries away never narrows anybody', () => {
  fc.assert(
    fc.property(anyModel, moment, (model, at) => {
      const bare: AccessModel = { ...model, users: model.users.map((user) => ({ ...user, boundary: null })) };
      expect(diffAccess(model, bare, at).people.flatMap(({ operations }) => operations.lost)).toEqual([]);
    }),
    { numRuns: runs(120) },
  );
});

describe('compare', () => {
  test('a model with itself is empty', () => {
    fc.assert(
      fc.property(anyModel, moment, (model, at) => {
        const change = diffAccess(model, structuredClone(model), at);
        expect(change.people).toEqual([]);
        expect(change.unchanged).toEqual(model.users.map(({ name }) => name).sort());
      }),
    );
  });

  test('backwards is the mirror image', () => {
    fc.assert(
      fc.property(anyModel, anyModel, moment, (before, after, at) => {
        expect(byUser(diffAccess(after, before, at))).toEqual(byUser(mirror(diffAccess(before, after, at))));
      }),
      { numRuns: runs(150) },
    );
  });
});

/** Without risks: those before leave out what is gained, and those after do not leave out what is lost. */
function byUser(change: AccessDiff) {
  const people = change.people.map(({ risks: _, ...person }) => person);
  return { ...change, people: people.sort((one, other) => (one.user < other.user ? -1 : 1)) };
}

function mirror(change: AccessDiff): AccessDiff {
  return { ...change, people: change.people.map(mirrorPerson) };
}

const KINDS = { joins: 'leaves', leaves: 'joins', changed: 'changed' } as const;

function mirrorPerson(person: AccessChange): AccessChange {
  const swap = <Value>({ before, after }: { before: Value; after: Value }) => ({ before: after, after: before });
  const turn = <Value>({ gained, lost }: { gained: readonly Value[]; lost: readonly Value[] }) => ({
    gained: lost,
    lost: gained,
  });
  return {
    user: person.user,
    kind: KINDS[person.kind],
    operations: turn(person.operations),
    conditional: person.conditional,
    capabilities: turn(person.capabilities),
    allowed: swap(person.allowed),
    risks: person.risks,
    starts: swap(person.starts),
    ends: swap(person.ends),
    suspended: swap(person.suspended),
    groups: turn(person.groups),
    ownPolicies: turn(person.ownPolicies),
    boundary: swap(person.boundary),
    unknownPolicies: swap(person.unknownPolicies),
    worstGain: person.worstLoss,
    worstLoss: person.worstGain,
  };
}
