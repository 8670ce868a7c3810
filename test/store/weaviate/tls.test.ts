import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import t, { type Test } from 'tap'
import { secureContextOf } from '../../../lib/store/weaviate/cluster/tls.ts'
import type { WeaviateOptions } from '../../../lib/store/weaviate/options.ts'
import { openWeaviate } from '../../../lib/store/weaviate/store.ts'
import { objectAt, schemaOf } from '../../contract/store/world.ts'
import { type Double, weaviateDouble } from '../../double/double.ts'
import type { Tls } from '../../double/front.ts'
import { authority, type Issued } from '../../double/tls/authority.ts'

const HERE = ['localhost', '127.0.0.1']
const DAY_MS = 86_400_000
const ago = (days: number) => new Date(Date.now() - days * DAY_MS)

const [ours, others] = await Promise.all([authority('ours'), authority('others')])
const [server, client, stranger] = await Promise.all([
  ours.issue('server', { names: HERE }),
  ours.issue('client'),
  others.issue('stranger'),
])

async function start(t: Test, tls: Tls): Promise<Double> {
  const double = await weaviateDouble({ tls })
  t.teardown(() => double.stop())
  return double
}

async function open(t: Test, double: Double, options: Partial<WeaviateOptions> = {}) {
  const nodes = [{ http: double.http, grpc: double.grpc, grpcSecure: true }]
  const store = await openWeaviate({ nodes, target: double.http, connectTimeoutMs: 20_000, ...options })
  t.teardown(() => store.close())
  return store
}

/** Files of a test by their names, and how they are named. */
function files(t: Test, texts: Readonly<Record<string, string>>) {
  const directory = t.testdir({})
  for (const [name, text] of Object.entries(texts))
    writeFileSync(join(directory, name), text, { mode: 0o600 })
  return (name: string) => join(directory, name)
}

const ofClient = (of: Issued) => ({ 'ca.pem': ours.cert, 'cert.pem': of.cert, 'key.pem': of.key })

function named(at: (name: string) => string) {
  return { caFile: at('ca.pem'), certFile: at('cert.pem'), keyFile: at('key.pem') }
}

t.test('a server that asks for a client certificate: by REST and by gRPC', async (t) => {
  const double = await start(t, { ...server, clientsOf: ours.cert })
  const store = await open(t, double, named(files(t, ofClient(client))))
  await store.create(schemaOf('Kept'))
  t.match(await store.collection('Kept').write([objectAt(1)]), [{ ok: true }])
  t.equal(await store.collection('Kept').count(), 1)
})

t.test('it takes nobody without one, and nobody whom another authority knows', async (t) => {
  const double = await start(t, { ...server, clientsOf: ours.cert })
  const at = files(t, ofClient(stranger))
  for (const options of [{ caFile: at('ca.pem') }, named(at)])
    await t.rejects(open(t, double, options), { code: 'ELYSIA_UNREACHABLE', hint: /--cert-file/ })
  t.strictSame(double.calls.by, {}, 'nothing has come to it')
})

t.test('a server that is not to be trusted is said to be so, and never asked in the open', async (t) => {
  const at = files(t, ofClient(client))
  const expired = await ours.issue('expired', { names: HERE, from: ago(9), to: ago(2) })
  const elsewhere = await ours.issue('elsewhere', { names: ['elsewhere.invalid'] })
  const foreign = await others.issue('foreign', { names: HERE })
  for (const [tls, message, hint] of [
    [expired, /expired/, /needs a new one/],
    [elsewhere, /altnames/, /other names/],
    [foreign, /certificate/, /--ca-file/],
  ] as const) {
    const double = await start(t, tls)
    const refused = { code: 'ELYSIA_UNREACHABLE', retryable: false, message, hint }
    await t.rejects(open(t, double, named(at)), refused)
    t.strictSame(double.calls.by, {})
  }
  const plain = await weaviateDouble()
  t.teardown(() => plain.stop())
  const nodes = [{ http: plain.http.replace('http', 'https'), grpc: plain.grpc, grpcSecure: true }]
  await t.rejects(openWeaviate({ nodes, target: 'x', ...named(at) }), {
    code: 'ELYSIA_UNREACHABLE',
    hint: /no TLS/,
  })
})

t.test(
  'files that will not do are named before anything is sent, and nothing of a key is shown',
  async (t) => {
    const double = await start(t, server)
    const [late, early] = await Promise.all([
      ours.issue('late', { from: ago(9), to: ago(2) }),
      ours.issue('early', { from: ago(-2), to: ago(-9) }),
    ])
    const locked = await generate([{ name: 'commonName', value: 'locked' }], { passphrase: 'a passphrase' })
    const at = files(t, {
      ...ofClient(client),
      'late.pem': late.cert,
      'late-key.pem': late.key,
      'early.pem': early.cert,
      'early-key.pem': early.key,
      'locked.pem': locked.private,
      'broken.pem': client.key.replace(/[A-Za-z0-9+/]{20}/, 'x'),
      'empty.pem': '',
    })
    const wrong = async (certFile: string | undefined, keyFile: string | undefined, message: RegExp) => {
      const given = {
        caFile: at('ca.pem'),
        ...(certFile !== undefined && { certFile: at(certFile) }),
        ...(keyFile !== undefined && { keyFile: at(keyFile) }),
      }
      const thrown = await open(t, double, given).catch((error: unknown) => error)
      t.match(thrown, { code: 'ELYSIA_USAGE', message, hint: /./ })
      const { message: said, stack, cause } = thrown as Error
      const secret = client.key.split('\n')[1]!
      t.notOk(`${said}${stack}${String(cause)}`.includes(secret.slice(0, 20)))
    }
    await wrong('cert.pem', undefined, /without its key/)
    await wrong(undefined, 'key.pem', /without its certificate/)
    await wrong('missing.pem', 'key.pem', /missing\.pem cannot be used/)
    await wrong('cert.pem', 'missing.pem', /key file .*missing\.pem cannot be used/)
    await wrong('empty.pem', 'key.pem', /empty\.pem cannot be used: it holds no PEM certificate/)
    await wrong('cert.pem', 'empty.pem', /empty\.pem cannot be used: it holds no PEM private key/)
    await wrong('cert.pem', 'broken.pem', /broken\.pem cannot be used/)
    await wrong('cert.pem', 'locked.pem', /locked\.pem cannot be used: it is encrypted/)
    await wrong('cert.pem', 'late-key.pem', /is not that of the certificate/)
    await wrong('late.pem', 'late-key.pem', /expired on/)
    await wrong('early.pem', 'early-key.pem', /is valid only from/)
    t.strictSame(double.calls.by, {})
  },
)

t.test('a node that is reached without TLS takes no client certificate', async (t) => {
  const double = await start(t, server)
  const nodes = [
    { http: double.http, grpc: double.grpc, grpcSecure: true },
    { http: 'http://127.0.0.1:1', grpc: '127.0.0.1:2', grpcSecure: false },
  ] as const
  const opening = openWeaviate({ nodes, target: 'x', ...named(files(t, ofClient(client))) })
  await t.rejects(opening, { code: 'ELYSIA_USAGE', message: /http:\/\/127.0.0.1:1 is not https/ })
})

t.test('what OpenSSL does not take is wrong usage, and no defect', async (t) => {
  const identity = { cert: 'short', key: 'secret' }
  t.throws(() => secureContextOf({ authorities: undefined, identity }), {
    code: 'ELYSIA_USAGE',
    message: /^OpenSSL does not take --cert-file(?!.*secret)/,
  })
})
