import { alone, annotating } from './annotate.ts'

/** `col catalog unpin`. */
export const command = annotating({
  verb: 'unpin',
  summary: 'let cleanups remove an archive again',
  examples: ['elysiactl col catalog unpin 20261125t1003'],
  change: alone({ pinned: false }),
  said: () => 'is no longer pinned',
})
