// The lines that `col cat` prints of any collection restore to an equal one, with its class given and without.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { objectLine } from '../../../bin/commands/col/objectLine.ts'
import type { RestoreOptionsInput } from '../../../lib/job/restore/options.ts'
import { restore } from '../../../lib/job/restore/restore.ts'
import { openSource } from '../../../lib/job/restore/source/open.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { runs } from '../../runs.ts'
import { sceneFor } from '../scenes.ts'
import { heldIn, make } from '../trips.ts'

const NAME = 'Lines'
const OTHER = 'LinesOther'
const SEED = Number(process.env.ELYSIACTL_TEST_SEED ?? Date.now() % 2 ** 31)

async function linesOf(store: Store): Promise<string> {
  return (await heldIn(store, NAME)).objects.map(objectLine).join('')
}

async function roundTrips(t: Test, open: (t: Test) => Promise<Store>, numRuns: number): Promise<void> {
  const target = await open(t)
  await target.create({ class: OTHER, vectorizer: 'none' })
  const directory = t.testdir()
  const [path, schemaPath] = [join(directory, 'lines.jsonl'), join(directory, 'class.json')]
  const scene = sceneFor({ name: NAME, other: OTHER, server: false })
  const property = fc.asyncProperty(scene, fc.boolean(), async (scene, withClass) => {
    const source = openMemory()
    await source.create({ class: OTHER, vectorizer: 'none' })
    await make(source, { ...scene, aliases: [] })
    await target.drop(NAME)
    const lines = await linesOf(source)
    // A line with such a key is refused.
    if (lines === '' || lines.includes('"__proto__"')) return
    writeFileSync(path, lines)
    writeFileSync(schemaPath, JSON.stringify(scene.schema))
    const options: RestoreOptionsInput = withClass ? { schema: schemaPath } : { name: NAME }
    const read = await openSource(path, { stdin: () => Readable.from([]), options })
    const { written, rejected, verification } = await restore(read, target, options)
    const counts = { written, rejected, equal: verification?.digest_equal }
    const objects = lines.split('\n').length - 1
    if (JSON.stringify(counts) !== JSON.stringify({ written: objects, rejected: {}, equal: true }))
      throw new Error(`${JSON.stringify(counts)} of ${objects}`)
    if ((await linesOf(target)) !== lines) throw new Error('other lines come out than went in')
  })
  await fc.assert(property, {
    numRuns,
    seed: SEED,
    endOnFailure: process.env.ELYSIACTL_TEST_SEED === undefined,
  })
  t.pass(`${numRuns} collections, seed ${SEED}`)
}

t.test('lines of any collection restore to an equal one in memory', (t) =>
  roundTrips(t, async () => openMemory(), runs(40)),
)

t.test('lines of any collection restore to an equal one in SQLite', (t) =>
  roundTrips(
    t,
    async (t) => {
      const store = await openSqlite(join(t.testdirName, '..', `cat-lines-${process.pid}.db`))
      t.teardown(() => store.close())
      return store
    },
    runs(12),
  ),
)
