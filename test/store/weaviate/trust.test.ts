import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { rootCertificates as TLS_ROOTS } from 'node:tls'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import type { WeaviateOptions } from '../../../lib/store/weaviate/options.ts'
import { openWeaviate } from '../../../lib/store/weaviate/store.ts'
import { objectAt, schemaOf } from '../../contract/store/world.ts'
import { type Double, type DoubleOptions, weaviateDouble } from '../../double/double.ts'
import { CERTIFICATE } from '../../double/tls/certificate.ts'
import { oneFile } from '../../run/oneFile.ts'

const KEY = 'a-secret-key'
const OPENER = pathToFileURL(oneFile(new URL('../../../lib/store/weaviate/store.ts', import.meta.url))).href

async function start(t: Test, options: DoubleOptions): Promise<Double> {
  const double = await weaviateDouble(options)
  t.teardown(() => double.stop())
  return double
}

async function open(t: Test, double: Double, options: Partial<WeaviateOptions> = {}) {
  const nodes = [{ http: double.http, grpc: double.grpc, grpcSecure: double.http.startsWith('https:') }]
  const store = await openWeaviate({ nodes, target: double.http, connectTimeoutMs: 20_000, ...options })
  t.teardown(() => store.close())
  return store
}

t.test('a key opens what asks for one, by REST and by gRPC', async (t) => {
  const double = await start(t, { apiKey: KEY })
  const store = await open(t, double, { apiKey: KEY })
  await store.create(schemaOf('Kept'))
  t.match(await store.collection('Kept').write([objectAt(1)]), [{ ok: true }])
  t.equal(double.objects('Kept').length, 1)
})

t.test('a wrong key, or none, is refused at once, and shown nowhere', async (t) => {
  const double = await start(t, { apiKey: KEY })
  for (const apiKey of ['wrong-secret', undefined]) {
    const thrown = await open(t, double, apiKey === undefined ? {} : { apiKey }).catch(
      (error: unknown) => error,
    )
    t.match(thrown, { code: 'ELYSIA_REFUSED', retryable: false, hint: /ELYSIACTL_API_KEY/ })
    const { message, stack, cause } = thrown as Error
    t.notMatch(`${message}${stack}${String(cause)}`, /wrong-secret|a-secret-key/)
  }
})

t.test('a key that is no longer known ends a call by gRPC as refused', async (t) => {
  const first = await start(t, { apiKey: KEY })
  const store = await open(t, first, { apiKey: KEY })
  await store.create(schemaOf('Kept'))
  const kept = store.collection('Kept')
  await kept.count()
  await first.stop()
  await start(t, { apiKey: 'another', dataOf: first, ports: first.ports })
  await t.rejects(kept.write([objectAt(1)]), { code: 'ELYSIA_UNREACHABLE', retryable: true })
  await t.rejects(kept.write([objectAt(1)]), { code: 'ELYSIA_REFUSED', message: /invalid api key|401/ })
})

t.test('a key that no header can hold is refused before anything is sent', async (t) => {
  const double = await start(t, {})
  const thrown = await open(t, double, { apiKey: 'two\nlines' }).catch((error: unknown) => error)
  t.match(thrown, { code: 'ELYSIA_USAGE' })
  t.notMatch((thrown as Error).message, /lines/)
  t.strictSame(double.calls.by, {})
})

t.test('TLS with an authority of our own: trusted where it is named, refused where not', async (t) => {
  const double = await start(t, { tls: CERTIFICATE })
  const other = TLS_ROOTS.slice(0, 2).join('\n')
  const directory = t.testdir({ 'ca.pem': `a comment\n${CERTIFICATE.cert}`, 'other.pem': other })
  const caFile = join(directory, 'ca.pem')
  const roots = join(directory, 'other.pem')
  const told = { failures: [], count: 1 }
  t.strictSame(JSON.parse((await program(double, { caFile })).stdout), told)
  const among = await program(double, { caFile }, { GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: roots })
  t.strictSame(JSON.parse(among.stdout), told, 'also beside other roots')
  const refused = { code: 'ELYSIA_UNREACHABLE', retryable: false, hint: /--ca-file/ }
  await t.rejects(open(t, double), refused)
})

