import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { FindArchive } from '../../../archive/chain/chain.ts'
import { UNDO_HEADER } from '../../../archive/undo/undo.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { Emit } from '../../../run/context.ts'
import type { OnDamage } from '../../restore/source/damage.ts'
import { openArchives, openSource } from '../../restore/source/open.ts'
import { archiveSide, singleSide } from './archive.ts'
import { watchedSide } from './damage.ts'
import type { DiffSide } from './side.ts'
import { spooledSide } from './spooled.ts'
import { undoSide } from './undo.ts'

/** Options for opening a side of a comparison. */
export interface OpenSideOptions {
  /** The class of objects that do not name one: that of the other side. */
  readonly className?: string
  readonly onEvent?: Emit
  /** Finds the bases of an increment that are not beside it. */
  readonly findArchive?: FindArchive
  /** Gets the damage of an archive, also what is found while the side is read. */
  readonly onDamage?: OnDamage
}

/**
 * Opens a path as a side of a comparison, whatever is there: an archive in a directory or in one file; the undo of a
 * run; or objects in any order, which are sorted first: JSON lines, a document of the original, an export of a server.
 * @throws ElysiaError ELYSIA_INPUT_MISSING, ELYSIA_INPUT; ELYSIA_USAGE for a pipe, which cannot be read twice;
 * ELYSIA_DAMAGED for an archive that is damaged, cut short or not finished
 */
export async function openSide(
  path: string,
  { className, onEvent, findArchive, onDamage }: OpenSideOptions = {},
): Promise<DiffSide> {
  if (existsSync(join(path, UNDO_HEADER))) return undoSide(path)
  const more = {
    ...(onEvent && { onEvent }),
    ...(findArchive && { findArchive }),
    ...(onDamage && { onDamage }),
  }
  const stdin = (): never => {
    throw new ElysiaError('ELYSIA_USAGE', 'standard input cannot be compared', {
      hint: 'write it to a file first: it has to be read more than once',
    })
  }
  const source = await openSource(path, {
    stdin,
    ...(className !== undefined && { options: { name: className } }),
    ...more,
  })
  if (source.once === true) {
    await source.close?.()
    throw new ElysiaError('ELYSIA_USAGE', `${path} is a pipe, which cannot be compared`, {
      hint: 'write it to a file first: it has to be read more than once',
    })
  }
  if (source.kind === 'archive') return watchedSide(archiveSide(await openArchives(path, more)), onDamage)
  if (source.kind !== 'file') return spooledSide(source)
  await source.close?.()
  return watchedSide(await singleSide(path), onDamage)
}
