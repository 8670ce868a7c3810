import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import t, { type Test } from 'tap'
import { ConnectionGRPC } from 'weaviate-client'
import { ask, caller } from './dialogue/ask.ts'
import { converse } from './dialogue/converse.ts'
import { id } from './dialogue/dialogue.ts'
import { DIALOGUES } from './dialogue/dialogues.ts'
import { recorded } from './dialogue/record.ts'
import { type DoubleOptions, weaviateDouble } from './double.ts'
import { realServer } from './real.ts'
import { CERTIFICATE } from './tls/certificate.ts'

const start = async (t: Test, options: DoubleOptions = {}) => {
  const double = await weaviateDouble(options)
  t.teardown(() => double.stop())
  return double
}
const written = (n: number, properties: object, more: object = {}) => ({
  uuid: id(n),
  collection: 'Kept',
  properties: { nonRefProperties: properties },
  ...more,
})

t.test('the double answers in the words of a real server', async (t) => {
  const double = await start(t)
  const theirs = recorded()
  for (const dialogue of DIALOGUES) {
    const ours = JSON.parse(JSON.stringify(await converse(double, dialogue)))
    t.same(ours, theirs.get(dialogue.title), dialogue.title)
  }
})

const real = realServer()
const skip =
  real === undefined && 'set ELYSIACTL_TEST_WEAVIATE=http://HOST:PORT[,GRPCPORT] to ask a real server'
t.test(
  'a real server answers as it did when its words were recorded',
  { skip, timeout: 120_000 },
  async (t) => {
    const before = recorded()
    for (const dialogue of DIALOGUES) {
      const now = JSON.parse(JSON.stringify(await converse(real!, dialogue)))
      t.same(now, before.get(dialogue.title), dialogue.title)
    }
  },
)

t.test('weaviate-client writes, reads on from a cursor, reads by id, counts and deletes', async (t) => {
  const double = await start(t)
  const { connection } = await ConnectionGRPC.use({
    host: double.http,
    grpcAddress: double.grpc,
    grpcSecure: false,
  })
  t.teardown(() => connection.close())
  await connection.postEmpty('/schema', { class: 'Kept', properties: [{ name: 'n', dataType: ['int'] }] })
  const batch = await connection.batch('Kept')
  const search = await connection.search('Kept')
  type Objects = Parameters<typeof batch.withObjects>[0]
  type Fetch = Parameters<typeof search.withFetch>[0]
  type Delete = Parameters<typeof batch.withDelete>[0]
  const objects = Array.from({ length: 25 }, (_, n) => written(n, { n }))
  t.same((await batch.withObjects({ objects } as Objects)).errors, [])
  const idsOf = async (request: object) => {
    const page = await search.withFetch({ limit: 10, metadata: { uuid: true }, ...request } as Fetch)
    return page.results.map((result) => result.metadata?.id ?? '')
  }
  const seen = [...(await idsOf({}))]
  for (let page = seen; page.length > 0; seen.push(...page)) page = await idsOf({ after: seen.at(-1) })
  t.same(
    seen,
    Array.from({ length: 25 }, (_, n) => id(n)),
    'in id order',
  )
  const filters = { operator: 12, target: { property: '_id' }, valueTextArray: { values: [id(3), id(99)] } }
  t.same(await idsOf({ filters }), [id(3)])
  t.match(await batch.withDelete({ filters, verbose: true } as Delete), { matches: 1, successful: 1 })
  t.equal(double.objects('Kept').length, 24)
  t.match(double.calls, { by: { BatchObjects: 1, BatchDelete: 1 }, objectsWritten: 25, objectsDeleted: 1 })
})

t.test('a batch delete takes no more than 10 000 objects, and says how many match', async (t) => {
  const double = await start(t)
  await ask(double, 'POST /v1/schema', { class: 'Kept', properties: [{ name: 'n', dataType: ['int'] }] })
  const { call, channel } = caller(double)
  t.teardown(() => channel.close())
  const objects = Array.from({ length: 10_050 }, (_, n) => written(n, { n: 1 }))
  await call('batchObjects', { objects })
  const filters = { operator: 1, on: [], filters: [], target: { property: 'n' }, valueInt: 1 }
  t.match(await call('batchDelete', { collection: 'Kept', filters }), { matches: 10_050, successful: 10_000 })
  t.match(await call('batchDelete', { collection: 'Kept', filters }), { matches: 50, successful: 50 })
})

