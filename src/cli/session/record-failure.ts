import { awsFailure } from '../../aws/client.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';

/** What working with a record beside the state gives, or why it could not be used. */
export async function usingRecord<Value>(file: string, work: () => Promise<Value>): Promise<Result<Value>> {
  try {
    return succeed(await work());
  } catch (error) {
    const failure = awsFailure(error);
    if (failure !== null) return { ok: false, failure };
    return fail('record-unusable', { file, reason: error instanceof Error ? error.message : String(error) });
  }
}
