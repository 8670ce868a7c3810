// `auto`: what a user sees of it, as from cron and as a service.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { adds, type Home, home } from '../elysiactl.ts'

function configured(t: Test, policies: string, files = {}): Home {
  const at = home(t, { 'changes.jsonl': adds(3), ...files })
  mkdirSync(`${at.directory}/config/elysiactl`, { recursive: true })
  writeFileSync(`${at.directory}/config/elysiactl/config.yaml`, policies)
  return at
}

/** As if each policy had been seen an hour ago. */
function anHourLater({ directory }: Home): void {
  const file = `${directory}/state/elysiactl/auto.json`
  const read = JSON.parse(readFileSync(file, 'utf8'))
  for (const note of Object.values<Record<string, number>>(read.policies)) {
    note.seen! -= 3_600_000
    if (note.settled !== undefined) note.settled -= 3_600_000
  }
  writeFileSync(file, JSON.stringify(read))
}

const POLICIES = `
auto:
  - verify: { name: broken, collections: [None], every: 30m }
  - backup: { name: nightly, collections: [Article], every: 40m, options: { compression: none } }
  - rehearse: { name: drill, collections: ["Art*"], every: 50m }
  - cleanup: { name: old, every: 2h, options: { keep_last: 1 } }
`

t.test('from cron: what is due is done, one that fails stops none, and nothing is done twice', async (t) => {
  const at = configured(t, POLICIES)
  await at.run(['index', 'process-jsonl', 'changes.jsonl', '--collection', 'Article'])
  const dry = await at.run(['auto', '--dry-run'])
  t.match(dry, {
    code: 0,
    stdout: /^POLICY[\s\S]*nightly +every 40m[\s\S]*col backup Article --compression none/,
  })
  t.notOk(existsSync(`${at.directory}/state/elysiactl/auto.json`), 'a dry run notes nothing')
  t.match(await at.run(['auto', '--once']), { code: 0, stderr: /nothing is due/ })
  anHourLater(at)
  const planned = JSON.parse((await at.run(['auto', '--dry-run', '--json'])).stdout)
  t.strictSame(
    planned.policies.map(({ due }: { due: boolean }) => due),
    [true, true, true, false],
  )
  const ended = await at.run(['auto', '--once', '--json'])
  t.equal(ended.code, 3, ended.stderr)
  t.match(JSON.parse(ended.stdout), {
    failed: 1,
    runs: [
      { policy: 'broken', exit: 10 },
      { policy: 'nightly', exit: 0, command: ['col', 'backup', 'Article', '--compression', 'none'] },
      { policy: 'drill', exit: 0, command: ['col', 'catalog', 'rehearse', 'latest:Article'] },
    ],
  })
  t.match(ended.stderr, /warning: broken: exit 10: elysiactl col catalog verify latest:None/)
  t.match(await at.run(['auto', '--once', '-q']), { code: 0, stderr: '', stdout: '' })
  const { runs } = JSON.parse((await at.run(['runs', 'list', '--json'])).stdout)
  t.match(
    runs.map(({ kind, trigger, status }: Record<string, string>) => [kind, trigger, status]).slice(0, 3),
    [
      ['rehearse', 'auto', 'done'],
      ['backup', 'auto', 'done'],
      ['verify', 'auto', 'failed'],
    ],
  )
})

t.test('what is wrong with a policy is said with its place, and nothing runs', async (t) => {
  const at = configured(t, 'auto:\n  - cleanup: { every: 1d, options: { keep_lats: 1 } }\n')
  for (const more of [[], ['--once'], ['--dry-run']]) {
    const { code, stderr } = await at.run(['auto', ...more])
    t.equal(code, 2)
    t.match(stderr, /config\.yaml:2:\d+: col catalog cleanup has no option keep-lats[\s\S]*keep-last/)
  }
  t.notOk(existsSync(`${at.directory}/state`))
  const none = home(t)
  t.match(await none.run(['auto', '--once']), { code: 2, stderr: /has no policies[\s\S]*schedule/ })
  writeFileSync(`${none.directory}/elysiactl.yaml`, 'auto: [{ cleanup: { every: 1d } }]\n')
  const project = await none.run(['auto', '--once'])
  t.match(project, { code: 2, stderr: /it sets auto, which only/ }, 'a project runs nothing')
})

t.test('as a service it stays, does what is due, keeps others out, and ends with SIGTERM', async (t) => {
  const at = configured(t, 'auto: [{ cleanup: { name: often, every: 1s, options: { keep_last: 1 } } }]\n')
  const { child, ended, says } = at.start(['auto'])
  await says('done: elysiactl col catalog cleanup')
  t.match(await at.run(['auto', '--once']), { code: 11, stderr: /another `elysiactl auto`/ })
  const write = (text: string) => writeFileSync(`${at.directory}/config/elysiactl/config.yaml`, text)
  write('auto: [{ cleanup: { every: never } }]\n')
  await says('config.yaml:1:')
  write('auto: [{ cleanup: { name: changed, every: 1s, options: { keep_last: 2 } } }]\n')
  await says('(changed)')
  child.kill('SIGTERM')
  const { code, stderr } = await ended
  t.match(
    stderr,
    /the changed configuration is not used: \S*config\.yaml:1:\d+: [^\n]*; the earlier policies stay in force/,
  )
  t.match(stderr, /keep-last 2 \(changed\)/)
  t.equal(code, 143, stderr)
  t.match(stderr, /continue with: elysiactl auto/)
  await wait(1000)
  t.match(await at.run(['auto', '--once']), { code: 0, stderr: /runs elysiactl col catalog cleanup/ })
})

t.test('with JSON lines, its commands say theirs too, and nothing else is on stderr', async (t) => {
  const at = configured(
    t,
    'auto: [{ verify: { collections: [None], every: 30m } }, { cleanup: { every: 30m, options: { keep_last: 1 } } }]\n',
  )
  await at.run(['auto', '--once'])
  anHourLater(at)
  const { code, stdout, stderr } = await at.run(['auto', '--once', '--json', '--progress', 'json'])
  t.equal(code, 3)
  t.match(JSON.parse(stdout), { failed: 1, runs: [{ exit: 10 }, { exit: 0 }] })
  const lines = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.ok(
    lines.every(({ message_type: type, at }) => typeof type === 'string' && Number.isFinite(Date.parse(at))),
  )
  t.match(
    lines.filter(({ message_type: type }) => type === 'error'),
    [{ code: 'ELYSIA_NOT_FOUND', message: /no complete archive of None/ }],
    'the error of a command of its own',
  )
  t.ok(
    lines.some(({ level, text }) => level === 'warn' && /^verify\S*: exit 10: /.test(text)),
    stderr,
  )
})
