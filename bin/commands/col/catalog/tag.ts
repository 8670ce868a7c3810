import { annotating } from './annotate.ts'
import { tagsOf, tagText } from './tags.ts'

/** `col catalog tag`. */
export const command = annotating({
  verb: 'tag',
  summary: 'add tags to an archive',
  more: 'TAG…',
  examples: ['elysiactl col catalog tag 20261125t1003 gold before-migration'],
  change: (words) => (words.length === 0 ? undefined : { addTags: tagsOf(words) }),
  said: tagText,
})
