import { type PlanDigest, planDigest } from '../../src/review/manifest/digest.ts';
import type { Tools } from '../../src/review/manifest/schema.ts';
import { type Plan, readPlan } from '../../src/terraform/plan.ts';
import { recordedJson } from './recorded-plan.ts';

export const TOOLS: Tools = { engine: 'OpenTofu 1.12.6', provider: 'hashicorp/aws 6.25.0' };
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

function planOf(json: unknown): Plan {
  const plan = readPlan(json);
  if (!plan.ok) throw new Error(JSON.stringify(plan.failure));
  return plan.value;
}
export const digestOf = (json: unknown, tools = TOOLS): PlanDigest => planDigest(planOf(json), tools);
/** Read once; a caller that edits the plan edits a copy. */
const read = new Map<string, JsonObject>();
export function named(name: string): JsonObject {
  const json = read.get(name) ?? (recordedJson(name) as JsonObject);
  read.set(name, json);
  return json;
}
export const changesOf = (json: JsonObject): JsonObject[] => json.resource_changes as JsonObject[];
