import type { Finding } from '../../diagnostics/finding.ts';
import { findingText } from '../../team/messages/messages.ts';
import { messageOf } from '../../text/finding-message.ts';
import { visible } from '../../text/visible.ts';

/**
 * A finding as a workflow command, which GitHub shows at the line of a pull request.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function annotationOf(finding: Finding): string {
  const { file, position, severity, code } = finding;
  const text = findingText(finding);
  const properties: [string, string][] = [];
  properties.push(['file', file]);
  if (position !== null) {
    properties.push(['line', String(position.line)], ['endLine', String(position.endLine)]);
    // GitHub refuses columns on a range of several lines.
    if (position.line === position.endLine) {
      properties.push(['col', String(position.column)], ['endColumn', String(position.endColumn)]);
    }
  }
  properties.push(['title', `${text.title} (${code})`]);
  const listed = properties.map(([name, value]) => `${name}=${property(value)}`).join(',');
  return `::${severity} ${listed}::${data(messageOf(text).split('\n').map(visible).join('\n'))}`;
}

/** A line of its own in the list of annotations. */
export function noticeOf(text: string): string {
  return `::notice::${data(text)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
