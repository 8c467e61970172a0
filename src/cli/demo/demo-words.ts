import { type DisplayNames, userLabel } from '../../access/text/names.ts';

/** The sentences of the demo: what happens in the lab, and what is checked of it. */
export const DEMO = {
  file: 'The lab writes down who may do what',
  fileHolds: (roles: number, members: number) => `${roles} roles, ${members} members, nothing wrong with the file`,
  plan: 'What that would give to whom, before anything is done',
  planHolds: 'everybody in the file joins, and nothing stands against it',
  apply: 'It is applied: users, groups and policies in IAM',
  applyHolds: 'a second plan finds nothing to do',
  joins: (name: string) => `${name.split(' ')[0] ?? name} joins as a student`,
  linesMore: (file: string, lines: number) => `${file} +${lines} ${lines === 1 ? 'line' : 'lines'}`,
  stillValid: 'the file with the student in it is valid',
  joinsHolds: 'one person joins, and nobody else gains or loses anything',
  clicks: 'Somebody clicks in the console, past all this',
  clickCount: (count: number) => `${count} clicks`,
  clicked: (what: string) => `somebody ${what}`,
  drift: 'The whole look: each click is found and named, also what no plan can see',
  driftHolds: (found: number, done: number) => `${found} of ${done} found, and nothing that was not done`,
  missed: (what: string) => `not found: ${what}`,
  fast: 'A look in a hurry, without an engine',
  fastHolds: (clicks: number, calls: number) =>
    `the ${clicks} that change what somebody may do are found, in ${calls} calls of IAM`,
  undo: 'Reconciling takes away what was added, and gives nobody anything',
  undoHolds: (count: number) =>
    `${count} undone, and no more: what was taken away stays away, what is not ours is not touched`,
  restore: (keys: readonly string[]) =>
    `What was taken away comes back when somebody says so: --restore ${keys.join(' ')}`,
  restoreHolds: 'it is back, and a plan finds nothing to do',
  leftHolds: (ids: readonly string[]) => `left to a person, and in the report until then: ${ids.join(', ')}`,
  keys: 'Everybody tries all of Mechanical Turk, each with a key of their own',
  keysHold: (name: string, allowed: number, all: number) =>
    `${name}: ${allowed} of ${all} operations allowed, as explain says`,
  keysDiffer: (operations: readonly string[]) => `otherwise than explain says: ${operations.join(', ')}`,
  strangerHolds: (name: string) => `${name}, whom nobody knows: nothing is allowed any more`,
  outsiderHolds: (name: string) => `${name}, left to a person: everything is allowed still, as the report says`,
  engineHolds: 'the engine does it',
  inIam: (counts: string) => `${counts} in IAM`,
  nothingToDemo: (file: string) =>
    `${file} has no role that gives anything of its own, so there is nothing to demonstrate.`,
  ended: 'The demo ends here: a check does not hold.',
  allHold: (checks: number, seconds: string, engine: string) =>
    `All ${checks} checks hold, in ${seconds}, with ${engine}. No AWS account was touched, and nothing is left behind.`,
} as const;

/** For "somebody ...". */
export function demoPasswordWords(user: string, naming: DisplayNames): string {
  return `gave ${userLabel(user, naming)} a password of the console`;
}

/** For "somebody ...". */
export function demoOldUserWords(user: string): string {
  return `made a user ${user} years ago, with full access, of whom nobody thinks any more`;
}
