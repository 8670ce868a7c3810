import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { manifest, planned, writeArchive, writeUnfinished } from '../../catalog/archives.ts'
import { adds, type Home, home } from '../elysiactl.ts'

const IDS = ['20260101t000000z-aaaa', '20260201t000000z-bbbb', '20260301t000000z-cccc'] as const

/** A home with three archives and an unfinished one below the default root, and no catalog. */
function stocked(t: Test): Home & { readonly backups: string } {
  const at = home(t)
  const backups = `${at.directory}/data/elysiactl/backups`
  for (const [index, id] of IDS.entries()) {
    const told = {
      id,
      started: `2026-0${index + 1}-01T00:00:00.000Z`,
      collection: 'SourceCode',
      tags: [`n${index}`],
    }
    writeArchive(`${backups}/SourceCode/${id}`, manifest(told))
  }
  const begun = { id: '20260102t000000z-dddd', started: '2026-01-02T00:00:00.000Z', collection: 'SourceCode' }
  writeUnfinished(`${backups}/SourceCode/begun`, planned(begun))
  return { ...at, backups }
}

const left = (at: { readonly backups: string }) =>
  IDS.filter((id) => existsSync(`${at.backups}/SourceCode/${id}`))

t.test(
  'list shows archives for a person and for a program, and makes no catalog where there are none',
  async (t) => {
    const empty = home(t)
    t.match(await empty.run(['col', 'catalog', 'list']), { code: 0, stdout: '', stderr: /no archives/ })
    t.notOk(existsSync(`${empty.directory}/state`))
    const at = stocked(t)
    const first = await at.run(['col', 'catalog', 'list'])
    t.match(first, { code: 0, stderr: /rebuilt: 4 archives[\s\S]*4 archives, 15 B/ })
    t.match(
      first.stdout,
      /^ID +STATUS +COLLECTION +STARTED +AGE +OBJECTS +SIZE +VERIFIED +CONTENT +TAGS +SOURCE +FORMAT\n2026030/,
    )
    const list = ['col', 'catalog', 'list', '--json']
    const { stdout } = await at.run([...list, '--collection', 'source-code', '--tag', 'n1'])
    t.match(JSON.parse(stdout), { total: 1, archives: [{ id: IDS[1], objects: 1, format: 'jsonl' }] })
    const where = [
      '--where',
      'objects>0',
      '--where',
      'started_at<2026-02-15',
      '--sort',
      'started_at',
      '--limit',
      '1',
    ]
    t.match(JSON.parse((await at.run([...list, ...where])).stdout), { total: 2, archives: [{ id: IDS[0] }] })
    t.match(await at.run([...list, '--where', 'size>1']), {
      code: 2,
      stdout: '',
      stderr: /there is no field size/,
    })
    t.match(await at.run([...list, '--status', 'done']), { code: 2, stderr: /complete, partial/ })
    t.match(await at.run([...list, 'x']), { code: 2 })
  },
)

t.test('an archive is shown, pinned, tagged and noted by the beginning of its id', async (t) => {
  const at = stocked(t)
  const catalog = (...words: string[]) => at.run(['col', 'catalog', ...words])
  t.match(await catalog('show', '202601'), { code: 2, stderr: /several archives begin with 202601/ })
  t.match(await catalog('show', '1999'), { code: 10, stderr: /no archive 1999/ })
  t.match(await catalog('show'), { code: 2 })
  t.match(await catalog('show', '202602'), {
    code: 0,
    stdout: /location +.*20260201t000000z-bbbb\n[\s\S]*never verified/,
  })
  t.match(await catalog('pin', '202602'), { code: 0, stdout: '', stderr: /is pinned/ })
  t.match(await catalog('tag', '202602', 'gold', 'x,y'), { code: 0, stderr: /tagged n1, gold, x, y/ })
  t.match(await catalog('untag', '202602', 'n1', 'x'), { code: 0, stderr: /tagged gold, y/ })
  t.match(await catalog('note', '202602', 'before the move'), { code: 0, stderr: /noted/ })
  t.match(await catalog('tag', '202602'), { code: 2, stderr: /no tag is given[\s\S]*ID TAG/ })
  rmSync(`${at.directory}/state`, { recursive: true })
  const { stdout } = await catalog('show', '202602', '--json')
  t.match(JSON.parse(stdout), { id: IDS[1], pinned: true, tags: ['gold', 'y'], note: 'before the move' })
  t.match(await catalog('unpin', '202602', '--json'), { code: 0, stdout: /"pinned":false/ })
})

