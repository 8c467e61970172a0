/** What the engine prints as an error or a warning, with the attribute that it is about. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly summary: string;
  readonly detail: string;
  /** Name of the top-level attribute, null where it is about the whole resource. */
  readonly attribute: string | null;
}

// Diagnostic.Severity of the plugin protocol.
const SEVERITY = { error: 1, warning: 2 } as const;

export function errorDiagnostic(summary: string, detail = '', attribute: string | null = null): Diagnostic {
  return { severity: 'error', summary, detail, attribute };
}

export function diagnosticMessage(diagnostic: Diagnostic): object {
  return {
    severity: SEVERITY[diagnostic.severity],
    summary: diagnostic.summary,
    detail: diagnostic.detail,
    attribute: diagnostic.attribute === null ? null : attributePath(diagnostic.attribute),
  };
}

export function attributePath(attribute: string): object {
  return { steps: [{ attribute_name: attribute }] };
}
