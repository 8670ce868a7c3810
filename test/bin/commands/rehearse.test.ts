// `col catalog rehearse`: what a user sees, and what is left when it is killed.
import { chmodSync, existsSync, readdirSync, truncateSync } from 'node:fs'
import t from 'tap'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { adds, home } from '../elysiactl.ts'
import { some } from '../runs.ts'

t.test('an archive is rehearsed by its id, the catalog knows when, and nothing is left', async (t) => {
  const at = home(t, { 'changes.jsonl': adds(30) })
  await at.run(['index', 'process-jsonl', 'changes.jsonl', '--collection', 'Article'])
  await at.run(['col', 'backup', 'Article', '--compression', 'none'])
  const rehearse = ['col', 'catalog', 'rehearse']
  const proved = await at.run([...rehearse, 'latest:Article'])
  t.match(proved, {
    code: 0,
    stdout: '',
    stderr: /proved: .*\(Article\): 30 objects[\s\S]*scratch is removed/,
  })
  t.match(await at.run(['col', 'catalog', 'list']), { stdout: /rehearsed, \d+/ })
  t.strictSame(readdirSync(`${at.directory}/.cache/elysiactl/rehearsals`), [])
  const { runs } = JSON.parse((await at.run(['runs', 'list', '--kind', 'rehearse', '--json'])).stdout)
  t.match(runs, [{ kind: 'rehearse', status: 'done', collection: 'Article', archive: /^2/, records: 30 }])
  const report = JSON.parse((await at.run(['report', '--json'])).stdout)
  t.match(report.recovery, [{ collection: 'Article', proved: true, measured_by: 'rehearse' }])
  t.match(await at.run(rehearse), { code: 2, stderr: /name an archive/ })
  t.match(await at.run([...rehearse, 'latest:None']), { code: 10 })
  t.match(await at.run([...rehearse, 'latest:Article', '--into', 'sqlite:none.db']), { code: 10 })
  t.notOk(existsSync(`${at.directory}/none.db`))
})

t.test('a base that proves damaged is known to be, and no base any more', async (t) => {
  const at = home(t, { 'changes.jsonl': adds(30), 'more.jsonl': adds(31) })
  const full = ['col', 'backup', 'Article', '--compression', 'none', '--to', 'full', '--json']
  await at.run(['index', 'process-jsonl', 'changes.jsonl', '--collection', 'Article'])
  const { archive } = JSON.parse((await at.run(full)).stdout)
  await at.run(['index', 'process-jsonl', 'more.jsonl', '--collection', 'Article'])
  await at.run(['col', 'backup', 'Article', '--since', archive])
  const part = `${at.directory}/full/parts/${readdirSync(`${at.directory}/full/parts`)[0]}`
  chmodSync(part, 0o600)
  truncateSync(part, 10)
  t.match(await at.run(['col', 'catalog', 'rehearse', 'latest:Article']), { code: 4 })
  const { stdout } = await at.run(['col', 'catalog', 'show', archive, '--json'])
  t.match(JSON.parse(stdout), { id: archive, damaged: true })
  const next = await at.run(['col', 'backup', 'Article', '--since', 'last'])
  t.match(next, { code: 0, stderr: /a full archive is made/ })
})

t.test('killed anywhere, the next rehearsal removes what is left and nothing else', async (t) => {
  const at = home(t, { 'changes.jsonl': adds(5) })
  const ingest = ['index', 'process-jsonl', 'changes.jsonl', '--collection']
  await at.run([...ingest, 'Article'])
  await at.run(['col', 'backup', 'Article'])
  await at.run([...ingest, 'Own', '--target', 'sqlite:own.db'])
  const rehearse = ['col', 'catalog', 'rehearse', 'latest:Article', '--into', 'sqlite:own.db']
  const classes = async () => {
    const store = await openSqlite(`${at.directory}/own.db`)
    const names = (await store.list()).map(({ name }) => name)
    await store.close()
    return names
  }
  for (const point of some(['noted', 'restored', 'compared', 'dropped'])) {
    const killed = at.start(rehearse, ['env', 'ELYSIACTL_TEST=1', `ELYSIACTL_FAILPOINT=rehearse.${point}`])
    t.not((await killed.ended).code, 0, point)
    const isThere = point === 'restored' || point === 'compared'
    t.equal((await classes()).length, isThere ? 2 : 1, `killed at ${point}`)
    t.match(await at.run(rehearse), { code: 0, stderr: /left by a killed rehearsal[\s\S]*proved/ }, point)
    t.strictSame(await classes(), ['Own'])
  }
  const noted = readdirSync(`${at.directory}/state/elysiactl/rehearsals`)
  t.strictSame(noted, ['lock'])
  t.strictSame(readdirSync(`${at.directory}/.cache/elysiactl/rehearsals`), [])
})
