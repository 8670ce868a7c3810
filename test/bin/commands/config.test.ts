import { execFile } from 'node:child_process'
import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import t from 'tap'
import { home } from '../elysiactl.ts'

const COMMAND = new URL('../../../bin/elysiactl.js', import.meta.url).pathname
const USER = `batch_size: 7
targets:
  office:
    url: http://weaviate.example:8080
    api_key_env: OFFICE_KEY
    headers_env: { X-OpenAI-Api-Key: OPENAI_KEY }
`

interface Shown {
  readonly options: readonly {
    readonly key: string
    readonly value: unknown
    readonly origin: string
    readonly commands: readonly string[]
  }[]
  readonly places: { readonly files: readonly string[] }
}

/** With variables of the environment, which a home keeps out. */
async function shown(
  directory: string,
  variables: Record<string, string>,
  ...flags: string[]
): Promise<string> {
  const env = { HOME: directory, XDG_CONFIG_HOME: `${directory}/config`, ...variables }
  const argv = [COMMAND, 'config', 'show', ...flags]
  return (await promisify(execFile)(process.execPath, argv, { cwd: directory, env })).stdout
}

t.test('config show gives each option its value and origin', async (t) => {
  const { directory } = home(t, { config: { elysiactl: { 'config.yaml': USER } } })
  const text = await shown(directory, { ELYSIACTL_BATCH_BYTES: '1MiB' }, '--target', 'office')
  t.match(text, /\nbatch_size +7 +\S+config\.yaml\n/)
  t.match(text, /\nbatch_bytes +1MiB +environment\n/)
  t.match(text, /\nworkers \(.*\) +auto +default\n/)
  t.match(text, /\nworkers \(.*\) +2 +default\n/)
  t.match(text, /\n\(in use\) +http:\/\/weaviate\.example:8080 +command line\n/)
  t.match(text, /\nread +\S+config\.yaml\n/)
  const json = JSON.parse(await shown(directory, {}, '--json')) as Shown
  t.match(
    json.options.find(({ key }) => key === 'batch_size'),
    { value: 7, origin: /config\.yaml$/ },
  )
  t.match(json, { targets: [{ name: 'office', api_key_env: 'OFFICE_KEY' }], api_key: null })
  const keys = json.options.flatMap(({ key, commands }) => commands.map((command) => `${command} ${key}`))
  t.equal(new Set(keys).size, keys.length, 'one value for each option of a command')
})

t.test('an option that two commands have with defaults of their own is shown for each of them', async (t) => {
  const { run } = home(t)
  const { stdout } = await run(['config', 'show'])
  t.match(stdout, /\nbatch_bytes \(index process-jsonl, index sync, index watch\) +4MiB +default\n/)
  t.match(stdout, /\nbatch_bytes \(col restore, col copy, col migrate, col apply\) +8MiB +default\n/)
  const set = await home(t, { 'elysiactl.yaml': 'batch_bytes: 2MiB\n' }).run(['config', 'show'])
  t.match(set.stdout, /\nbatch_bytes +2MiB +\S+elysiactl\.yaml\n/, 'one value is one line')
})

t.test('config show tells no secret', async (t) => {
  const { directory } = home(t, { config: { elysiactl: { 'config.yaml': USER } } })
  const secrets = { ELYSIACTL_API_KEY: 's3cret-1', OFFICE_KEY: 's3cret-2', OPENAI_KEY: 's3cret-3' }
  const target = { ELYSIACTL_TARGET: 'http://user:s3cret-4@host:8080?api_key=s3cret-5' }
  for (const flags of [[], ['--json']]) {
    const text = await shown(directory, { ...secrets, ...target }, ...flags)
    t.notMatch(text, 's3cret')
    t.match(text, '***@host:8080')
  }
})

t.test('config show says which files were read, and why one was not; it ends with 2 then', async (t) => {
  const place = home(t, {
    'elysiactl.yaml': 'batch_size: 9\n',
    config: { elysiactl: { 'config.yaml': USER } },
  })
  const { directory } = place
  t.match(await place.run(['config', 'show']), {
    code: 0,
    stdout: /\nread +\S+elysiactl\.yaml\s*\nread +\S+config\.yaml/,
  })
  chmodSync(`${directory}/elysiactl.yaml`, 0o646)
  const refused = await place.run(['config', 'show'])
  t.match(refused, {
    code: 2,
    stdout: /\nnot read +\S+elysiactl\.yaml +everyone may write to it\n/,
    stderr: /elysiactl\.yaml is refused: everyone may write to it\nhint: ELYSIACTL_CONFIG=/,
  })
  t.match(refused.stdout, /\nbatch_size +7 /)
  const { stdout } = await place.run(['config', 'show', '--json'])
  t.match(JSON.parse(stdout).places, { refused: [{ path: /elysiactl\.yaml$/, reason: /everyone/ }] })
  t.match(await place.run(['col', 'ls']), { code: 2, stderr: /everyone may write to it/ })
})

