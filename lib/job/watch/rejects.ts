import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { ElysiaError } from '../../core/errors.ts'
import type { WriteContext } from '../../run/context.ts'
import type { State } from '../../run/state.ts'
import { numberedName, suffixedName } from './fileName.ts'
import { pathExists } from './identity.ts'
import { REJECTS_SUFFIX } from './placeRejects.ts'

type RejectsPaths = Pick<WriteContext, 'rejectsPath' | 'rejectsDirectory'>

/**
 * Collects the rejects of each file, in a directory of this user with a name that nobody can guess; with `move` they
 * are brought to the file once that has its place.
 */
export class OwnRejects {
  readonly #places: RejectsPaths
  readonly #collect: boolean
  readonly #state: State | undefined
  #temporary: Promise<string> | undefined

  constructor({ rejectsPath, rejectsDirectory, state }: WriteContext, moves: boolean) {
    this.#places = {
      ...(rejectsPath !== undefined && { rejectsPath }),
      ...(rejectsDirectory !== undefined && { rejectsDirectory }),
    }
    this.#collect = moves && rejectsDirectory === undefined && rejectsPath === undefined
    this.#state = state
  }

  /** True if they end up beside the file. */
  get follow(): boolean {
    return this.#collect
  }

  /** A free path; undefined if files have no rejects of their own. */
  async pathFor(file: string, run: string): Promise<string | undefined> {
    if (this.#collect) return join(await this.#directory(), `${run}.jsonl`)
    const { rejectsPath, rejectsDirectory } = this.#places
    if (rejectsPath !== undefined || rejectsDirectory === undefined) return undefined
    return freePath(resolve(rejectsDirectory), suffixedName(basename(file), REJECTS_SUFFIX))
  }

  async close(): Promise<void> {
    if (this.#temporary !== undefined) await rm(await this.#temporary, { recursive: true, force: true })
  }

  async #directory(): Promise<string> {
    if (this.#state !== undefined) return join(this.#state.directory, 'rejects')
    this.#temporary ??= mkdtemp(join(tmpdir(), 'elysiactl-rejects-'))
    return this.#temporary
  }
}

/** A free path in the directory: `name`, or `name-1`, `name-2` … */
async function freePath(directory: string, name: string): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const path = join(directory, numberedName(name, attempt))
    if (!(await pathExists(path))) return path
  }
}

/** Refuses rejects that the watch would take for change records. @throws ElysiaError ELYSIA_USAGE */
export async function refuseRejectsAmongFiles(
  directory: string,
  matches: (name: string) => boolean,
  { rejectsPath, rejectsDirectory }: RejectsPaths,
): Promise<void> {
  const inFile = rejectsPath !== undefined && matches(basename(rejectsPath))
  const place = rejectsPath === undefined ? rejectsDirectory : inFile ? dirname(rejectsPath) : undefined
  if (place === undefined) return
  const real = await realpath(place).catch(() => resolve(place))
  if (real !== directory) return
  throw new ElysiaError('ELYSIA_USAGE', `the rejects cannot go into ${directory}, which is watched`, {
    hint: 'name another directory',
  })
}
