import type { Tag } from '@aws-sdk/client-iam';
import { doing } from './aws-calls.ts';
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

/** Turns one set of tags into the other. */
export async function changeTags(
  title: string,
  prior: Attributes,
  planned: Attributes,
  untag: (keys: string[]) => Promise<unknown>,
  tag: (tags: Tag[]) => Promise<unknown>,
): Promise<void> {
  const before = textMapOf(prior, 'tags_all');
  const after = textMapOf(planned, 'tags_all');
  const removed = Object.keys(before).filter((key) => !(key in after));
  const set = Object.entries(after).filter(([key, value]) => before[key] !== value);
  await doing(`updating tags for IAM ${title}`, async () => {
    if (removed.length > 0) await untag(removed);
    if (set.length > 0) await tag(set.map(([Key, Value]) => ({ Key, Value })));
  });
}
