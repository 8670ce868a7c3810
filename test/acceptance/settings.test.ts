// The acceptance case 34: where a setting comes from, and how an address may be written.

import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { adds, home } from '../bin/elysiactl.ts'
import { type Double, weaviateDouble } from '../double/double.ts'
import { INTO, processed } from './command.ts'

async function double(t: Test): Promise<Double> {
  const one = await weaviateDouble()
  t.teardown(() => one.stop())
  return one
}

t.test('case 34: a flag beats the environment, that the file, that the default', async (t) => {
  const [byFile, byEnvironment, byFlag] = [await double(t), await double(t), await double(t)]
  const file = { 'elysiactl.yaml': `target: ${byFile.target}\nbatch_size: 25\nworkers: 1\n` }
  const environment = {
    ELYSIACTL_TARGET: byEnvironment.target,
    ELYSIACTL_BATCH_SIZE: '20',
    ELYSIACTL_WORKERS: '3',
  }
  const flags = ['--target', byFlag.target, '--batch-size', '10', '--workers', '6']
  const ways = [
    { place: home(t, file, environment), flags, takes: byFlag, batches: 10, workers: 6 },
    { place: home(t, file, environment), takes: byEnvironment, batches: 5, workers: 3 },
    { place: home(t, file), takes: byFile, batches: 4, workers: 1 },
  ]
  for (const { place, flags = [], takes, batches, workers } of ways) {
    // Long enough for a busy machine to have all batches under way.
    takes.faults.inject({ fault: 'delay', ms: 200 })
    t.equal((await processed(place, adds(100), flags)).code, 0)
    t.equal(takes.objects('SourceCode').length, 100, 'it is the target')
    t.equal(takes.calls.by.BatchObjects, 1 + batches, 'the greeting, and the batches')
    t.equal(takes.calls.mostAtOnce, workers, 'so many at once')
  }
  const nobody = await processed(home(t), adds(1))
  t.match(nobody, { code: 0, report: { target: /^sqlite:.*store\.db$/ } })
})

t.test('case 34: with or without /v1, on any port, behind a prefix: the same endpoint', async (t) => {
  const server = await double(t)
  const place = home(t)
  const grpc = `?grpc=${server.grpc}`
  const prefixed = await behindPrefix(t, server.http, '/weaviate')
  const plain = await processed(place, adds(5), ['--target', `${server.http}${grpc}`])
  t.match(plain, { code: 0, report: { written: 5, target: server.target } })
  for (const address of [`${server.http}/`, `${server.http}/v1`, `${server.http}/v1/`]) {
    const same = await processed(place, adds(5), ['--target', address + grpc])
    t.match(same, { code: 0, report: { unchanged: 5, target: server.target } }, address)
  }
  for (const address of [prefixed, `${prefixed}/v1`]) {
    const same = await processed(place, adds(5), ['--target', address + grpc])
    t.match(same, { code: 0, report: { unchanged: 5, target: `${prefixed}${grpc}` } }, address)
  }
  for (const port of ['8081', '9111']) {
    const target = `http://127.0.0.1:${port}/v1`
    const away = ['--target', target, '--retry-for', '0']
    const { code, stderr } = await place.run(['index', 'process-jsonl', 'changes.jsonl', ...INTO, ...away])
    t.match({ code, stderr }, { code: 13, stderr: new RegExp(`http://127\\.0\\.0\\.1:${port} `) })
  }
})

/** A proxy that gives what comes below a prefix to a server, and nothing else. */
async function behindPrefix(t: Test, to: string, prefix: string): Promise<string> {
  const proxy = createServer((asked, answer) => {
    const { url = '', method, headers } = asked
    if (!url.startsWith(`${prefix}/v1/`)) return void answer.writeHead(404).end()
    const onward = request(to + url.slice(prefix.length), { method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 500, reply.headers)
      reply.pipe(answer)
    })
    asked.pipe(onward)
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  t.teardown(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${prefix}`
}
