import type { ArchiveRecord, Change } from '../../../library.ts'

/** The change that tags ask for, as words or separated by commas; undefined where they are commas alone. */
export function changeOf(what: 'addTags' | 'removeTags', words: readonly string[]): Change | undefined {
  const tags = words.flatMap((word) => word.split(',')).map((tag) => tag.trim())
  const some = tags.filter((tag) => tag !== '')
  return some.length === 0 ? undefined : { [what]: some }
}

export function tagText({ tags }: ArchiveRecord): string {
  return tags.length === 0 ? 'has no tags' : `is tagged ${tags.join(', ')}`
}
