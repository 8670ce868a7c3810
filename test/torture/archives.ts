/**
 * Kills backups, restores, cleanups and what else writes the catalog, at random moments and at the named steps of
 * their protocols. After every kill: whatever says that it is complete is whole, and no good archive is lost.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { openArchive } from '../../lib/archive/archive.ts'
import { directoryStorage } from '../../lib/archive/storage/directory.ts'
import { verifySingle } from '../../lib/job/verify/single.ts'
import { verify } from '../../lib/job/verify/verify.ts'
import { openSqlite } from '../../lib/store/sqlite/store.ts'
import { idOf, THING, thing } from '../job/backup/archived.ts'
import { drawing } from '../job/ingest/killing.ts'
import { objectsOf } from '../job/restore/restored.ts'
import { attempt, type Kind } from './attempt.ts'

const OBJECTS = 4000
/** Archives that have to be there from now on, by location. */
type Good = Set<string>

class Wrong extends Error {}

class Torture {
  readonly home: string
  readonly #draw: () => number
  readonly good: Good = new Set()
  kills = 0

  constructor(home: string, draw: () => number) {
    this.home = home
    this.#draw = draw
  }

  get root(): string {
    return join(this.home, 'data', 'elysiactl', 'backups')
  }

  get #archives(): string {
    return join(this.root, 'Thing')
  }

  get target(): string[] {
    return ['--target', `sqlite:${join(this.home, 'own.db')}`]
  }

  async fill(): Promise<void> {
    const store = await openSqlite(join(this.home, 'own.db'))
    const next = { name: 'next', dataType: ['Thing'] }
    await store.create({ ...THING, properties: [...THING.properties!, next] })
    await store.collection('Thing').write(Array.from({ length: OBJECTS }, (_, n) => thing(n, OBJECTS)))
    const links = Array.from({ length: OBJECTS - 1 }, (_, n) => {
      const beacons = [`weaviate://localhost/Thing/${idOf(n + 1, OBJECTS)}`]
      return { id: idOf(n, OBJECTS), property: 'next', beacons }
    })
    await store.collection('Thing').link(links)
    await store.close()
  }

  /** Gives a command again and again, killing it, until it ends by itself; `next` are its words the n-th time. */
  async killed(
    kind: Kind,
    next: (turn: number) => readonly string[],
    most = 8,
  ): Promise<{ code: number; errors: string }> {
    for (let turn = 0; ; turn++) {
      const { code, errors } = await this.#once(next(turn), turn < most ? kind : undefined)
      // Killed before it had begun, a backup left nothing to resume.
      if (code === 10 && kind === 'backup') continue
      if (code !== null) return { code, errors }
      this.kills += 1
      await this.requireGood()
    }
  }

  #once(words: readonly string[], kind: Kind | undefined) {
    return attempt(this.home, words, kind, this.#draw)
  }

  /** What says that it is complete is whole, and what was good still is. */
  async requireGood(): Promise<void> {
    for (const location of this.good) {
      if (!existsSync(join(location, 'manifest.json'))) throw new Wrong(`${location} was good, and is gone`)
    }
    for (const name of existsSync(this.#archives) ? readdirSync(this.#archives) : []) {
      const location = join(this.#archives, name)
      if (!existsSync(join(location, 'manifest.json'))) continue
      const {
        status,
        objects_checked: objects,
        faults,
      } = await verify(directoryStorage(location), { level: 'records' })
      if (status !== 'complete' || objects !== OBJECTS) {
        throw new Wrong(`${location} says it is complete, and is ${status}: ${JSON.stringify(faults)}`)
      }
    }
  }

  async backUp(): Promise<void> {
    const before = new Set(existsSync(this.#archives) ? readdirSync(this.#archives) : [])
    const words = ['col', 'backup', 'Thing', ...this.target, '--part-size', '64KiB', '--workers', '3']
    // With nothing begun there is nothing to resume; with all but the last step made, it is complete already.
    const { code, errors } = await this.killed('backup', (turn) =>
      turn % 2 === 0 ? words : [...words, '--resume'],
    )
    if (code !== 0) throw new Wrong(`backup: exit ${code}: ${errors}`)
    for (let turn = 0; turn < 20; turn++) {
      const resumed = await this.#once([...words, '--resume'], undefined)
      if (resumed.code === 10) break
      if (resumed.code !== 0) throw new Wrong(`resume: exit ${resumed.code}: ${resumed.errors}`)
    }
    for (const name of readdirSync(this.#archives)) {
      const location = join(this.#archives, name)
      if (existsSync(join(location, 'manifest.json'))) this.good.add(location)
      else if (existsSync(join(location, 'parts.jsonl'))) throw new Wrong(`${location} could not be resumed`)
    }
    if (readdirSync(this.#archives).every((name) => before.has(name))) throw new Wrong('no archive was made')
    await this.requireGood()
  }

  async backUpFile(round: number): Promise<void> {
    const file = join(this.home, `one-${round}.jsonl.zst`)
    const words = ['col', 'backup', 'Thing', ...this.target, '--to', file]
    const whole = async () => {
      if (!existsSync(file)) return false
      const { status, objects_checked: objects } = await verifySingle(file, { level: 'records' } as never)
      if (status !== 'complete' || objects !== OBJECTS) throw new Wrong(`${file} is there, and is ${status}`)
      return true
    }
    for (let turn = 0; !(await whole()); turn++) {
      const { code, errors } = await this.#once(words, turn < 6 ? 'file' : undefined)
      if (code === null) this.kills += 1
      else if (code !== 0) throw new Wrong(`backup into a file: exit ${code}: ${errors}`)
    }
  }

  async restore(round: number): Promise<void> {
    const [archive] = [...this.good].slice(-1)
    const name = `Copy${round}`
    const words = ['col', 'restore', archive!, ...this.target, '--name', name, '--batch-size', '50']
    const { code, errors } = await this.killed('restore', () => words)
    // Killed between its end and its last word it has made all that it was to make.
    if (code !== 0 && code !== 5) throw new Wrong(`restore: exit ${code}: ${errors}`)
    const store = await openSqlite(join(this.home, 'own.db'))
    const follow = (object: unknown) => JSON.parse(JSON.stringify(object).replaceAll(`/${name}/`, '/Thing/'))
    const [copy, own] = [await objectsOf(store, name), await objectsOf(store, 'Thing')]
    await store.drop(name)
    await store.close()
    if (!isDeepStrictEqual(copy.map(follow), own.map(follow))) throw new Wrong(`${name} is not equal`)
  }

  /** Words that change the catalog or a manifest's neighbors, and nothing that counts. */
  async annotate(): Promise<void> {
    const id = (await openArchive(directoryStorage([...this.good][0]!))).manifest.id
    for (const words of [
      ['tag', id, 'gold'],
      ['note', id, 'kept'],
      ['rebuild'],
      ['verify', id],
      ['untag', id, 'gold'],
    ]) {
      const { code, errors } = await this.killed('catalog', () => ['col', 'catalog', ...words], 2)
      if (code !== 0) throw new Wrong(`catalog ${words.join(' ')}: exit ${code}: ${errors}`)
    }
  }

  async cleanUp(keep: number): Promise<void> {
    const kept = [...this.good].sort().slice(-keep)
    this.good.clear()
    for (const location of kept) this.good.add(location)
    // The single file is one of the group, and the newest: it takes a place of its own.
    const last = String(keep + 1)
    const words = ['col', 'catalog', 'cleanup', '--keep-last', last, '--failed-after', '0h', '--yes']
    const rebuilt = await this.#once(['col', 'catalog', 'rebuild'], undefined)
    if (rebuilt.code !== 0) throw new Wrong(`rebuild: exit ${rebuilt.code}: ${rebuilt.errors}`)
    const { code, errors } = await this.killed('cleanup', () => words)
    if (code !== 0) throw new Wrong(`cleanup: exit ${code}: ${errors}`)
    await this.requireGood()
    const left = readdirSync(this.#archives).map((name) => join(this.#archives, name))
    if (!isDeepStrictEqual(left.sort(), kept))
      throw new Wrong(`${left.join(' ')} are left, not ${kept.join(' ')}`)
  }
}

/** So many kills at least. Resolves with how many ends were wrong. */
export async function tortureArchives(wanted: number, seed: number): Promise<number> {
  const draw = drawing(seed)
  const counts = new Map<string, number>()
  let [kills, wrong] = [0, 0]
  for (let round = 1; kills < wanted; round++) {
    const home = mkdtempSync(join(tmpdir(), 'elysiactl-torture-'))
    mkdirSync(join(home, 'data'), { recursive: true })
    const torture = new Torture(home, draw)
    await torture.fill()
    const step = async (name: string, work: () => Promise<void>) => {
      const before = torture.kills
      await work()
      counts.set(name, (counts.get(name) ?? 0) + torture.kills - before)
    }
    let end = 'right'
    try {
      for (let turn = 0; turn < 3; turn++) await step('backup', () => torture.backUp())
      await step('file', () => torture.backUpFile(round))
      for (let turn = 0; turn < 3; turn++) await step('restore', () => torture.restore(turn))
      await step('catalog', () => torture.annotate())
      for (const keep of [2, 1]) await step('cleanup', () => torture.cleanUp(keep))
    } catch (error) {
      wrong += 1
      end = `WRONG, see ${home}: ${error instanceof Wrong ? error.message : (error as Error).stack}`
    }
    kills += torture.kills
    console.log(`round ${round}: ${torture.kills} kills, ${kills} in all: ${end}`)
    if (end === 'right') rmSync(home, { recursive: true })
  }
  console.log(
    `${kills} kills (${[...counts].map(([name, count]) => `${name} ${count}`).join(', ')}), ${wrong} wrong ends`,
  )
  return wrong
}
