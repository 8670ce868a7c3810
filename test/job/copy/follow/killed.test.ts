// A move that is killed around the switch of its alias: what was known at the switch is known to the process that goes on.
// Against a double, and against a real server where ELYSIACTL_TEST_WEAVIATE names one.
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { isAtLeastMinor } from '../../../../lib/core/value/version.ts'
import { openStore } from '../../../../lib/store/open.ts'
import { parseTarget } from '../../../../lib/store/target.ts'
import { home } from '../../../bin/elysiactl.ts'
import { weaviateDouble } from '../../../double/double.ts'
import { realServer } from '../../../double/real.ts'
import { THING } from '../../backup/archived.ts'
import { objectsOf } from '../../restore/restored.ts'
import { MANY, titled } from './used.ts'

const SOURCE = 'KilledThing'
const TARGET = 'KilledMoved'
const ALIAS = 'KilledLive'

t.test(
  'killed at each step around the switch, the copy ends with the last write of each object',
  async (t) => {
    const real = realServer()
    const double = real === undefined ? await weaviateDouble() : undefined
    const target = double?.target ?? `${real!.http}?grpc=${real!.grpc}`
    const store = await openStore(parseTarget(target))
    if (!store.supports.aliases) {
      await store.close()
      t.pass('a server of this version has no aliases')
      return
    }
    const clear = async () => {
      await store.dropAlias(ALIAS)
      for (const name of [SOURCE, TARGET]) await store.drop(name)
    }
    await clear()
    t.teardown(async () => {
      await clear()
      await store.close()
      await double?.stop()
    })
    await store.create({ ...THING, class: SOURCE })
    const expected = new Map<string, string>()
    const put = async (into: string, n: number, title: string) => {
      const one = titled(n, title)
      t.match(await store.collection(into).write([one]), [{ ok: true }])
      expected.set(one.id, title)
    }
    const remove = async (from: string, n: number) => {
      const { id } = titled(n, '')
      await store.collection(from).remove([id])
      expected.delete(id)
    }
    const means = async () => (await store.aliases()).find(({ alias }) => alias === ALIAS)?.collection
    for (let n = 0; n < MANY; n++) await put(SOURCE, n, `thing ${n}`)
    await store.createAlias({ alias: ALIAS, collection: SOURCE })
    const { run, start } = home(t, {}, { ELYSIACTL_TEST: '1' })
    const words = ['col', 'copy', SOURCE, TARGET, '--target', target, '--finish', '--switch-alias', ALIAS]
    const patient = [...words, '--recheck-after', '300ms']
    const killedAt = async (failpoint: string) => {
      const { code, stderr } = await start([...patient, '-q'], ['env', `ELYSIACTL_FAILPOINT=${failpoint}`])
        .ended
      t.equal(code, null, `${failpoint}: ${stderr}`)
      await wait(5)
    }

    await killedAt('copy.switch-noted')
    t.equal(await means(), SOURCE)
    await put(SOURCE, 1, 'after the note')
    await put(SOURCE, 900, 'made after the note')
    await remove(SOURCE, 2)

    await killedAt('copy.alias-switched')
    t.equal(await means(), TARGET)
    // Under way to the source when the alias was switched.
    await put(SOURCE, 3, 'late')
    await put(SOURCE, 901, 'made late')
    await put(SOURCE, 902, 'made late as well')
    await remove(SOURCE, 4)
    for (const n of [5, 6, 7]) await put(SOURCE, n, 'late')
    // The same objects through the alias, and others.
    await put(TARGET, 5, 'through the alias')
    await remove(TARGET, 6)
    await remove(TARGET, 900)
    await put(TARGET, 7, 'thing 7')
    // A server before 1.39 does not note that it was written again.
    if (!isAtLeastMinor((await store.health()).version, 39)) expected.set(titled(7, '').id, 'late')
    await put(TARGET, 8, 'through the alias')
    await remove(TARGET, 9)

    await killedAt('copy.carried')
    t.equal(await means(), TARGET)
    const moved = new Map(
      (await objectsOf(store, TARGET)).map(({ id, properties }) => [id, properties.title]),
    )
    t.strictSame(moved, expected, 'one pass has carried over all of it')
    await put(SOURCE, 3, 'later still')
    await remove(SOURCE, 902)
    await remove(TARGET, 901)

    const { code, stdout, stderr } = await run([...patient, '--json'])
    t.equal(code, 0, stderr)
    const [report] = JSON.parse(stdout).copies
    t.match(report, { status: 'done', alias: { name: ALIAS, switched: true }, follow: { state: 'finished' } })
    t.equal(await means(), TARGET)
    const found = new Map(
      (await objectsOf(store, TARGET)).map(({ id, properties }) => [id, properties.title]),
    )
    t.strictSame(found, expected)
  },
)
