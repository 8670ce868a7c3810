// A proxy that ends TLS before a server, as in most clusters: for REST, for gRPC, and for both, each fault of a certificate is
// refused with its reason, and no byte of it is in the clear. Before a double, and before a real server where
// ELYSIACTL_TEST_WEAVIATE names one.
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openWeaviate } from '../../../lib/store/weaviate/store.ts'
import { objectAt, schemaOf } from '../../contract/store/world.ts'
import { weaviateDouble } from '../../double/double.ts'
import { Front, type Tls } from '../../double/front.ts'
import { realServer } from '../../double/real.ts'
import { authority, type Issued } from '../../double/tls/authority.ts'

const HERE = ['localhost', '127.0.0.1']
const DAY_MS = 86_400_000
/** The first byte of every message of a TLS handshake. */
const HANDSHAKE = 0x16
const API_KEY = 'a-key-that-must-not-be-seen'
const CLASS = 'BehindTls'

const [ours, others] = await Promise.all([authority('ours'), authority('others')])
const [server, client, stranger, expired, elsewhere, foreign] = await Promise.all([
  ours.issue('server', { names: HERE }),
  ours.issue('client'),
  others.issue('stranger'),
  ours.issue('expired', {
    names: HERE,
    from: new Date(Date.now() - 9 * DAY_MS),
    to: new Date(Date.now() - 2 * DAY_MS),
  }),
  ours.issue('elsewhere', { names: ['elsewhere.invalid'] }),
  others.issue('foreign', { names: HERE }),
])
const GOOD: Tls = { ...server, clientsOf: ours.cert }

/** Notes what callers send, before TLS ends. */
async function listening(t: Test, upstream: number) {
  const sent: Buffer[][] = []
  const listener = createServer((caller) => {
    const chunks: Buffer[] = []
    sent.push(chunks)
    const inner = connect(upstream, '127.0.0.1')
    caller.on('data', (chunk: Buffer) => chunks.push(chunk))
    for (const [from, to] of [
      [caller, inner],
      [inner, caller],
    ] as const) {
      from.on('error', () => to.destroy())
      from.once('close', () => to.destroy())
      from.pipe(to)
    }
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  t.teardown(() => void listener.close())
  const connections = () => sent.map((chunks) => Buffer.concat(chunks)).filter(({ length }) => length > 0)
  return { port: (listener.address() as AddressInfo).port, connections }
}

type Listening = Awaited<ReturnType<typeof listening>>

/** A server behind proxies of its own for the two protocols. */
async function behind(t: Test, tls: { readonly rest: Tls; readonly grpc: Tls }) {
  const real = realServer()
  const double = real === undefined ? await weaviateDouble() : undefined
  if (double !== undefined) t.teardown(() => double.stop())
  const { http, grpc } = real ?? double!
  const fronts = [
    new Front(Number(new URL(http).port), 'http/1.1', tls.rest),
    new Front(Number(grpc.split(':').at(-1)), 'h2', tls.grpc),
  ]
  await Promise.all(fronts.map((front) => front.open()))
  t.teardown(async () => void (await Promise.all(fronts.map((front) => front.shut()))))
  const [rest, calls] = [await listening(t, fronts[0]!.port), await listening(t, fronts[1]!.port)]
  return { rest, calls, double }
}

const directory = t.testdir({})

/** The options of a caller who trusts our authority, with a certificate or without. */
function caller(own: Issued | undefined) {
  const file = (name: string, text: string) => {
    writeFileSync(join(directory, name), text, { mode: 0o600 })
    return join(directory, name)
  }
  const caFile = file('ca.pem', ours.cert)
  if (own === undefined) return { caFile }
  return { caFile, certFile: file('cert.pem', own.cert), keyFile: file('key.pem', own.key) }
}

function open({ rest, calls }: { readonly rest: Listening; readonly calls: Listening }, own?: Issued) {
  const address = `https://127.0.0.1:${rest.port}`
  const nodes = [{ http: address, grpc: `127.0.0.1:${calls.port}`, grpcSecure: true }]
  // A real server without keys refuses one.
  const key = realServer() === undefined ? { apiKey: API_KEY } : {}
  return openWeaviate({ nodes, target: address, connectTimeoutMs: 30_000, ...key, ...caller(own) })
}

function requireClosed(t: Test, ...ways: readonly Listening[]): void {
  for (const bytes of ways.flatMap((way) => way.connections())) {
    t.equal(bytes[0], HANDSHAKE, 'it begins with a handshake')
    t.notOk(bytes.includes(API_KEY) || bytes.includes(CLASS), 'and shows nothing')
  }
}

t.test('with a client certificate, objects go there and back, and nothing in the clear', async (t) => {
  const place = await behind(t, { rest: GOOD, grpc: GOOD })
  const store = await open(place, client)
  t.teardown(() => store.close())
  await store.drop(CLASS)
  await store.create(schemaOf(CLASS))
  t.match(await store.collection(CLASS).write([objectAt(1)]), [{ ok: true }])
  t.equal(await store.collection(CLASS).count(), 1)
  await store.drop(CLASS)
  t.ok(place.rest.connections().length > 0 && place.calls.connections().length > 0, 'by both protocols')
  requireClosed(t, place.rest, place.calls)
})

const FAULTS: readonly {
  readonly name: string
  readonly tls: Tls
  readonly own?: Issued
  readonly refused: { readonly message?: RegExp; readonly hint: RegExp }
}[] = [
  { name: 'an unknown authority', tls: { ...GOOD, ...foreign }, own: client, refused: { hint: /--ca-file/ } },
  {
    name: 'a certificate that has expired',
    tls: { ...GOOD, ...expired },
    own: client,
    refused: { message: /expired/, hint: /needs a new one/ },
  },
  {
    name: 'a certificate of another name',
    tls: { ...GOOD, ...elsewhere },
    own: client,
    refused: { message: /altnames/, hint: /other names/ },
  },
  { name: 'no client certificate', tls: GOOD, refused: { hint: /--cert-file/ } },
  {
    name: 'a client certificate of another authority',
    tls: GOOD,
    own: stranger,
    refused: { hint: /--cert-file/ },
  },
]

/** Takes everybody whom our authority vouches for, and asks for no certificate. */
const OPEN: Tls = server

for (const { name, tls, own, refused } of FAULTS) {
  for (const [where, at] of [
    ['REST', { rest: tls, grpc: OPEN }],
    ['gRPC', { rest: OPEN, grpc: tls }],
    ['both', { rest: tls, grpc: tls }],
  ] as const) {
    t.test(`${name}, by ${where}: refused before anything is asked there`, async (t) => {
      const place = await behind(t, at)
      await t.rejects(open(place, own), { code: 'ELYSIA_UNREACHABLE', ...refused })
      requireClosed(t, place.rest, place.calls)
      const ill = where === 'gRPC' ? place.calls : place.rest
      t.ok(ill.connections().length > 0, 'it was tried')
      const asked = Object.keys(place.double?.calls.by ?? {})
      t.strictSame(
        asked.filter((call) => where !== 'gRPC' || !/^(GET|POST|PUT|DELETE|HEAD) /.test(call)),
        [],
      )
    })
  }
}
