// The file for node_exporter.
import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { writeTextfile } from '../../../lib/monitor/metrics/textfile.ts'

t.test('is replaced in one step, for all to read, with nothing left beside it', async (t) => {
  const directory = t.testdir({ 'elysiactl.prom': 'old' })
  const file = join(directory, 'elysiactl.prom')
  chmodSync(file, 0o600)
  const { ino } = statSync(file)
  const umask = process.umask(0o077)
  t.teardown(() => process.umask(umask))
  await writeTextfile(file, 'new\n')
  t.equal(readFileSync(file, 'utf8'), 'new\n')
  t.equal(statSync(file).mode & 0o777, 0o644)
  t.not(statSync(file).ino, ino, 'another file: whoever reads the old one reads it to its end')
  t.strictSame(readdirSync(directory), ['elysiactl.prom'])
})

t.test('what cannot be replaced stays, with nothing beside it', async (t) => {
  const directory = t.testdir({ 'a.prom': { inside: '' } })
  await t.rejects(writeTextfile(join(directory, 'a.prom'), 'x'), { code: 'EISDIR' })
  t.strictSame(readdirSync(directory), ['a.prom'])
  await t.rejects(writeTextfile(join(directory, 'none', 'a.prom'), 'x'), { code: 'ENOENT' })
})
