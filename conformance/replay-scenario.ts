import * as IAM from '@aws-sdk/client-iam';
import { stableJson } from './canonical.ts';
import { explainedByFields } from './field-rules.ts';
import { type Answer, normalizeAnswer, normalizeError, Placeholders } from './normalize-answer.ts';
import type { Row } from './report.ts';
import { clientOf, type RunningAccount, startOurs } from './rigs.ts';
import { SCENARIOS, type Scenario, type ScenarioStep } from './scenarios.ts';

/** How two accounts compare in one call. */
export type Verdict =
  /** They said the same. */
  | { readonly kind: 'equal' }
  /** They say the same but for fields that moto leaves out, adds or does not keep, by listed rules of AWS. */
  | { readonly kind: 'fields'; readonly rules: readonly string[] }
  /** They differ, and the step names AWS's rule by which ours does. */
  | { readonly kind: 'rule'; readonly rule: string }
  /** They differ because they had already parted by this rule. */
  | { readonly kind: 'follows'; readonly rule: string }
  /** They said the same, but moto's answer is our launcher's addition: no evidence from outside. */
  | { readonly kind: 'added' }
  /** moto does not know the call. */
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'different'; readonly ours: string; readonly moto: string }
  /** A rule is named and the two say the same: nothing is excused any more. */
  | { readonly kind: 'stale'; readonly rule: string };

export interface StepVerdict {
  readonly scenario: string;
  /** From 1. */
  readonly step: number;
  readonly call: string;
  readonly verdict: Verdict;
}

/** What moto_server.py adds to moto. */
const ADDED_TO_MOTO = ['PutUserPermissionsBoundary', 'DeleteUserPermissionsBoundary', 'ListServiceSpecificCredentials'];

/** Plays a scenario on two empty accounts, call by call, and compares what they answer. */
async function replayScenario(
  scenario: Scenario,
  ours: IAM.IAMClient,
  moto: IAM.IAMClient,
): Promise<readonly StepVerdict[]> {
  const [onOurs, onMoto] = [player(ours), player(moto)];
  const judge = scenarioJudge();
  const verdicts: StepVerdict[] = [];
  for (const [index, step] of scenario.steps.entries()) {
    const [one, other] = await Promise.all([onOurs(step), onMoto(step)]);
    verdicts.push({ scenario: scenario.name, step: index + 1, call: step.call, verdict: judge(step, one, other) });
  }
  return verdicts;
}

/**
 * Judges the steps of one scenario in order. Where one account carried a change out and the other refused it, they
 * have parted: what differs after that follows from it, and what is equal still counts as equal.
 */
export function scenarioJudge(): (step: Pick<ScenarioStep, 'call' | 'awsRule'>, ours: Answer, moto: Answer) => Verdict {
  let partedBy: string | null = null;
  return ({ call, awsRule }, ours, moto) => {
    if (ours.kind === 'unsupported') return { kind: 'different', ours: 'a server error', moto: stableJson(moto) };
    if (moto.kind === 'unsupported') {
      if (changes(call)) partedBy ??= `moto does not know ${call}`;
      return { kind: 'unsupported' };
    }
    if (stableJson(ours) === stableJson(moto)) {
      if (awsRule !== undefined) return { kind: 'stale', rule: awsRule };
      return { kind: ADDED_TO_MOTO.includes(call) ? 'added' : 'equal' };
    }
    const fields =
      ours.kind === 'answer' && moto.kind === 'answer' ? explainedByFields(call, ours.value, moto.value) : null;
    if (fields !== null) return { kind: 'fields', rules: fields.map(({ rule }) => rule) };
    if (awsRule !== undefined) {
      if (changes(call)) partedBy ??= awsRule;
      return { kind: 'rule', rule: awsRule };
    }
    if (partedBy !== null) return { kind: 'follows', rule: partedBy };
    return { kind: 'different', ours: stableJson(ours), moto: stableJson(moto) };
  };
}

function changes(call: string): boolean {
  return !/^(Get|List)/.test(call);
}