t.test(
  'a proxy of the environment is used neither for REST nor for gRPC, and said where it may be missed',
  async (t) => {
    const double = await start(t, {})
    const names = ['http_proxy', 'https_proxy', 'grpc_proxy', 'HTTP_PROXY']
    // Where one were used, nothing would be reached.
    const proxies = Object.fromEntries(names.map((name) => [name, 'http://127.0.0.1:1']))
    const { stdout, stderr } = await program(double, {}, proxies)
    t.strictSame([JSON.parse(stdout), stderr], [{ failures: [], count: 1 }, ''])
    const before = process.env.grpc_proxy
    process.env.grpc_proxy = 'http://127.0.0.1:1'
    t.teardown(() => {
      if (before === undefined) delete process.env.grpc_proxy
      else process.env.grpc_proxy = before
    })
    const nodes = [
      { http: 'http://does-not-exist.invalid:8080', grpc: 'does-not-exist.invalid:1', grpcSecure: false },
    ]
    const hint = 'the proxy that grpc_proxy names is not used: stores are reached directly'
    await t.rejects(openWeaviate({ nodes, target: 'x' }), { code: 'ELYSIA_UNREACHABLE', hint })
    t.equal(process.env.grpc_proxy, 'http://127.0.0.1:1', 'others find it as it was')
  },
)

t.test('a file that holds no certificates is refused by name', async (t) => {
  const double = await start(t, { tls: CERTIFICATE })
  const directory = t.testdir({ 'empty.pem': 'nothing' })
  for (const name of ['empty.pem', 'missing.pem']) {
    const caFile = join(directory, name)
    await t.rejects(open(t, double, { caFile }), { code: 'ELYSIA_USAGE', message: new RegExp(name) })
  }
})

t.test('what is no Weaviate, or does not answer, says so', async (t) => {
  const double = await start(t, {})
  const nodes = (http: string, grpc: string) => [{ http, grpc, grpcSecure: false }]
  const opening = (http: string, grpc: string) =>
    openWeaviate({ nodes: nodes(http, grpc), target: http, connectTimeoutMs: 500 })
  await t.rejects(opening(`http://${double.grpc}`, double.grpc), { code: 'ELYSIA_UNREACHABLE' })
  const swapped = opening(double.http, double.http.replace('http://', ''))
  await t.rejects(swapped, { code: 'ELYSIA_UNREACHABLE', hint: /\?grpc=/ }, 'REST where gRPC should be')
  await double.faults.refuse()
  await t.rejects(opening(double.http, double.grpc), { code: 'ELYSIA_UNREACHABLE', retryable: true })
})

const PROGRAM = `
  const [opener, http, grpc, options] = process.argv.slice(1)
  const { openWeaviate } = await import(opener)
  const nodes = [{ http, grpc, grpcSecure: http.startsWith('https:') }]
  const store = await openWeaviate({ nodes, target: http, timeoutMs: 10_000, connectTimeoutMs: 20_000, ...JSON.parse(options) })
  const properties = [{ name: 'n', dataType: ['int'] }]
  if (await store.schema('Kept') === undefined) await store.create({ class: 'Kept', vectorizer: 'none', properties })
  const kept = store.collection('Kept')
  const id = '00000000-0000-0000-0000-000000000001'
  const failures = []
  for (let n = 0; n < 6; n++) {
    await kept.write([{ id, properties: { n } }]).catch(({ code }) => failures.push(code))
  }
  console.log(JSON.stringify({ failures, count: await kept.count() }))
  await store.close()
`

/** Runs PROGRAM as a process of its own, which has to end by itself. */
function program(double: Double, options: Partial<WeaviateOptions>, env: NodeJS.ProcessEnv = {}) {
  const argv = ['--input-type=module', '--eval', PROGRAM, OPENER, double.http, double.grpc]
  return promisify(execFile)(process.execPath, [...argv, JSON.stringify(options)], {
    timeout: 60_000,
    env: { PATH: process.env.PATH, ...env },
  })
}

t.test('through failures nothing is printed, and after close() the process ends by itself', async (t) => {
  const double = await start(t, { apiKey: KEY })
  // The first of these calls is the empty batch that opening sends.
  double.faults.inject({
    fault: 'status',
    code: 'UNAVAILABLE',
    text: 'no',
    on: 'BatchObjects',
    skip: 1,
    count: 2,
  })
  double.faults.inject({ fault: 'reset', when: 'before', on: 'BatchObjects', skip: 3, count: 1 })
  double.faults.inject({ fault: 'memory', on: 'BatchObjects', skip: 4, count: 1 })
  const { stdout, stderr } = await program(double, { apiKey: KEY })
  t.equal(stderr, '')
  const away = 'ELYSIA_UNREACHABLE'
  t.strictSame(JSON.parse(stdout), { failures: [away, away, away, 'ELYSIA_STORE'], count: 1 })
})
