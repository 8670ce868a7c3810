import { annotateCommand } from './annotate.ts'
import { changeOf, tagText } from './tags.ts'

/** `col catalog tag`. */
export const command = annotateCommand({
  summary: 'add tags to an archive',
  more: { name: 'TAG', kind: 'tag', many: true },
  examples: ['elysiactl col catalog tag 20261125t1003 gold before-migration'],
  change: (words) => changeOf('addTags', words),
  formatResult: tagText,
})
