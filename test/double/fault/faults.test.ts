import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { Change } from '../class/collections.ts'
import { ask, type Caller, caller } from '../dialogue/ask.ts'
import { id } from '../dialogue/dialogue.ts'
import { type Double, type DoubleOptions, weaviateDouble } from '../double.ts'

const KEPT = { class: 'Kept', properties: [{ name: 'n', dataType: ['int'] }] }

const start = async (
  t: Test,
  options: DoubleOptions = {},
): Promise<Double & Caller & { write: (...ns: number[]) => Promise<unknown> }> => {
  const double = await weaviateDouble(options)
  await ask(double, 'POST /v1/schema', KEPT)
  const { call, channel } = caller(double)
  t.teardown(() => channel.close())
  t.teardown(() => double.stop())
  const write = (...ns: number[]) => call('batchObjects', { objects: ns.map(object) })
  return Object.assign(double, { call, channel, write })
}
const object = (n: number) => ({ uuid: id(n), collection: 'Kept', properties: { nonRefProperties: { n } } })
const batch = (...ns: number[]) => ({
  objects: ns.map((n) => ({ class: 'Kept', id: id(n), properties: { n } })),
})
const search = { collection: 'Kept', limit: 100, metadata: { uuid: true } }

t.test('a call is told UNAVAILABLE as often as was said, then served', async (t) => {
  const double = await start(t)
  const text = 'operational mode'
  double.faults.inject({ fault: 'status', code: 'UNAVAILABLE', text, on: 'BatchObjects', count: 2 })
  await t.rejects(double.write(1), { code: 14, details: text })
  t.ok(await double.call('search', search), 'other calls are spared')
  await t.rejects(double.write(1), { code: 14, details: text })
  t.equal(double.objects('Kept').length, 0)
  await double.write(1)
  t.equal(double.objects('Kept').length, 1)
  t.equal(double.calls.by.BatchObjects, 3)
})

t.test('a call that is paused is done once the pause is taken away', async (t) => {
  const double = await start(t)
  for (const release of [
    double.faults.inject({ fault: 'pause', on: 'BatchObjects' }),
    () => double.faults.clear(),
  ]) {
    const written = double.write(1)
    t.ok(await double.call('search', search), 'other calls are spared')
    t.equal(await Promise.race([written.then(() => 'done'), sleep(50, 'waits')]), 'waits')
    release()
    await written
    double.faults.inject({ fault: 'pause', on: 'BatchObjects' })
  }
  t.equal(double.objects('Kept').length, 1)
})

t.test('memory and overload are refused in the words of a server', async (t) => {
  const double = await start(t)
  const heal = double.faults.inject({ fault: 'memory' })
  await t.rejects(double.write(1), { code: 2, details: 'not enough memory' })
  t.equal(heal(), 1, 'the fault says whom it befell')
  double.faults.inject({ fault: 'tooMany', retryAfterSeconds: 7, count: 2 })
  await t.rejects(double.call('search', search), { code: 2, details: '429 Too many requests' })
  const response = await ask(double, 'POST /v1/batch/objects', batch(1))
  t.equal(response.status, 429)
  t.equal(response.headers.get('retry-after'), '7')
  t.match(await response.json(), { error: [{ message: '429 Too many requests' }] })
})

t.test('single objects are refused, their neighbors are written', async (t) => {
  const double = await start(t)
  double.faults.inject({ fault: 'perObject', text: 'no', ids: [id(2)], count: 1 })
  t.match(await double.write(1, 2, 3), { errors: [{ index: 1, error: 'no' }] })
  t.same(
    double.objects('Kept').map((one) => one.properties.n),
    [1, 3],
  )
  const odd = (one: { properties: Record<string, unknown> }) => Number(one.properties.n) % 2 === 1
  double.faults.inject({ fault: 'perObject', text: 'odd', where: odd, count: 1 })
  const replies = (await (await ask(double, 'POST /v1/batch/objects', batch(4, 5))).json()) as unknown[]
  t.match(replies, [
    { result: { status: 'SUCCESS' } },
    { result: { status: 'FAILED', errors: { error: [{ message: 'odd' }] } } },
  ])
  double.faults.inject({ fault: 'readOnly' })
  t.match(await double.write(6), { errors: [{ error: 'store is read-only due to: resource pressure' }] })
})

