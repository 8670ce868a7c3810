import type { AnnotationChange, ArchiveRecord } from '../../../library.ts'

/** The change of tags in words, which may contain several separated by commas; undefined if they contain none. */
export function changeOf(
  what: 'addTags' | 'removeTags',
  words: readonly string[],
): AnnotationChange | undefined {
  const tags = words.flatMap((word) => word.split(',')).map((tag) => tag.trim())
  const some = tags.filter((tag) => tag !== '')
  return some.length === 0 ? undefined : { [what]: some }
}

/** The tags of an archive for a person: `is tagged nightly, eu`. */
export function tagText({ tags }: ArchiveRecord): string {
  return tags.length === 0 ? 'has no tags' : `is tagged ${tags.join(', ')}`
}
