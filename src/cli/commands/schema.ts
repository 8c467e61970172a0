import { teamSchemaText } from '../../team/schema/schema.ts';
import type { Io } from '../io.ts';

/** Prints the JSON Schema of a team file, for editors. Gives the exit code 0. */
export async function schema(io: Pick<Io, 'stdout'>): Promise<number> {
  io.stdout(teamSchemaText());
  return 0;
}
