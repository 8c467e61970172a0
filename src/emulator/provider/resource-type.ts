import type { BlockSchema, Diagnostic } from './messages.ts';
import type { Caller } from './session.ts';
import type { Attributes, Value } from './value.ts';

/** How an attribute that holds JSON is written and compared. */
export interface JsonAttribute {
  /** The one way in which the document is written in plan and state; the text itself where it is no JSON. */
  normalise(document: string): string;
  /** Whether two documents mean the same, so that a difference of form is no change. */
  equivalent(left: string, right: string): boolean;
}

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
  readonly defaults: Readonly<Record<string, Value>>;
  /** The attributes that cannot change in place. */
  readonly replacedBy: readonly string[];
  readonly json: Readonly<Record<string, JsonAttribute>>;
  /** What is wrong with a configuration; unknown values are not judged. */
  validate(config: Attributes): readonly Diagnostic[];
  /** Attributes that become unknown when one of the named others changes in place. */
  readonly recomputed: Readonly<Record<string, readonly string[]>>;

  /**
   * @param keep called as soon as something exists that a failure afterwards must not lose: the engine then records
   *   it as tainted
   */
  create(caller: Caller, planned: Attributes, keep: (state: Attributes) => void): Promise<Attributes>;
  /** @returns null where the object no longer exists */
  read(caller: Caller, state: Attributes): Promise<Attributes | null>;
  /** Null for a type all of whose attributes force a replacement. */
  update: ((caller: Caller, prior: Attributes, planned: Attributes) => Promise<Attributes>) | null;
  remove(caller: Caller, state: Attributes): Promise<void>;
  /** What an identifier tells, for the read that follows; null for a type that cannot be imported. */
  importState: ((id: string) => Imported) | null;
}

type Imported = { readonly state: Attributes } | { readonly state: null; readonly problem: string };
