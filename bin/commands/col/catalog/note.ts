import { annotateCommand } from './annotate.ts'

/** `col catalog note`: sets the note of an archive; an empty one removes it. */
export const command = annotateCommand({
  summary: 'set the note of an archive; an empty one removes it',
  more: { name: 'TEXT' },
  examples: ["elysiactl col catalog note 20261125t1003 'before the move to 1.37'"],
  change: ([note = '']) => ({ note }),
  formatResult: ({ note }) => (note === undefined ? 'has no note' : `is noted: ${note}`),
})