t.test('single objects are not deleted, and a share of them is refused by chance', async (t) => {
  const double = await start(t)
  await double.write(...Array(40).keys())
  double.faults.inject({ fault: 'perObject', text: 'no', ids: [id(1)], on: 'BatchDelete', count: 1 })
  const valueTextArray = { values: [id(0), id(1)] }
  const filters = { operator: 12, on: [], filters: [], target: { property: '_id' }, valueTextArray }
  t.match(await double.call('batchDelete', { collection: 'Kept', filters, verbose: true }), {
    matches: 2,
    successful: 1,
    failed: 1,
    objects: [{ successful: true }, { successful: false, error: 'no' }],
  })
  t.equal(double.objects('Kept').length, 39)
  double.faults.inject({ fault: 'readOnly', share: 0.5 })
  const { errors } = (await double.write(...Array(40).keys())) as { errors: unknown[] }
  t.ok(errors.length > 5 && errors.length < 35, `${errors.length} of 40`)
})

t.test('messages above a limit that nobody was told of are refused', async (t) => {
  const double = await start(t)
  double.faults.inject({ fault: 'tooLarge', bytes: 500 })
  await double.write(1)
  await t.rejects(double.write(...Array(50).keys()), { code: 8 })
})

t.test('a connection breaks before the write, after it, or in the middle', async (t) => {
  const double = await start(t)
  const gone = { code: 14 }
  double.faults.inject({ fault: 'reset', when: 'before', count: 1 })
  await t.rejects(double.write(1), gone)
  t.equal(double.objects('Kept').length, 0)
  double.faults.inject({ fault: 'reset', when: 'after', count: 1 })
  await t.rejects(double.write(1), gone)
  t.equal(double.objects('Kept').length, 1, 'written, and nobody knows')
  double.faults.inject({ fault: 'reset', when: 'after', objects: 2, count: 1 })
  await t.rejects(double.write(2, 3, 4, 5), gone)
  t.equal(double.objects('Kept').length, 3)
  double.faults.inject({ fault: 'reset', when: 'before', on: 'GET /v1/schema', count: 1 })
  await t.rejects(ask(double, 'GET /v1/schema'), { cause: { code: 'ECONNRESET' } })
  t.equal((await ask(double, 'GET /v1/schema')).status, 200)
})

t.test('a call hangs until its caller gives up', async (t) => {
  const double = await start(t)
  double.faults.inject({ fault: 'hang', when: 'after', count: 1 })
  const signal = AbortSignal.timeout(2_000)
  await t.rejects(double.call('batchObjects', { objects: [object(1)] }, signal), { name: 'TimeoutError' })
  t.equal(double.objects('Kept').length, 1)
  double.faults.inject({ fault: 'hang', on: 'GET /v1/meta', count: 1 })
  await t.rejects(fetch(`${double.http}/v1/meta`, { signal: AbortSignal.timeout(50) }), {
    name: 'TimeoutError',
  })
})

t.test('calls are slowed down', async (t) => {
  const double = await start(t)
  double.faults.inject({ fault: 'delay', ms: [40, 60], count: 1 })
  const began = performance.now()
  await double.write(1)
  t.ok(performance.now() - began >= 39)
})

t.test('an answer waits until a later call was answered', async (t) => {
  const double = await start(t)
  double.faults.inject({ fault: 'hold', ms: 5000, count: 1 })
  const answered: number[] = []
  const first = double.write(1).then(() => answered.push(1))
  await until(() => double.objects('Kept').length === 1)
  await Promise.all([first, double.write(2).then(() => answered.push(2))])
  t.same(answered, [2, 1])
})

