import { execFile } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { promisify } from 'node:util'
import t from 'tap'
import { home } from './elysiactl.ts'

const COMMAND = new URL('../../bin/elysiactl.js', import.meta.url).pathname
const USER = `batch_size: 7
targets:
  office:
    url: http://weaviate.example:8080
    api_key_env: OFFICE_KEY
    headers_env: { X-OpenAI-Api-Key: OPENAI_KEY }
`

interface Shown {
  readonly options: readonly { readonly key: string; readonly value: unknown; readonly origin: string }[]
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
  t.match(text, /\nworkers +2 +default\n/)
  t.match(text, /\n\(in use\) +http:\/\/weaviate\.example:8080 +command line\n/)
  t.match(text, /\nread +\S+config\.yaml\n/)
  const json = JSON.parse(await shown(directory, {}, '--json')) as Shown
  t.match(
    json.options.find(({ key }) => key === 'batch_size'),
    { value: 7, origin: /config\.yaml$/ },
  )
  t.match(json, { targets: [{ name: 'office', api_key_env: 'OFFICE_KEY' }], api_key: null })
  t.equal(new Set(json.options.map(({ key }) => key)).size, json.options.length)
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