t.test('cleanup shows a plan with reasons, and removes by --yes alone', async (t) => {
  const at = stocked(t)
  const cleanup = (...words: string[]) => at.run(['col', 'catalog', 'cleanup', ...words])
  t.match(await cleanup(), { code: 2, stderr: /no rule says what to keep/ })
  t.match(await cleanup('--keep-last', '0'), { code: 2 })
  t.match(await cleanup('--keep-last', '30x'), { code: 2, stderr: /N\|unlimited/ })
  const plan = await cleanup('--older-than', '30d', '--failed-after', '0h')
  t.match(plan, { code: 0, stderr: /a plan: 3 archives would be removed/ })
  t.match(plan.stdout, /KEEP 1[^\n]*REASONS\n20260301t000000z-cccc[^\n]*covers the last 30d\n/)
  t.match(plan.stdout, /REMOVE 3[\s\S]*aaaa[^\n]*older than 30d, 20260301t000000z-cccc holds as much\n/)
  t.same(left(at), IDS)
  const json = JSON.parse((await cleanup('--keep-tag', 'n0', '--keep-tag', 'n1,n2', '--json')).stdout)
  t.match(json, {
    status: 'planned',
    groups: [{ key: { collection: 'SourceCode' }, remove: [{ id: IDS[1] }] }],
  })
  t.match(await cleanup('--keep-tag', 'nowhere'), { code: 5, stderr: /would remove every archive/ })
  t.match(await cleanup('--keep-last', '1', '--collection', 'source-code', '--yes'), {
    code: 0,
    stderr: /removed 2 of 2/,
  })
  t.same(left(at), [IDS[2]])
  t.match(await cleanup('--keep-last', '1', '--yes'), { code: 0, stderr: /removed 0 of 0/ })
  const deleted = await at.run(['col', 'catalog', 'list', '--status', 'deleted', '--json'])
  t.equal(JSON.parse(deleted.stdout).total, 2)
  t.match(await cleanup('--unsafe-allow-remove-all', '--allow-last', '--yes'), { code: 2, stderr: /filter/ })
})

