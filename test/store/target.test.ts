import { resolve } from 'node:path'
import t from 'tap'
import { ElysiaError } from '../../lib/core/errors.ts'
import { openStore } from '../../lib/store/open.ts'
import { parseTarget } from '../../lib/store/target.ts'

function node(text: string) {
  const target = parseTarget(text)
  return target.kind === 'weaviate' ? target.nodes[0] : undefined
}

t.test('a server has one address, however it is written', async (t) => {
  for (const text of [
    'http://host:8081',
    'http://host:8081/',
    'http://host:8081/v1',
    'http://host:8081/v1/',
    'HTTP://HOST:8081/v1',
    'http://host:8081?grpc=host:50051',
    'http://host:8081/v1?grpc=50051',
  ]) {
    t.strictSame(parseTarget(text), {
      kind: 'weaviate',
      text: 'http://host:8081',
      nodes: [{ http: 'http://host:8081', grpc: 'host:50051', grpcSecure: false }],
    })
  }
})

t.test('any port and any path prefix are kept', async (t) => {
  t.equal(node('http://host:9111/v1')?.http, 'http://host:9111')
  t.equal(node('https://proxy.example/weaviate/v1/')?.http, 'https://proxy.example/weaviate')
  t.equal(node('http://host')?.http, 'http://host')
  t.equal(node('http://[::1]:8080')?.grpc, '[::1]:50051')
})

t.test('gRPC goes to its usual place unless another is named', async (t) => {
  t.match(node('https://host'), { grpc: 'host:443', grpcSecure: true })
  t.match(node('https://my.c0.europe-west3.gcp.weaviate.cloud'), {
    grpc: 'grpc-my.c0.europe-west3.gcp.weaviate.cloud:443',
  })
  t.match(node('https://my.weaviate.network'), { grpc: 'my.grpc.weaviate.network:443' })
  t.match(node('http://host:8080?grpc=other:6000'), { grpc: 'other:6000' })
  t.equal(parseTarget('http://host:8080/v1?grpc=other:6000').text, 'http://host:8080?grpc=other:6000')
})

t.test('several addresses are the nodes of one cluster, in the order given', async (t) => {
  const target = parseTarget('http://a:8080,http://b:8080/v1, http://c:8080?grpc=c:1')
  t.equal(target.text, 'http://a:8080,http://b:8080,http://c:8080?grpc=c:1')
  t.strictSame(target.kind === 'weaviate' && target.nodes.map(({ grpc }) => grpc), [
    'a:50051',
    'b:50051',
    'c:1',
  ])
})

t.test('a file is the same store from wherever it is named', async (t) => {
  t.strictSame(parseTarget('sqlite:some.db'), {
    kind: 'sqlite',
    text: `sqlite:${resolve('some.db')}`,
    path: resolve('some.db'),
  })
})

t.test('what is no target is refused with what would be', async (t) => {
  for (const text of [
    'sqlite:',
    'htp://x:1',
    'nonsense',
    'http://',
    'http://h?grpc=x',
    'http://h?grpc=h:0',
  ]) {
    t.throws(() => parseTarget(text), { code: 'ELYSIA_USAGE', hint: /./ }, text)
  }
  t.throws(() => parseTarget('http://h?gprc=h:1'), /unknown parameter gprc/)
})

t.test('a credential in an address is refused and not repeated', async (t) => {
  for (const text of [
    'http://user:hunter2@host:8080',
    'http://hunter2@host',
    'https://host?api_key=hunter2',
    'https://host?token=hunter2',
    'http://hunter2@ho st:1',
  ]) {
    try {
      parseTarget(text)
      t.fail(text)
    } catch (error) {
      t.type(error, ElysiaError)
      const { message, hint } = error as ElysiaError
      t.notMatch(`${message} ${hint}`, 'hunter2')
    }
  }
})

t.test('an embedded store opens from its target', async (t) => {
  const path = `${t.testdir()}/store.db`
  const store = await openStore(parseTarget(`sqlite:${path}`))
  t.equal(store.target, `sqlite:${path}`)
  await store.close()
})