t.test('a double with a key lets nobody else in, in the words of a server', async (t) => {
  const double = await start(t, { apiKey: 'sesame' })
  const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } })
  const without = await fetch(`${double.http}/v1/schema`)
  t.equal(without.status, 401)
  t.match(await without.json(), { message: /^anonymous access not enabled/ })
  t.match(await (await fetch(`${double.http}/v1/meta`, bearer('wrong'))).json(), {
    message: 'unauthorized: invalid api key',
  })
  t.equal((await fetch(`${double.http}/v1/meta`, bearer('sesame'))).status, 200)
  t.equal((await fetch(`${double.http}/v1/.well-known/ready`)).status, 200)
  const [stranger, friend] = [caller(double), caller(double, 'sesame')]
  t.teardown(() => [stranger, friend].forEach((one) => void one.channel.close()))
  await t.rejects(stranger.call('search', { collection: 'Kept' }), {
    code: 2,
    details: 'extract auth: unauthorized: invalid api key',
  })
  await t.rejects(friend.call('search', { collection: 'Kept' }), {
    code: 2,
    details: 'could not find class Kept in schema',
  })
})

t.test('both protocols speak TLS where a certificate is given', async (t) => {
  const double = await start(t, { tls: CERTIFICATE })
  await t.rejects(fetch(`${double.http}/v1/meta`), { cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } })
  const [response] = (await once(
    get(`${double.http.replace('127.0.0.1', 'localhost')}/v1/meta`, { ca: CERTIFICATE.cert, family: 4 }),
    'response',
  )) as [IncomingMessage]
  t.equal(response.statusCode, 200)
  response.resume()
  const plain = caller(double)
  const trusting = caller(double, undefined, CERTIFICATE.cert)
  t.teardown(() => [plain, trusting].forEach((one) => void one.channel.close()))
  await t.rejects(plain.call('search', { collection: 'Kept' }), { code: 14 })
  await t.rejects(trusting.call('search', { collection: 'Kept' }), {
    code: 2,
    details: 'could not find class Kept in schema',
  })
})

t.test('messages above the limit are refused on the way in and on the way out', async (t) => {
  const double = await start(t, { maxMessageBytes: 10_000 })
  t.match(await (await ask(double, 'GET /v1/meta')).json(), { grpcMaxMessageSize: 10_000 })
  await ask(double, 'POST /v1/schema', { class: 'Kept', properties: [{ name: 't', dataType: ['text'] }] })
  const { call, channel } = caller(double)
  t.teardown(() => channel.close())
  const large = (n: number) => written(n, { t: 'x'.repeat(6_000) })
  await t.rejects(call('batchObjects', { objects: [large(1), large(2)] }), {
    code: 8,
    message: /grpc: received message larger than max \(\d+ vs\. 10000\)$/,
  })
  await call('batchObjects', { objects: [large(1)] })
  await call('batchObjects', { objects: [large(2)] })
  await t.rejects(call('search', { collection: 'Kept', limit: 5 }), {
    code: 8,
    message: /grpc: trying to send message larger than max \(\d+ vs\. 10000\)$/,
  })
})

t.test('the fake vectorizer embeds what comes without a vector, once for the same text', async (t) => {
  const double = await start(t, { vectorizer: 'fake' })
  await ask(double, 'POST /v1/schema', {
    class: 'Kept',
    vectorizer: 'text2vec-fake',
    properties: [{ name: 't', dataType: ['text'] }],
  })
  const { call, channel } = caller(double)
  t.teardown(() => channel.close())
  await call('batchObjects', {
    objects: [written(1, { t: 'a' }), written(2, { t: 'b' }), written(3, { t: 'a' })],
  })
  t.equal(double.calls.embeddings, 3)
  const [first, second, third] = double.objects('Kept').map((object) => object.vector)
  t.same(first, third)
  t.not(first?.join(), second?.join())
  await call('batchObjects', { objects: [written(1, { t: 'a' })] })
  t.equal(double.calls.embeddings, 3, 'an unchanged text keeps its vector')
  const vectorBytes = new Uint8Array(new Float32Array(8).buffer)
  await call('batchObjects', { objects: [written(2, { t: 'c' }, { vectorBytes })] })
  t.equal(double.calls.embeddings, 3, 'an object with a vector keeps it')
})
