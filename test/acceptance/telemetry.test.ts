// The recipe of docs/monitoring.md, as it stands there, and what a command connects to.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { adds, home } from '../bin/elysiactl.ts'
import { weaviateDouble } from '../double/double.ts'

const PAGE = readFileSync(new URL('../../docs/monitoring.md', import.meta.url), 'utf8')

t.test('the recipe for OpenTelemetry makes spans of a run', async (t) => {
  const [, recipe] = /```js\n(\/\/ otel\.mjs\n[\s\S]*?)```/.exec(PAGE) ?? []
  const { run, directory } = home(
    t,
    { 'changes.jsonl': adds(20), 'otel.mjs': recipe! },
    { NODE_OPTIONS: '--import ./otel.mjs', TRACEPARENT: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
  )
  t.match(await run(['index', 'process-jsonl', 'changes.jsonl', '--collection', 'c']), { code: 0 })
  const spans = readFileSync(join(directory, 'spans.jsonl'), 'utf8').trimEnd().split('\n')
  t.match(JSON.parse(spans.at(-1)!), { name: 'elysiactl ingest', trace: 'a'.repeat(32) })
})

/** Notes each address that this process connects to, one a line. */
const RECORDER = `
import { appendFileSync } from 'node:fs'
import { Socket } from 'node:net'
const connect = Socket.prototype.connect
Socket.prototype.connect = function (...args) {
  const [first] = args.flat()
  const { host = 'localhost', port, path } = typeof first === 'object' ? first : { port: first }
  appendFileSync(process.env.CONNECTIONS, (path ?? host + ':' + port) + '\\n')
  return connect.apply(this, args)
}
`

t.test('no command opens a connection that the user did not name', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const variables = { NODE_OPTIONS: '--import ./recorder.mjs', CONNECTIONS: 'connections' }
  const files = { 'changes.jsonl': adds(20), 'recorder.mjs': RECORDER, connections: '' }
  const { run, directory } = home(t, files, variables)
  const connections = join(directory, 'connections')
  const opened = () =>
    new Set(
      readFileSync(connections, 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
    )
  const local = [
    ['index', 'process-jsonl', 'changes.jsonl', '--collection', 'c'],
    ['col', 'backup', 'c', '--to', 'archive'],
    ['col', 'restore', 'archive', '--name', 'd'],
    ['col', 'catalog', 'verify', '--all'],
    ['config', 'show'],
    ['runs', 'list'],
    ['report'],
    ['metrics'],
  ]
  for (const args of local) t.match(await run(args), { code: 0 }, args.join(' '))
  t.same([...opened()], [], 'none without a server')
  const target = double.target
  t.match(await run(['index', 'process-jsonl', 'changes.jsonl', '--collection', 'c', '--target', target]), {
    code: 0,
  })
  const { http, grpc } = double.ports
  t.same([...opened()].toSorted(), [`127.0.0.1:${http}`, `127.0.0.1:${grpc}`].toSorted())
})
