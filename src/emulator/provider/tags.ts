import type { Tag } from '@aws-sdk/client-iam';
import { type Attributes, textMapOf } from './value.ts';

/** The tags that an object is created with. */
export function tagsFor(planned: Attributes): Tag[] | undefined {
  const tags = Object.entries(textMapOf(planned, 'tags_all')).map(([Key, Value]) => ({ Key, Value }));
  return tags.length === 0 ? undefined : tags;
}

/** What an object's tags are in state: all of them, and those that are its own and not the provider's default. */
export function tagAttributes(
  state: Attributes,
  tags: readonly Tag[] | undefined,
  defaultTags: Readonly<Record<string, string>>,
): Attributes {
  const own = textMapOf(state, 'tags');
  const all = Object.fromEntries((tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
  const tagsOfItsOwn = Object.entries(all).filter(([key, value]) => key in own || defaultTags[key] !== value);
  return { tags: Object.fromEntries(tagsOfItsOwn), tags_all: all };
}

export interface TagChange {
  readonly removed: readonly string[];
  readonly set: Tag[];
}

/** What must be called to turn one set of tags into the other. */
export function tagChange(prior: Attributes, planned: Attributes): TagChange {
  const before = textMapOf(prior, 'tags_all');
  const after = textMapOf(planned, 'tags_all');
  return {
    removed: Object.keys(before).filter((key) => !(key in after)),
    set: Object.entries(after)
      .filter(([key, value]) => before[key] !== value)
      .map(([Key, Value]) => ({ Key, Value })),
  };
}
