import { annotateCommand } from './annotate.ts'

/** `col catalog unpin`. */
export const command = annotateCommand({
  summary: 'undo pin: cleanups may remove the archive again',
  examples: ['elysiactl col catalog unpin 20261125t1003'],
  change: () => ({ pinned: false }),
  formatResult: () => 'is no longer pinned',
})
