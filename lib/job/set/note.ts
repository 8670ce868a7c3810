import { createHash } from 'node:crypto'
import { readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { recordOf } from '../../core/value/record.ts'
import { makeDirectory } from '../../file/directory.ts'
import { writeAtomically } from '../../file/writeAtomically.ts'
import type { SetOptions } from './options.ts'

/** The command that makes a set below a backup root: the same one finds again what it began. */
export interface SetKey extends Pick<SetOptions, 'include' | 'exclude'> {
  readonly root: string
  readonly target: string
}

const ID = /^[\w-]{1,100}$/
const MOST_BYTES = 4096

/** The file of the note: hidden, so that nobody takes it for an archive. */
export function noteFile({ root, target, include, exclude }: SetKey): string {
  const words = JSON.stringify([target, include ?? null, exclude ?? null])
  return join(root, `.set-${createHash('sha256').update(words).digest('hex').slice(0, 16)}.json`)
}

/**
 * Notes the id of a set before its first member is begun, in a hidden file of the root. A later set of the same command
 * replaces it.
 * @throws ElysiaError ELYSIA_STATE if it cannot be written
 */
export function noteSet(key: SetKey, set: string): void {
  const path = noteFile(key)
  guard(path, 'written', () => {
    makeDirectory(key.root)
    writeAtomically(path, `${JSON.stringify({ set, target: key.target })}\n`)
  })
}

/** The set that this command began and did not complete; undefined if there is none. @throws ElysiaError ELYSIA_STATE */
export function notedSet(key: SetKey): string | undefined {
  const path = noteFile(key)
  return guard(path, 'read', () => {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found === undefined) return undefined
    if (!found.isFile() || found.size > MOST_BYTES) throw new Error('it is no note of a set')
    const { set } = recordOf(JSON.parse(readFileSync(path, 'utf8'))) ?? {}
    if (typeof set !== 'string' || !ID.test(set)) throw new Error('it names no set')
    return set
  })
}

/** Every member is complete: nothing is left to resume. @throws ElysiaError ELYSIA_STATE */
export function endSet(key: SetKey): void {
  const path = noteFile(key)
  guard(path, 'removed', () => rmSync(path, { force: true }))
}

function guard<T>(path: string, verb: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw new ElysiaError('ELYSIA_STATE', `${path} cannot be ${verb}: ${messageOf(cause)}`, {
      cause,
      hint: 'see to the rights and the room of the backup root; a damaged note may be removed, and the set begun again without --resume',
    })
  }
}
