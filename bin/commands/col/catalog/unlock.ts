import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { backupRoot, useCatalog } from '../../../cli/catalog.ts'
import type { Command, Context } from '../../../cli/command.ts'
import { catalogOptions, loadCatalog, type UnlockedLock, unlockOptions } from '../../../library.ts'

/** `col catalog unlock`: removes locks whose owners are gone. */
export const command: Command = {
  summary: 'remove locks left behind by processes that are gone',
  operands: [{ name: 'DIR', kind: 'directory', optional: true, many: true }],
  examples: ['elysiactl col catalog unlock', 'elysiactl col catalog unlock /mnt/backups --remove-all'],
  schemas: [unlockOptions, catalogOptions],
  document: 'locks',
  docs: 'docs/retention.md',
  run,
}

async function run(context: Context): Promise<void> {
  const { console, signal } = context
  const { removeAll: all } = context.options(unlockOptions)
  const { unlockRoot } = await loadCatalog()
  const roots = await rootsOf(context)
  console.detail(`checks ${roots.join(', ')}; locks of other machines are watched for 90 s`)
  const locksByRoot = await Promise.all(roots.map((root) => unlockRoot(root, { all, signal })))
  context.done()
  const locks = locksByRoot.flat()
  if (console.json) return console.document({ locks })
  if (locks.length === 0) return console.note('there are no locks')
  for (const lock of locks) console.note(lockText(lock))
}

function lockText({ owner, removed, valid }: UnlockedLock): string {
  if (!valid) return `left ${owner}`
  return removed
    ? `removed the lock of ${owner}`
    : `kept the lock of ${owner}: it is still working; --remove-all removes its lock`
}

async function rootsOf(context: Context): Promise<string[]> {
  if (context.operands.length > 0) return context.operands.map((operand) => resolve(operand))
  const known = await useCatalog(context, (catalog) => catalog.roots())
  return [...new Set([...known, backupRoot(context)])].filter(existsSync)
}
