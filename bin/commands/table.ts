import type { LoadCommand } from '../cli/command.ts'

/** All commands, in the order of help; each is loaded when it is called. Its module exports `command`. */
export const COMMANDS: Readonly<Record<string, LoadCommand>> = {
  'index process-jsonl': () => import('./index/process-jsonl.ts'),
  'index sync': () => import('./index/sync.ts'),
  'index watch': () => import('./index/watch.ts'),
  'index validate': () => import('./index/validate.ts'),
  'index status': () => import('./index/status.ts'),
  'col ls': () => import('./col/ls.ts'),
  'col show': () => import('./col/show.ts'),
  'col cat': () => import('./col/cat.ts'),
  'col backup': () => import('./col/backup.ts'),
  'col restore': () => import('./col/restore.ts'),
  'col rm': () => import('./col/rm.ts'),
  'col catalog list': () => import('./col/catalog/list.ts'),
  'col catalog show': () => import('./col/catalog/show.ts'),
  'col catalog verify': () => import('./col/catalog/verify.ts'),
  'col catalog cleanup': () => import('./col/catalog/cleanup.ts'),
  'col catalog rebuild': () => import('./col/catalog/rebuild.ts'),
  'col catalog pin': () => import('./col/catalog/pin.ts'),
  'col catalog unpin': () => import('./col/catalog/unpin.ts'),
  'col catalog tag': () => import('./col/catalog/tag.ts'),
  'col catalog untag': () => import('./col/catalog/untag.ts'),
  'col catalog note': () => import('./col/catalog/note.ts'),
  'col catalog unlock': () => import('./col/catalog/unlock.ts'),
  'format schema': () => import('./format/schema.ts'),
  'config show': () => import('./config/show.ts'),
  completion: () => import('./completion.ts'),
}

/** What each group of commands is about. */
export const GROUPS: Readonly<Record<string, string>> = {
  index: 'bring a collection up to date with change records',
  col: 'look at collections, back them up, restore and remove them',
  'col catalog': 'which archives there are, whether they are whole, and which may go',
  format: 'the formats of what goes in and comes out',
  config: 'where settings come from',
}
