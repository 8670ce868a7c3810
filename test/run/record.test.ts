import { readFileSync } from 'node:fs'
import t from 'tap'
import { newRunId, rejectsIn } from '../../lib/run/record.ts'
import { adds, home } from '../bin/elysiactl.ts'

t.test('an id that a user chose names the file together with its embedded store', async (t) => {
  const own = newRunId()
  t.equal(rejectsIn('/r', own, 'sqlite:/a.db'), `/r/${own}.jsonl`)
  t.equal(rejectsIn('/r', 'nightly', 'http://one:8080'), '/r/nightly.jsonl', 'servers share one journal')
  const [one, other] = ['sqlite:/a.db', 'sqlite:/b.db'].map((target) => rejectsIn('/r', 'nightly', target))
  t.match(one, /^\/r\/nightly-[0-9a-f]{8}\.jsonl$/)
  t.not(one, other)
})

t.test('runs of one id into several stores keep their rejects, each where its run said', async (t) => {
  const bad = (path: string) => `{"repo":"r","op":"add","path":"${path}"}\n`
  const stores = ['a', 'b', 'c']
  const files = Object.fromEntries(stores.map((name) => [`${name}.jsonl`, `${adds(1)}${bad(name)}`]))
  const at = home(t, files)
  const paths: string[] = []
  for (const name of stores) {
    const into = ['--collection', 'Article', '--target', `sqlite:${name}.db`, '--run-id', 'nightly']
    const ended = await at.run(['index', 'process-jsonl', `${name}.jsonl`, ...into])
    t.equal(ended.code, 3, ended.stderr)
    paths.push(/\S+nightly\S*\.jsonl/.exec(ended.stderr)?.[0] ?? '')
  }
  t.equal(new Set(paths).size, 3, paths.join(' '))
  paths.forEach((path, n) => {
    const text = readFileSync(path.startsWith('/') ? path : `${at.directory}/${path}`, 'utf8')
    t.match(text, `add of \\"${stores[n]}\\" without content`)
  })
})
