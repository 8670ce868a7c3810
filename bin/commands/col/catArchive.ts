import { existsSync } from 'node:fs'
import { archivePath, lockedForReading } from '../../cli/archivePath.ts'
import { LATEST } from '../../cli/catalog.ts'
import { DamageNotes } from '../../cli/chain/damage.ts'
import { archiveFinder } from '../../cli/chain/finder.ts'
import type { Context } from '../../cli/command.ts'
import {
  type Close,
  type CollectionSchema,
  closingAfter,
  diffJob,
  ElysiaError,
  type StoredObject,
} from '../../library.ts'
import { eventView } from '../../view/events.ts'

/** Selects objects of an archive. */
export interface ArchiveCat {
  readonly filter?: string
  readonly objects?: string
  readonly tenant?: string
}

/** The ids of archives begin with their time; no collection has such a name. */
const ARCHIVE_ID = /^\d[0-9a-z-]*$/

/** True for an operand that names an archive or a file: a collection's name has no dot or slash. */
export function namesArchive(operand: string): boolean {
  return (
    operand.startsWith(LATEST) || ARCHIVE_ID.test(operand) || (/[/.]/.test(operand) && existsSync(operand))
  )
}

/**
 * Reads an archive, in a directory or a file, an increment together with its bases: the collection as it was at the
 * backup. `print` gets its pages while it is locked for reading.
 * @throws ElysiaError ELYSIA_NOT_FOUND for a missing tenant
 */
export async function readArchive(
  context: Context,
  operand: string,
  asked: ArchiveCat,
  print: (schema: CollectionSchema, pages: AsyncIterable<readonly StoredObject[]>) => Promise<void>,
): Promise<void> {
  const { openSide, selectedSource } = await diffJob()
  const closers: Close[] = []
  await closingAfter(closers, async () => {
    const path = await archivePath(context, operand)
    const lock = await lockedForReading(context, path, `printing of ${path}`)
    const damage = new DamageNotes(context, path)
    closers.push(damage.note)
    if (lock !== undefined) closers.push(() => lock.release())
    const onEvent = eventView(context.console)
    const findArchive = await archiveFinder(context)
    const side = await openSide(path, { findArchive, onEvent, onDamage: damage.add })
    closers.push(() => side.close())
    const { signal } = context
    const retry = <T>(call: () => Promise<T>): Promise<T> => call()
    const projection = { properties: 'all', vectors: true, references: true } as const
    const reading = { projection, cut: false, workers: 1, retry, signal, onReject: refuse, selections: [] }
    const source = await selectedSource(await side.open(reading), asked)
    closers.push(() => source.close())
    const ranges = source.ranges.filter(({ tenant }) => asked.tenant === undefined || tenant === asked.tenant)
    if (ranges.length === 0 && asked.tenant !== undefined)
      throw new ElysiaError('ELYSIA_NOT_FOUND', `${operand} has no tenant ${asked.tenant}`)
    async function* pages(): AsyncGenerator<readonly StoredObject[]> {
      for (const range of ranges) yield* source.pages(range) as AsyncIterable<readonly StoredObject[]>
    }
    await print(source.schema, pages())
  })
}

function refuse({ line, reason }: { readonly line: number; readonly reason: string }): never {
  throw new ElysiaError('ELYSIA_INPUT', `line ${line} is not an object: ${reason}`)
}