t.test('a write is done twice, the second time after a later one', async (t) => {
  // In the order in which they were kept: the answers to the calls may come after all three.
  const values: unknown[] = []
  const keep = (change: Change) => change.do === 'put' && values.push(change.object.properties.n)
  const double = await start(t, { keep })
  const write = (n: number) =>
    double.call('batchObjects', { objects: [{ ...object(1), properties: { nonRefProperties: { n } } }] })
  double.faults.inject({ fault: 'duplicate', ms: 5000, count: 1 })
  await write(1)
  await write(2)
  await until(() => values.length === 3)
  t.strictSame(values, [1, 2, 1])
  t.equal(double.objects('Kept')[0]?.properties.n, 1)
  t.equal(double.calls.objectsWritten, 3)
})

t.test('a write lands after its caller was told that the connection broke', async (t) => {
  const double = await start(t)
  double.faults.inject({ fault: 'late', ms: 30, count: 1 })
  await t.rejects(double.write(1), { code: 14 })
  t.equal(double.objects('Kept').length, 0)
  await until(() => double.objects('Kept').length === 1)
})

t.test('chance strikes the same calls for the same seed', async (t) => {
  const struck = async (seed: number) => {
    const double = await weaviateDouble({ seed })
    const { call, channel } = caller(double)
    double.faults.inject({ fault: 'memory', probability: 0.5 })
    const outcomes: boolean[] = []
    for (let n = 0; n < 20; n += 1) {
      const error = await call('search', search).catch((error: { details: string }) => error.details)
      outcomes.push(error === 'not enough memory')
    }
    channel.close()
    await double.stop()
    return outcomes
  }
  const [one, again, other] = await Promise.all([struck(7), struck(7), struck(8)])
  t.same(one, again)
  t.notSame(one, other)
  t.ok(one?.includes(true) && one.includes(false))
})

t.test('the server goes away and comes back on its ports with its data', async (t) => {
  const double = await start(t)
  await double.write(1)
  await double.faults.refuse()
  await t.rejects(status(double), { code: 'ECONNREFUSED' })
  await double.faults.accept()
  t.equal(await status(double), 200)
  const back = double.faults.gone(50)
  await t.rejects(status(double), { code: /ECONNRE(FUSED|SET)/ })
  await back
  t.equal(await status(double), 200)
  await double.kill()
  const second = await weaviateDouble({ dataOf: double, ports: double.ports })
  t.teardown(() => second.stop())
  t.equal(second.target, double.target)
  t.equal(second.objects('Kept').length, 1)
  t.equal(await status(second, `/v1/objects/Kept/${id(1)}`), 200)
})

t.test('what was under way when the server was killed comes to nothing', async (t) => {
  const double = await start(t)
  double.faults.inject({ fault: 'delay', ms: 20, count: 1 })
  const slow = double.write(1)
  const asked = () => double.calls.by.BatchObjects === 1
  await until(asked)
  await double.kill()
  await t.rejects(slow, { code: 14 })
  await sleep(30)
  t.equal(double.objects('Kept').length, 0)
})

t.test('two doubles with the same data are nodes of one cluster', async (t) => {
  const double = await start(t)
  const other = await weaviateDouble({ dataOf: double })
  t.teardown(() => other.stop())
  await double.write(1)
  t.equal(await status(other, `/v1/objects/Kept/${id(1)}`), 200)
  await double.kill()
  t.equal(await status(other, `/v1/objects/Kept/${id(1)}`), 200)
})

/** Asks on a connection of its own: fetch would first try one that broke long ago. */
async function status(double: Double, path = '/v1/meta'): Promise<number | undefined> {
  const [response] = (await once(get(double.http + path, { agent: false }), 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode
}

/** Waits for what another turn of the loop brings about; tap's time limit is its end. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(1)
}
