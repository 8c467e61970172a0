import { replayScenario, type StepVerdict } from './replay-scenario.ts';
import type { Row } from './report.ts';
import { clientOf, type RunningAccount, startOurs } from './rigs.ts';
import { SCENARIOS } from './scenarios.ts';

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