t.test('config show masks what an address of a named target holds', async (t) => {
  const targets = [
    'http://h:1?password=s3cret-1',
    'http://h:1?client_secret=s3cret-2',
    'http://h:1?auth=s3cret-3',
  ]
  const text = targets.map((url, at) => `  t${at}: {url: "${url}"}\n`).join('')
  const named = `  t9: {url: "http://user:s3cret-4@h:1", grpc: "user:s3cret-5@h:2"}\n`
  const { directory } = home(t, { 'elysiactl.yaml': `targets:\n${text}${named}` })
  for (const flags of [[], ['--json']]) {
    const said = await shown(directory, {}, ...flags)
    t.notMatch(said, 's3cret')
    t.match(said, 't9')
  }
})

t.test('a broken file is exit 2, and so is an operand', async (t) => {
  t.match(await home(t, { 'elysiactl.yaml': 'batch_sise: 7\n' }).run(['config', 'show']), {
    code: 2,
    stderr: /batch_size/,
  })
  t.equal((await home(t).run(['config', 'show', 'all'])).code, 2)
})

/** The same file with every `#key: value` taken at its word. */
function uncommented(text: string): string {
  return text.replace(/^#(?=[a-z_]+:| {2})/gm, '')
}

t.test(
  'config init writes a file that changes nothing, and is right when nothing is commented out',
  async (t) => {
    const { run, directory } = home(t)
    const before = JSON.parse((await run(['config', 'show', '--json'])).stdout) as Shown
    const written = await run(['config', 'init', '--json'])
    const { path } = JSON.parse(written.stdout) as { path: string }
    t.equal(path, `${directory}/config/elysiactl/config.yaml`)
    t.equal(statSync(path).mode & 0o777, 0o600)
    const after = JSON.parse((await run(['config', 'show', '--json'])).stdout) as Shown
    t.strictSame(after.options, before.options)
    t.strictSame(after.places.files, [path])
    const text = readFileSync(path, 'utf8')
    for (const { key } of before.options) t.match(text, new RegExp(`^#${key}: `, 'm'), key)
    writeFileSync(path, uncommented(text))
    const shown = await run(['config', 'show'])
    t.match(shown, { code: 0, stdout: /\ncloud +https:\/\/my-cluster\.weaviate\.cloud/ }, shown.stderr)
  },
)

t.test('config init says which command has which default, where they differ', async (t) => {
  const { run, directory } = home(t)
  await run(['config', 'init', 'elysiactl.yaml'])
  const text = readFileSync(`${directory}/elysiactl.yaml`, 'utf8')
  const { options } = JSON.parse((await run(['config', 'show', '--json'])).stdout) as Shown
  const sizes = options.filter(({ key }) => key === 'batch_bytes')
  t.ok(sizes.length > 1, 'there is such an option')
  const [line = ''] = /^# Default: .*(?=\n#batch_bytes: )/m.exec(text) ?? []
  for (const { value, commands } of sizes) {
    t.match(line, `"${Number(value) / 2 ** 20}MiB" for ${commands.join(', ')}`)
  }
  t.match(line, /A value here is for all of them\.$/)
  t.match(
    text,
    /^# index process-jsonl, .*: batches in flight at once; auto finds how many\n(?:# .*\n)+#workers: auto$/m,
    'and meanings',
  )
})

t.test('config init of a project says nothing that a project may not, and overwrites nothing', async (t) => {
  const { run, directory } = home(t)
  t.match(await run(['config', 'init', 'elysiactl.yaml']), { code: 0 })
  const path = `${directory}/elysiactl.yaml`
  const text = uncommented(readFileSync(path, 'utf8'))
  t.notMatch(text, /api_key|headers_env|content_root/)
  writeFileSync(path, text)
  const shown = await run(['config', 'show'])
  t.match(shown, { code: 0, stdout: /\noffice +http:\/\/localhost:8080/ }, shown.stderr)
  for (const name of ['elysiactl.yaml', 'elysiactl.yml']) {
    t.match(await run(['config', 'init', name]), { code: 5, stderr: /elysiactl\.yaml is there already/ })
  }
  t.equal(readFileSync(path, 'utf8'), text)
  t.match(await run(['config', 'init', 'elysiactl.toml']), { code: 2 })
  symlinkSync('nowhere', `${directory}/link.yaml`)
  t.match(await run(['config', 'init', 'link.yaml']), { code: 5 })
})

t.test('a target may be a plain address, in a file of any kind', async (t) => {
  const { run } = home(t, { 'elysiactl.yaml': 'targets: { here: "sqlite:here.db" }\ntarget: here\n' })
  t.match(await run(['config', 'show']), { code: 0, stdout: /\nhere +sqlite:\/\S+\/here\.db/ })
  t.match(await run(['col', 'ls', '--target', 'here']), { code: 10, stderr: /here\.db/ })
  const outside = home(t, { 'elysiactl.yaml': 'targets: { there: "sqlite:../there.db" }\n' })
  t.match(await outside.run(['col', 'ls']), { code: 2, stderr: /leads out of its directory/ })
  const secret = home(t, { 'elysiactl.yaml': 'targets: { there: "http://me:s3cret@h:1" }\n' })
  const refused = await secret.run(['col', 'ls', '--target', 'there'])
  t.match(refused, { code: 2, stderr: /credential/ })
  t.notMatch(refused.stderr, 's3cret')
})
