import { randomBytes } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { makeDirectory } from '../../file/directory.ts'
import { openStore } from '../../store/open.ts'
import type { Store } from '../../store/store.ts'
import { parseTarget } from '../../store/target.ts'

/** The directory in the cache that contains scratch stores. */
const DIRECTORY = 'rehearsals'

/** What one rehearsal makes and removes again. */
export interface ScratchPlace {
  /** A unique name that nobody can guess: whatever has it was made here. */
  readonly id: string
  /** The class, in the store of --into or in an embedded one in `directory`. */
  readonly class: string
  /** A directory for an embedded store, and for the temporary files of the restore. */
  readonly directory: string
  /** The store of --into, without secrets; absent for one in `directory`. */
  readonly target?: string
}

/** A place under a new random name; creates nothing. */
export function scratchPlace(cache: string, target: string | undefined): ScratchPlace {
  const id = randomBytes(16).toString('hex')
  const directory = join(cache, DIRECTORY, id)
  return { id, class: `Rehearsal${id}`, directory, ...(target !== undefined && { target }) }
}

/** True for what `scratchPlace` makes: nothing else is ever removed. */
export function isScratchPlace(read: Partial<Record<keyof ScratchPlace, unknown>>): read is ScratchPlace {
  const { id, directory, target } = read
  return (
    typeof id === 'string' &&
    /^[0-9a-f]{32}$/.test(id) &&
    read.class === `Rehearsal${id}` &&
    typeof directory === 'string' &&
    basename(directory) === id &&
    basename(dirname(directory)) === DIRECTORY &&
    (target === undefined || typeof target === 'string')
  )
}

/** Opens an embedded store in the directory of the scratch. */
export async function openScratch({ directory }: ScratchPlace): Promise<Store> {
  return openStore(parseTarget(`sqlite:${join(directory, 'scratch.db')}`))
}

/** Creates the directory of a scratch. Throws an Error if it cannot be made, or already exists. */
export function makeScratch({ directory }: ScratchPlace): void {
  if (makeDirectory(directory) === undefined) throw new Error(`${directory} is there already`)
}

/** Removes the class if it exists. Checks first that it is no alias. */
export async function dropScratch(store: Store, place: ScratchPlace): Promise<boolean> {
  const schema = await store.schema(place.class)
  if (schema?.class !== place.class) return false
  return store.drop(place.class)
}

/** Removes the directory; leaves a link in its place alone. */
export async function removeScratch({ directory }: ScratchPlace): Promise<boolean> {
  if (lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) return false
  await rm(directory, { recursive: true, force: true })
  return true
}
