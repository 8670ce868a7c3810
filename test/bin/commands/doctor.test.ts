// `doctor`: what a user sees of it, and what a bundle tells another.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { weaviateDouble } from '../../double/double.ts'
import { home } from '../elysiactl.ts'

interface Checked {
  readonly area: string
  readonly subject: string
  readonly level: string
  readonly fact: string
  readonly next?: string
}

t.test('all is well where nothing was run yet, and nothing is made', async (t) => {
  const at = home(t)
  const { code, stdout, stderr } = await at.run(['doctor'])
  t.equal(code, 0, stdout + stderr)
  t.match(
    stdout,
    /^ok +node +\S+: Node\.js[\s\S]*ok +addons +better-sqlite3: loads[\s\S]*state: .*not there yet/,
  )
  t.match(stderr, /no faults/)
})

t.test('addons load as well where the command is a link to it, as `npm install -g` makes one', async (t) => {
  const at = home(t)
  const outside = mkdtempSync(join(tmpdir(), 'elysiactl-'))
  t.teardown(() => rmSync(outside, { recursive: true }))
  const link = join(outside, 'elysiactl')
  symlinkSync(fileURLToPath(new URL('../../../bin/elysiactl.js', import.meta.url)), link)
  const { ended } = at.start([], ['sh', '-c', `exec ${process.execPath} ${link} doctor`])
  const { code, stdout } = await ended
  t.equal(code, 0, stdout)
  t.match(stdout, /addons +better-sqlite3: loads/)
})

t.test(
  'faults are named with the next step, all others are looked at nevertheless, and the exit code is 3',
  async (t) => {
    const at = home(t, {
      state: { elysiactl: { 'runs.db': 'no database at all, and long enough to be one' } },
    })
    mkdirSync(`${at.directory}/config/elysiactl`, { recursive: true })
    writeFileSync(
      `${at.directory}/config/elysiactl/config.yaml`,
      'target: http://127.0.0.1:1\nauto: [{ cleanup: { every: never } }]\nexpect: { Article: { evry: 1d } }\n',
    )
    const ended = await at.run(['doctor', '--json'])
    t.equal(ended.code, 3, ended.stderr)
    const { status, checks } = JSON.parse(ended.stdout) as { status: string; checks: Checked[] }
    t.equal(status, 'fault')
    const faults = checks.filter(({ level }) => level === 'fault')
    t.match(faults, [
      { area: 'databases', subject: /runs\.db/, next: /move it away/ },
      { area: 'configuration', subject: /^auto of/, fact: /config\.yaml:2:\d+/ },
      { area: 'configuration', subject: /^expect of/, fact: /config\.yaml:3:\d+/ },
      { area: 'target', fact: /127\.0\.0\.1:1/, next: /start it/ },
    ])
    t.equal(faults.length, 4)
  },
)

t.test('a server: version, clock, and the rights for each kind of job', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const { code, stdout } = await home(t).run(['doctor', '--target', double.target])
  t.equal(code, 0, stdout)
  t.match(stdout, /target +http\S+: answers: Weaviate/)
  for (const job of ['backup', 'restore', 'copy', 'ingest', 'delete'])
    t.match(stdout, `has the rights for: ${job}`)
})

t.test('a bundle holds neither secrets nor contents', async (t) => {
  const [secret, content] = ['s3cr3t-pl4nted', 'c0ntent-pl4nted']
  const record = { repo: content, op: 'add', path: `${content}.ts`, content: `text ${content}` }
  const variables = { ELYSIACTL_API_KEY: secret, SOMETHING: secret, ELYSIACTL_MASK_KEY: secret }
  const at = home(t, { 'changes.jsonl': `${JSON.stringify(record)}\n`, key: secret }, variables)
  mkdirSync(`${at.directory}/config/elysiactl`, { recursive: true })
  writeFileSync(
    `${at.directory}/config/elysiactl/config.yaml`,
    `api_key_file: ${at.directory}/key\nworkers: 3\ntargets: { far: { url: "http://u:${secret}@127.0.0.1:1" } }\n`,
  )
  await at.run(['index', 'process-jsonl', 'changes.jsonl', '--collection', 'c'])
  await at.run(['col', 'backup', 'c', '--note', content])
  await at.run(['col', 'cat', 'c', '--target', `http://u:${secret}@127.0.0.1:1`])
  const { stderr } = await at.run(['doctor', '--bundle', 'bundle.json.gz'])
  t.match(stderr, /written: bundle\.json\.gz/)
  t.equal(statSync(`${at.directory}/bundle.json.gz`).mode & 0o777, 0o600)
  const text = gunzipSync(readFileSync(`${at.directory}/bundle.json.gz`)).toString()
  t.notMatch(text, /pl4nted/)
  t.match(JSON.parse(text), { targets: 1, environment: ['ELYSIACTL_API_KEY', 'ELYSIACTL_MASK_KEY'] })
  t.match(await at.run(['doctor', '--bundle', 'bundle.json.gz']), { code: 5, stderr: /is there already/ })
})
