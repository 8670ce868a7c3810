// The recipe of docs/monitoring.md, as it stands there, and what a command connects to.
import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { adds, home } from '../bin/elysiactl.ts'
import { doubleProcess } from '../double/process.ts'

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

/** Notes each address that this process connects to. */
function recorded(t: Test): Set<string> {
  const opened = new Set<string>()
  const { connect } = Socket.prototype
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
    const [first] = args.flat()
    const {
      host = 'localhost',
      port,
      path,
    } = (typeof first === 'object' ? first : { port: first }) as Address
    opened.add(path ?? `${host}:${port}`)
    return Reflect.apply(connect, this, args)
  }
  t.teardown(() => {
    Socket.prototype.connect = connect
  })
  return opened
}

interface Address {
  readonly host?: string
  readonly port?: unknown
  readonly path?: string
}

t.test('no command opens a connection that the user did not name', async (t) => {
  const { run, directory } = home(t, { 'changes.jsonl': adds(20) })
  // In a process of its own, since it connects to itself.
  const double = await doubleProcess(join(directory, 'double.jsonl'))
  t.teardown(() => double.stop())
  const opened = recorded(t)
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
  t.same([...opened], [], 'none without a server')
  const target = double.target
  t.match(await run(['index', 'process-jsonl', 'changes.jsonl', '--collection', 'c', '--target', target]), {
    code: 0,
  })
  const { http, grpc } = double.ports
  t.same([...opened].toSorted(), [`127.0.0.1:${http}`, `127.0.0.1:${grpc}`].toSorted())
})
