import { readFile } from 'node:fs/promises'
import t from 'tap'
import { home } from '../elysiactl.ts'

t.test('format schema prints the schema file of each format', async (t) => {
  const { run } = home(t)
  for (const name of ['change', 'report', 'reject', 'manifest', 'header', 'trailer']) {
    const { code, stdout, stderr } = await run(['format', 'schema', name])
    t.same([code, stderr], [0, ''])
    const file = await readFile(new URL(`../../../lib/schema/${name}.json`, import.meta.url), 'utf8')
    t.same(JSON.parse(stdout), JSON.parse(file), name)
  }
  t.equal((await run(['format', 'schema'])).stdout, (await run(['format', 'schema', 'change'])).stdout)
})

t.test('an unknown format is exit 2, and the nearest is named', async (t) => {
  const { run } = home(t)
  t.match(await run(['format', 'schema', 'reprot']), { code: 2, stdout: '', stderr: /did you mean report/ })
  t.equal((await run(['format', 'schema', 'change', 'report'])).code, 2)
})