function player(client: IAM.IAMClient): (step: ScenarioStep) => Promise<Answer> {
  const placeholders = new Placeholders();
  const saved: Record<string, string> = {};
  return async (step) => {
    placeholders.nextStep();
    const input = typeof step.input === 'function' ? step.input(saved) : step.input;
    try {
      const output = await client.send(commandOf(step.call, input));
      for (const [name, path] of Object.entries(step.saves ?? {})) saved[name] = at(output, path);
      return normalizeAnswer(output, placeholders);
    } catch (error) {
      return normalizeError(error);
    }
  };
}

type AnyCommand = InstanceType<typeof IAM.GetUserCommand>;

/** The SDK's command of a call by its name; they differ in their types alone. */
function commandOf(call: string, input: Readonly<Record<string, unknown>>): AnyCommand {
  const command: unknown = Reflect.get(IAM, `${call}Command`);
  if (typeof command !== 'function') throw new Error(`the SDK has no command for ${call}`);
  return Reflect.construct(command, [input]) as AnyCommand;
}

function at(output: unknown, path: string): string {
  return String(path.split('.').reduce<unknown>((value, key) => Reflect.get(Object(value), key), output));
}

/** Plays every scenario on a fresh account of ours and on moto, which is emptied each time. */
export async function replayAll(
  moto: RunningAccount,
  say: (scenario: string) => void,
): Promise<readonly StepVerdict[]> {
  const verdicts: StepVerdict[] = [];
  const onMoto = clientOf(moto);
  try {
    for (const scenario of SCENARIOS) {
      // moto's own way of forgetting everything; AWS has none.
      await fetch(`${moto.endpoint}/moto-api/reset`, { method: 'POST' });
      const ours = await startOurs();
      const onOurs = clientOf(ours);
      try {
        verdicts.push(...(await replayScenario(scenario, onOurs, onMoto)));
      } finally {
        onOurs.destroy();
        await ours.stop();
      }
      say(scenario.name);
    }
  } finally {
    onMoto.destroy();
  }
  return verdicts;
}

/** The row that says how the answers compare. */
export function scenarioRow(verdicts: readonly StepVerdict[]): Row {
  const number = (kind: StepVerdict['verdict']['kind']): number =>
    verdicts.filter(({ verdict }) => verdict.kind === kind).length;
  const problems = verdicts.flatMap(problemOf);
  const byRule = [...new Set(verdicts.flatMap(rulesOf))].sort();
  const unsupported = [
    ...new Set(verdicts.filter((each) => each.verdict.kind === 'unsupported').map(({ call }) => call)),
  ];
  const scenarios = new Set(verdicts.map(({ scenario }) => scenario)).size;
  const compared = number('equal') + number('fields') + number('rule') + number('follows');
  return {
    account: 'ours and moto 5.2.5',
    provider: 'none',
    engine: 'AWS SDK for JavaScript',
    compared: `${scenarios} scripted scenarios, the answers to ${compared} IAM calls`,
    result:
      problems.length > 0
        ? `${problems.length} unexpected`
        : [
            `${number('equal')} equal`,
            `${number('fields')} equal but for fields that moto leaves out, adds or does not keep`,
            `${number('rule') + number('follows')} refused or answered otherwise by a rule of AWS that moto does not keep`,
          ].join(', '),
    onPurpose: [
      ...byRule.map((rule) => `AWS's rule: ${rule}.`),
      ...(unsupported.length === 0 ? [] : [`moto does not know ${unsupported.join(', ')}.`]),
      ...(number('added') === 0
        ? []
        : [
            `${number('added')} calls are answered by what moto_server.py adds to moto, and so prove nothing: they are not counted.`,
          ]),
    ],
    problems,
    checks: compared,
  };
}

function rulesOf({ verdict }: StepVerdict): readonly string[] {
  if (verdict.kind === 'fields') return verdict.rules;
  return verdict.kind === 'rule' || verdict.kind === 'follows' ? [verdict.rule] : [];
}

function problemOf({ scenario, step, call, verdict }: StepVerdict): readonly string[] {
  const where = `${scenario}, step ${step} ${call}`;
  if (verdict.kind === 'different') return [`${where}: ours ${verdict.ours}, moto ${verdict.moto}`];
  if (verdict.kind === 'stale') return [`${where}: names the rule "${verdict.rule}", but the answers are equal`];
  return [];
}