t.test(
  'cleanup keeps the newest full archive, whatever newer ones hold, and says what each holds',
  async (t) => {
    const at = home(t)
    const backups = `${at.directory}/data/elysiactl/backups`
    const add = (id: string, day: number, told: object) =>
      writeArchive(
        `${backups}/Article/${id}`,
        manifest({ id, started: `2026-01-0${day}T00:00:00.000Z`, ...told }),
      )
    const encoding = { format: 'jsonl', compression: 'none', library: '', vectors: 'none' } as const
    const tenants = [
      { name: 'ann', state: 'active' },
      { name: 'bob', state: 'active' },
    ] as const
    add('20260101t000000z-full', 1, { tenants, all_tenants: true })
    add('20260102t000000z-full', 2, { tenants, all_tenants: true })
    add('20260103t000000z-vecs', 3, { tenants, all_tenants: true, encoding })
    add('20260104t000000z-some', 4, { tenants: tenants.slice(1), all_tenants: false })
    add('20260105t000000z-kind', 5, { selection: { filter: 'kind = 1' } })
    add('20260106t000000z-sche', 6, { content: 'schema-only' })
    const listed = await at.run(['col', 'catalog', 'list'])
    t.match(
      listed.stdout,
      /-sche .* never +schema only .*\n.*-kind .* where kind = 1 .*\n.*-some .* tenant bob .*\n/,
    )
    t.match(listed.stdout, /-vecs .* never +without vectors .*\n.*-full .* never +full .*\n/)
    const words = ['col', 'catalog', 'cleanup', '--keep-last', '1']
    const plan = await at.run(words)
    t.match(plan.stdout, /KEEP 5 +STARTED +CONTENT +TAGS +REASONS\n.*-sche .*last \(schema only\)\n/)
    t.match(
      plan.stdout,
      /REMOVE 1[^\n]*\n20260101t000000z-full[^\n]*no rule keeps it, 20260102t000000z-full holds as much\n/,
    )
    t.match(JSON.parse((await at.run([...words, '--json'])).stdout), {
      groups: [
        {
          keep: [
            { holds: 'schema only' },
            { holds: 'where kind = 1' },
            { holds: 'tenant bob' },
            { holds: 'without vectors' },
            { holds: 'full' },
          ],
          remove: [{ id: '20260101t000000z-full', holds: 'full', displaced_by: '20260102t000000z-full' }],
        },
      ],
    })
    t.match(await at.run([...words, '--yes']), { code: 0, stderr: /removed 1 of 1/ })
    t.ok(existsSync(`${backups}/Article/20260102t000000z-full/manifest.json`))
  },
)

t.test('archives outside the backup root are listed, and removed only where it is said', async (t) => {
  const at = stocked(t)
  const elsewhere = `${at.directory}/mine`
  for (const [name, day] of [
    ['a', 1],
    ['b', 2],
  ] as const) {
    const id = `2025010${day}t000000z-${name}`
    const started = `2025-01-0${day}T00:00:00.000Z`
    writeArchive(`${elsewhere}/${name}`, manifest({ id, started, collection: 'SourceCode' }))
  }
  const run = (...words: string[]) => at.run(['col', 'catalog', ...words])
  t.match(await run('rebuild', 'mine'), { code: 0 })
  t.match(await run('list'), { code: 0, stderr: /6 archives/ })
  const rule = ['--keep-last', '1', '--failed-after', '0h']
  const plan = await run('cleanup', ...rule)
  t.match(plan.stdout, /20250102t000000z-b .* outside the backup root\n/)
  t.match(await run('cleanup', ...rule, '--yes'), { code: 0, stderr: /removed 3 of 3/ })
  t.ok(existsSync(`${elsewhere}/a/manifest.json`))
  t.match(await run('list', '--backup-root', 'mine', '--json'), { code: 0, stdout: /"total":2,/ })
  t.match(await run('list', '--location', 'mine/*', '--json'), { code: 0, stdout: /"total":2,/ })
  t.match(await run('list', '--location', `${elsewhere}/a`, '--json'), { code: 0, stdout: /"total":1,/ })
  t.match(await run('list', '--location', 'min?', '--json'), { code: 0, stdout: /"total":0,/ })
  t.match(await run('list', '--location', '@(a|b)'), { code: 2, stderr: /--location/ })
  symlinkSync(elsewhere, `${at.directory}/link`)
  t.match(await run('list', '--backup-root', 'link', '--json'), { code: 0, stdout: /"total":2,/ })
  const scoped = JSON.parse((await run('cleanup', ...rule, '--backup-root', 'mine', '--json')).stdout)
  t.match(scoped.groups, [{ keep: [{ id: /-b$/ }], remove: [{ id: /-a$/ }] }])
  t.equal(scoped.groups[0].keep.length, 1, 'and no other archive is spoken of')
  const narrow = ['--location', 'SourceCode/*', '--include-outside']
  t.match(await run('cleanup', ...rule, ...narrow, '--yes'), { code: 0, stderr: /removed 0 of 0/ })
  t.match(await run('cleanup', ...rule, '--include-outside', '--yes'), { code: 0, stderr: /removed 2 of 2/ })
  t.notOk(existsSync(`${elsewhere}/b`))
})

