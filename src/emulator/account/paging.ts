import { type AwsError, validationError } from './aws-error.ts';
import { constraint } from './naming.ts';
import { type Params, text } from './params.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** What goes into the answer beside the items. */
  readonly rest: { readonly IsTruncated: boolean; readonly Marker?: string };
}

/**
 * One page of a list, 100 items unless MaxItems (1 to 1,000) says otherwise. The marker holds the key of the last item
 * and not a count, so that what is deleted between two pages hides nothing.
 */
export function page<T>(all: Iterable<T>, keyOf: (item: T) => string, params: Params): Page<T> | AwsError {
  const size = pageSize(params);
  if (typeof size !== 'number') return size;
  const marker = text(params, 'Marker');
  const after = marker === null ? null : keyOfMarker(marker);
  if (after === undefined) return validationError('Invalid Marker.');
  const keyed = Array.from(all, (item) => ({ key: keyOf(item), item }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const rest = after === null ? keyed : keyed.filter(({ key }) => key > after);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  return {
    items: items.map(({ item }) => item),
    rest:
      items.length < rest.length && last !== undefined
        ? { IsTruncated: true, Marker: `m1:${Buffer.from(last.key).toString('base64url')}` }
        : { IsTruncated: false },
  };
}

function pageSize(params: Params): number | AwsError {
  const written = text(params, 'MaxItems');
  if (written === null) return 100;
  const size = Number(written);
  if (!Number.isInteger(size) || size < 1)
    return constraint('maxItems', 'Member must have value greater than or equal to 1');
  if (size > 1000) return constraint('maxItems', 'Member must have value less than or equal to 1000');
  return size;
}

function keyOfMarker(marker: string): string | undefined {
  return marker.startsWith('m1:') ? Buffer.from(marker.slice(3), 'base64url').toString() : undefined;
}
