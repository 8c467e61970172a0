import { CreateAccessKeyCommand, IAMClient } from '@aws-sdk/client-iam';
import { applyLab } from '../../src/commands/lab-apply.ts';
import { isEmpty, planLab } from '../../src/commands/lab-plan.ts';
import type { Faults } from '../../src/sandbox/server/faults.ts';
import {
  applied,
  bootstrapped,
  copyOf,
  ENGINE_TITLE,
  inTurns,
  type LabInTest,
  orThrow,
  planned,
  withLab,
} from '../support/lab-in-test.ts';
import { recordedObjects } from '../support/lab-in-test-account.ts';
import { differences } from '../support/lab-in-test-recovery.ts';
import { sampleTeam } from '../support/sample-team.ts';

const start = await bootstrapped();
const reference = await withLab(start, async (test) => {
  await applied(test.lab(sampleTeam));
  return copyOf(test.memory);
});

/** The provider's own number of attempts, as it is used against AWS. */
const PATIENT = 25;

describe(`AWS on a bad day (${ENGINE_TITLE})`, () => {
  const DAYS: readonly (readonly [string, Faults])[] = [
    ['throttles the first two attempts of every call', { throttleFirst: 2 }],
    ['throttles a third of the calls and answers 500 to a tenth', { throttleShare: 0.3, errorShare: 0.1, seed: 7 }],
