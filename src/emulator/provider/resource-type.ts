import type { BlockSchema, Diagnostic } from './messages.ts';
import type { DocumentForm } from './policy-json.ts';
import type { Caller } from './session.ts';
import type { Attributes, Value } from './value.ts';

/**
 * A resource type of hashicorp/aws. Its functions may throw AwsCallError or any error whose message tells a person
 * what failed: the service turns it into a diagnostic.
 */
export interface ResourceType {
  readonly schema: BlockSchema;
  /**
   * True for the types that the real provider writes with the older plugin SDK, in which an unset text and an empty
   * one are the same; false for those of the plugin framework.
   */
  readonly legacy: boolean;
  /** What an attribute is where the configuration leaves it out. */
  readonly defaults?: Readonly<Record<string, Value>>;
  /** The attributes that cannot change in place. */
  readonly replacedBy: readonly string[];
  /** The attributes that hold a policy document: a difference of form is no change. */
  readonly documents?: Readonly<Record<string, DocumentForm>>;
  /** What is wrong with a configuration; unknown values are not judged. */
  validate?(config: Attributes): readonly Diagnostic[];
  /** Attributes that become unknown when one of the named others changes in place. */
  readonly recomputed?: Readonly<Record<string, readonly string[]>>;

  /**
   * @param keep called as soon as something exists that a failure afterwards must not lose: the engine then records
   *   it as tainted
   */
  create(caller: Caller, planned: Attributes, keep: (state: Attributes) => void): Promise<Attributes>;
  /** @returns null where the object no longer exists */
  read(caller: Caller, state: Attributes): Promise<Attributes | null>;
  /** Left out for a type all of whose attributes force a replacement. */
  update?(caller: Caller, prior: Attributes, planned: Attributes): Promise<Attributes>;
  remove(caller: Caller, state: Attributes): Promise<void>;
  /** What an identifier tells, for the read that follows, or what is wrong with it; left out if there is no import. */
  importState?(id: string): Attributes | string;
}