t.test(
  'a quiet cleanup says nothing where all went well; a verification of nothing is exit 10',
  async (t) => {
    const at = stocked(t)
    const run = (...words: string[]) => at.run(['col', 'catalog', ...words])
    const nothing = { code: 10, stdout: '', stderr: /no complete archive to verify/ }
    t.match(await run('verify', '--all', '--backup-root', 'nowhere'), nothing)
    t.match(await run('verify', '--all', '-q'), { code: 0, stdout: '', stderr: '' })
    t.same(await run('cleanup', '--keep-last', '1', '--yes', '-q'), { code: 0, stdout: '', stderr: '' })
    t.same(left(at), [IDS[2]])
    t.match(await run('cleanup', '--keep-last', '1', '-q'), { code: 0, stdout: /KEEP/, stderr: '' })
  },
)

t.test('the policy may stand in the configuration', async (t) => {
  const at = stocked(t)
  writeFileSync(`${at.directory}/elysiactl.yaml`, 'keep_last: 1\nfailed_after: 0h\n')
  t.match(await at.run(['col', 'catalog', 'cleanup', '--yes']), { code: 0, stderr: /removed 3 of 3/ })
})

t.test('rebuild takes in a directory, and says what it could not read with exit 4', async (t) => {
  const at = home(t)
  const rebuild = (...words: string[]) => at.run(['col', 'catalog', 'rebuild', ...words])
  writeArchive(`${at.directory}/else/one`, manifest({ id: 'archive-one' }))
  t.match(await rebuild('else'), { code: 0, stderr: /else: 1 complete, 0 partial/ })
  t.match(await at.run(['col', 'catalog', 'show', 'archive-one']), { code: 0 })
  writeArchive(`${at.directory}/foreign/two`, manifest({ id: 'archive-one' }))
  t.match(await rebuild('foreign'), {
    code: 0,
    stderr: /foreign\/two has the same id archive-one as .*else\/one: /,
  })
  t.match(await at.run(['col', 'catalog', 'show', 'archive-one']), { stdout: /location +.*else\/one\n/ })
  rmSync(`${at.directory}/foreign`, { recursive: true })
  writeFileSync(`${at.directory}/else/one/manifest.json`, 'torn')
  rmSync(`${at.directory}/else/one/manifest.copy.json`)
  t.match(await rebuild('--json'), { code: 4, stdout: /"unreadable":\[\{"path"/ })
  t.match(await at.run(['col', 'catalog', 'list']), {
    code: 0,
    stdout: /archive-one +complete,damaged /,
    stderr: /unreadable: .*else\/one: .*is not JSON/,
  })
  t.match(await rebuild('nowhere'), { code: 10, stderr: /there is no directory/ })
  t.notOk(existsSync(`${at.directory}/nowhere`))
  writeFileSync(`${at.directory}/state/elysiactl/catalog.db`, 'not a database')
  const { code, stderr } = await at.run(['col', 'catalog', 'list'])
  t.match({ code, stderr }, { code: 0, stderr: /damaged: .*moved to/ })
})

t.test('a lock of another is exit 11, and unlock takes away what is stale or all', async (t) => {
  const at = stocked(t)
  const record = {
    kind: 'shared',
    purpose: 'backup',
    since: '2026-01-01T00:00:00Z',
    heartbeatMs: 20,
    counter: 1,
  }
  const lock = `${at.backups}/.locks/00000000000000aa.json`
  await at.run(['col', 'catalog', 'rebuild'])
  writeFileSync(lock, JSON.stringify({ ...record, id: 'a', pid: 1, host: 'elsewhere', user: 'ann' }))
  const cleanup = ['col', 'catalog', 'cleanup', '--keep-last', '1', '--yes']
  t.match(await at.run(cleanup), {
    code: 11,
    stderr: /backup since .*process 1 of ann on elsewhere[\s\S]*--retry-lock/,
  })
  t.same(left(at), IDS)
  t.match(await at.run(['col', 'catalog', 'unlock', '--remove-all']), { code: 0, stderr: /removed the lock/ })
  t.notOk(existsSync(lock))
  t.match(await at.run(['col', 'catalog', 'unlock']), { code: 0, stderr: /no locks/ })
  t.match(await at.run(cleanup), { code: 0 })
})

t.test('a cleanup says which rules hold, and where each comes from', async (t) => {
  const at = stocked(t)
  const config = 'keep_monthly: 12\nkeep_weekly: 5\n'
  writeFileSync(`${at.directory}/elysiactl.yaml`, config)
  const cleanup = ['col', 'catalog', 'cleanup', '--older-than', '30d', '--keep-weekly', '4']
  const { stderr, code } = await at.run(cleanup)
  t.equal(code, 0, stderr)
  t.match(stderr, /^rules: .*--older-than 30d \(command line\)/m)
  t.match(stderr, /--keep-weekly 4 \(command line\)/)
  t.match(stderr, /--keep-monthly 12 \(\S+elysiactl\.yaml\)/)
  t.match(stderr, /--failed-after 24h \(default\)/)
  const { rules } = JSON.parse((await at.run([...cleanup, '--json'])).stdout)
  t.match(
    rules.find(({ rule }: { rule: string }) => rule === '--keep-monthly'),
    { value: '12', origin: /elysiactl\.yaml$/ },
  )
})

t.test('--cluster takes the name of a target', async (t) => {
  const at = home(t, { 'elysiactl.yaml': 'targets: { mine: "sqlite:mine.db", other: "sqlite:other.db" }\n' })
  await at.run(['col', 'catalog', 'list'])
  writeFileSync(`${at.directory}/a.jsonl`, adds(1))
  const store = ['--target', 'mine']
  t.match(await at.run(['index', 'process-jsonl', 'a.jsonl', '--collection', 'c', ...store]), { code: 0 })
  t.match(await at.run(['col', 'backup', 'c', ...store]), { code: 0 })
  const list = async (cluster: string) =>
    JSON.parse((await at.run(['col', 'catalog', 'list', '--json', '--cluster', cluster])).stdout).total
  t.equal(await list('mine'), 1)
  t.equal(await list('other'), 0)
  t.equal(await list(`sqlite:${at.directory}/mine.db`), 1)
})

t.test('three words are found, helped with and completed', async (t) => {
  const at = stocked(t)
  t.match(await at.run(['col', 'catalog']), { code: 0, stdout: /col catalog cleanup/ })
  t.match(await at.run(['col', 'catalog', 'show', '-h']), {
    code: 0,
    stdout: /Usage:\s+elysiactl col catalog show ID/,
  })
  t.match(await at.run(['col', 'catalog', 'lits']), {
    code: 2,
    stderr: /unknown command col catalog lits[\s\S]*list/,
  })
  t.match(await at.run(['col', 'catalogue']), { code: 2, stderr: /did you mean col catalog/ })
  await at.run(['col', 'catalog', 'list'])
  // The line after each word says what it is.
  const offers = async (...words: string[]) => {
    const { stdout } = await at.run(['completion', 'words', '-q', '--', ...words])
    return stdout.split('\n').filter((word, line) => line % 2 === 0 && word !== '')
  }
  t.same(await offers('col', 'catalog', 'un'), ['unpin', 'untag', 'undos', 'unlock'])
  t.same(await offers('col', 'cata'), ['catalog'])
  t.same(await offers('col', 'catalog', 'show', '202602'), [IDS[1]])
  const others = (await offers('col', 'catalog', 'list', '')).filter((word) => !word.startsWith('-'))
  t.same(others, [], 'options, and no archive')
  t.match(readFileSync(`${at.directory}/state/elysiactl/backup-roots.json`, 'utf8'), /backups/)
})
