import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ElysiaError, JOURNAL_FILE, MANIFEST_FILE, type Settings } from '../library.ts'
import { LATEST } from './catalog.ts'
import type { Console } from './console.ts'
import { isStandardInput } from './inputs.ts'

/** Where an operand locates objects: in a collection of a store, or in an archive or a file. */
export type ObjectLocator =
  | { readonly kind: 'collection'; readonly name: string; readonly target?: string }
  | { readonly kind: 'archive'; readonly named: string }

/** The ids of archives begin with their time. */
const ARCHIVE_ID = /^\d[0-9a-z-]*$/

/** Endings of files with objects. */
const FILE_NAME = /\.(json|jsonl|ndjson|gz|zst|lz4)$/i

/** The forms of such operands, for help. */
export const LOCATOR = 'NAME|TARGET#NAME|ID|latest:NAME|DIR|FILE'

/**
 * Reads an operand: `NAME` (a collection of --target), `TARGET#NAME` or `CLUSTER/NAME` (of a target that the
 * configuration names), `latest:NAME` or the id of an archive, or the path of an archive or a file. A bare word is a
 * path only if an archive or a file is there, which is reported.
 * @throws ElysiaError ELYSIA_USAGE if it is ambiguous
 */
export function parseLocator(
  operand: string,
  { targets }: Pick<Settings, 'targets'>,
  console: Pick<Console, 'note'>,
): ObjectLocator {
  if (isStandardInput(operand)) {
    throw new ElysiaError('ELYSIA_USAGE', 'standard input cannot be compared', {
      hint: 'write it to a file first: it has to be read more than once',
    })
  }
  if (operand.startsWith(LATEST) || ARCHIVE_ID.test(operand)) return { kind: 'archive', named: operand }
  if (/[/.#:]/.test(operand) ? existsSync(operand) : isArchive(operand)) {
    if (!/[/.]/.test(operand))
      console.note(`${operand} means the file or directory here; #${operand} means the collection`)
    return { kind: 'archive', named: operand }
  }
  return ofTarget(operand) ?? ofCluster(operand, targets) ?? ofTheRest(operand, Object.keys(targets))
}

/** True for a file, and for the directory of an archive. */
function isArchive(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined || stats.isFile()) return stats !== undefined
  return [MANIFEST_FILE, JOURNAL_FILE].some((name) => existsSync(join(path, name)))
}

function ofTarget(operand: string): ObjectLocator | undefined {
  const at = operand.lastIndexOf('#')
  if (at < 0) return undefined
  const [target, name] = [operand.slice(0, at), operand.slice(at + 1)]
  if (name === '') {
    throw new ElysiaError('ELYSIA_USAGE', `${operand} names no collection`, {
      hint: 'TARGET#NAME, such as http://localhost:8080#Article; `elysiactl col ls` lists the collections',
    })
  }
  return { kind: 'collection', name, ...(target !== '' && { target }) }
}

function ofCluster(operand: string, targets: Settings['targets']): ObjectLocator | undefined {
  const at = operand.indexOf('/')
  const target = operand.slice(0, Math.max(0, at))
  const name = operand.slice(at + 1)
  if (!Object.hasOwn(targets, target) || name === '' || name.includes('/')) return undefined
  return { kind: 'collection', name, target }
}

function ofTheRest(operand: string, targets: readonly string[]): ObjectLocator {
  if (!operand.includes('/') && !FILE_NAME.test(operand)) return { kind: 'collection', name: operand }
  const known = targets.length === 0 ? '' : `; configured targets are ${targets.join(', ')}`
  throw new ElysiaError('ELYSIA_INPUT_MISSING', `there is no file ${operand}`, {
    hint: `a collection of another target is TARGET#NAME, or CLUSTER/NAME where the configuration names it${known}`,
  })
}
