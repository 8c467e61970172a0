/** A type in Terraform's JSON notation, as far as it occurs here. */
export type ValueType = 'string' | 'number' | 'bool' | readonly ['set' | 'list' | 'map', 'string'];

interface AttributeSchema {
  readonly type: ValueType;
  readonly required?: true;
  readonly optional?: true;
  readonly computed?: true;
  readonly description?: string;
}

/** How often a nested block may stand: `list` keeps the order, `set` does not. */
interface NestedBlockSchema {
  readonly nesting: 'list' | 'set';
  readonly maxItems: number;
  readonly block: BlockSchema;
}

export interface BlockSchema {
  readonly attributes: Readonly<Record<string, AttributeSchema>>;
  readonly blocks?: Readonly<Record<string, NestedBlockSchema>>;
}

// Schema.NestedBlock.NestingMode of the plugin protocol.
const NESTING = { list: 2, set: 3 } as const;

/** The schema message that the protocol's GetSchema answers. */
export function schemaMessage(block: BlockSchema): object {
  return { version: 0, block: blockMessage(block) };
}

function blockMessage(block: BlockSchema): object {
  return {
    version: 0,
    attributes: Object.entries(block.attributes).map(([name, attribute]) => ({
      name,
      type: Buffer.from(JSON.stringify(attribute.type)),
      description: attribute.description ?? '',
      required: attribute.required ?? false,
      optional: attribute.optional ?? false,
      computed: attribute.computed ?? false,
    })),
    block_types: Object.entries(block.blocks ?? {}).map(([name, nested]) => ({
      type_name: name,
      block: blockMessage(nested.block),
      nesting: NESTING[nested.nesting],
      min_items: 0,
      max_items: nested.maxItems,
    })),
  };
}

/** What the engine prints as an error, with the attribute that it is about. */
export interface Diagnostic {
  readonly summary: string;
  readonly detail: string;
  /** Name of the top-level attribute, null where it is about the whole resource. */
  readonly attribute: string | null;
}

export function errorDiagnostic(summary: string, detail = '', attribute: string | null = null): Diagnostic {
  return { summary, detail, attribute };
}

export function diagnosticMessage({ summary, detail, attribute }: Diagnostic): object {
  return { severity: 1, summary, detail, attribute: attribute === null ? null : attributePath(attribute) };
}

export function attributePath(attribute: string): object {
  return { steps: [{ attribute_name: attribute }] };
}
