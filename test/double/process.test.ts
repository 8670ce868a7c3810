import { join } from 'node:path'
import t from 'tap'
import { ask, caller } from './dialogue/ask.ts'
import { id } from './dialogue/dialogue.ts'
import { doubleProcess } from './process.ts'

const KEPT = { class: 'Kept', properties: [{ name: 'n', dataType: ['int'] }] }
const object = (n: number) => ({
  uuid: id(n),
  collection: 'Kept',
  properties: { nonRefProperties: { n } },
  vectorBytes: new Uint8Array(new Float32Array([n, 0.5]).buffer),
})

t.test('a double that was killed comes back on its ports with all that it acknowledged', async (t) => {
  const file = join(t.testdir(), 'data.jsonl')
  const first = await doubleProcess(file)
  t.teardown(() => first.stop())
  await ask(first, 'POST /v1/schema', KEPT)
  const { call, channel } = caller(first)
  t.teardown(() => channel.close())
  await call('batchObjects', { objects: [object(1), object(2)] })
  t.match(await first.calls(), { by: { BatchObjects: 1 }, objectsWritten: 2 })
  await first.inject({ fault: 'hang', when: 'after' })
  const hanging = call('batchObjects', { objects: [object(3)] }).catch((error: unknown) => error)
  while ((await first.objects('Kept')).length < 3);
  await first.kill()
  t.match(await hanging, { code: 14 })
  const second = await first.again()
  t.teardown(() => second.stop())
  t.equal(second.target, first.target)
  const kept = await second.objects('Kept')
  t.same(
    kept.map((one) => one.properties.n),
    [1, 2, 3],
  )
  const search = await call('search', {
    collection: 'Kept',
    limit: 5,
    metadata: { uuid: true, vector: true },
  })
  t.match(search.results, [{ metadata: { id: id(1), vector: [1, 0.5] } }, {}, {}])
})

t.test('a frozen double keeps its callers waiting, and answers when it thaws', async (t) => {
  const double = await doubleProcess(join(t.testdir(), 'data.jsonl'))
  t.teardown(() => double.stop())
  double.freeze()
  await t.rejects(fetch(`${double.http}/v1/meta`, { signal: AbortSignal.timeout(100) }), {
    name: 'TimeoutError',
  })
  const waiting = fetch(`${double.http}/v1/meta`)
  double.thaw()
  t.equal((await waiting).status, 200)
})
