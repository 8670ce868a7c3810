import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readSettings, type Settings } from '../../lib/config/settings.ts'
import { ingestOptions } from '../../lib/job/ingest/options.ts'
import { resolveOptions } from '../../lib/options/options.ts'
import { runOptions } from '../../lib/run/options.ts'
import { targetOptions } from '../../lib/store/targetOptions.ts'

const schemas = [targetOptions, ingestOptions, runOptions]

interface Files {
  readonly project?: object
  readonly user?: object
  readonly env?: Record<string, string>
  /** Below the project's directory. */
  readonly at?: string
}

function read(t: Test, { project = {}, user = {}, env = {}, at = '.' }: Files): Promise<Settings> {
  const root = t.testdir({ project: { ...project }, user: { ...user } })
  mkdirSync(join(root, 'project', at), { recursive: true })
  return readSettings({
    schemas: async () => schemas,
    env,
    directory: join(root, 'project', at),
    userDirectory: join(root, 'user'),
  })
}

t.test(
  'environment beats project file, project file beats user file, and the user file the default',
  async (t) => {
    const { layers } = await read(t, {
      env: { ELYSIACTL_BATCH_SIZE: '1', ELYSIACTL_COLLECTION: '', OTHER: 'x' },
      project: { 'elysiactl.yaml': 'batch_size: 2\nworkers: 2\ncollection: project\n' },
      user: { 'config.yaml': 'batch_size: 3\nworkers: 3\nbatch_bytes: 3MiB\n' },
    })
    const { options, origins } = resolveOptions(ingestOptions, layers)
    t.match(options, { batchSize: 1, workers: 2, collection: 'project', batchBytes: 3 * 1024 * 1024 })
    t.equal(origins.batchSize, 'environment')
    t.match(origins.workers, /project.elysiactl\.yaml$/)
    t.match(origins.batchBytes, /user.config\.yaml$/)
    t.equal(origins.maxLineBytes, 'default')
  },
)

t.test('the project file is found from any directory below it, the nearest first', async (t) => {
  const project = {
    'elysiactl.json': '{"collection": "outer"}',
    inner: { 'elysiactl.yml': 'collection: inner\n' },
  }
  for (const [at, collection] of [
    ['.', 'outer'],
    ['some/where', 'outer'],
    ['inner/deep', 'inner'],
  ] as const) {
    t.match(resolveOptions(ingestOptions, (await read(t, { project, at })).layers).options, { collection })
  }
})

t.test('a path in a file means the same from every directory', async (t) => {
  const { layers, targets } = await read(t, {
    project: {
      'elysiactl.yaml': [
        'target: sqlite:store.db',
        'schema: class.json',
        'targets:',
        '  local: {url: "sqlite:other.db"}',
        '  near: {url: "https://h", ca_file: ca.pem}',
      ].join('\n'),
    },
    user: {
      'config.yaml': [
        'content_root: files',
        'targets: {prod: {url: "https://h", api_key_file: key, ca_file: /etc/ca.pem}}',
      ].join('\n'),
    },
    at: 'some/where',
  })
  const [project, user] = [join(t.testdirName, 'project'), join(t.testdirName, 'user')]
  t.equal(layers[1]?.values.target, `sqlite:${join(project, 'store.db')}`)
  t.equal(layers[1]?.values.schema, join(project, 'class.json'))
  t.equal(layers[2]?.values.contentRoot, join(user, 'files'))
  t.equal(targets.local?.url, `sqlite:${join(project, 'other.db')}`)
  t.equal(targets.near?.ca_file, join(project, 'ca.pem'))
  t.match(targets.prod, { url: 'https://h', api_key_file: join(user, 'key'), ca_file: '/etc/ca.pem' })
})

t.test('a name for a target in a file stays a name', async (t) => {
  const { layers } = await read(t, { project: { 'elysiactl.yaml': 'target: prod\n' } })
  t.equal(layers[1]?.values.target, 'prod')
})

t.test('a project names targets over those of the user', async (t) => {
  const { targets } = await read(t, {
    project: { 'elysiactl.yaml': 'targets: {a: {url: "http://project"}}' },
    user: { 'config.yaml': 'targets: {a: {url: "http://user"}, b: {url: "http://user"}}' },
  })
  t.match(targets, { a: { url: 'http://project' }, b: { url: 'http://user' } })
})

t.test('ELYSIACTL_CONFIG names the file to read in place of the search', async (t) => {
  const root = t.testdir({ 'elysiactl.yaml': 'collection: searched', 'named.yaml': 'collection: named' })
  const env = { ELYSIACTL_CONFIG: join(root, 'named.yaml') }
  const { layers } = await readSettings({
    schemas: async () => schemas,
    env,
    directory: root,
    userDirectory: join(root, 'no'),
  })
  t.equal(resolveOptions(ingestOptions, layers).options.collection, 'named')
})

t.test('a file that is empty, or absent, says nothing', async (t) => {
  t.equal((await read(t, {})).layers.length, 1)
  t.strictSame((await read(t, { project: { 'elysiactl.yaml': '# nothing\n' } })).layers[1]?.values, {})
})

t.test('a file is data and never run', async (t) => {
  const code = 'globalThis.wasRun = true; export default {}'
  await read(t, { project: { 'elysiactl.js': code, 'elysiactl.config.js': code, '.elysiactlrc.js': code } })
  t.notOk('wasRun' in globalThis)
  const env = { ELYSIACTL_CONFIG: join(t.testdirName, 'project', 'elysiactl.js') }
  await t.rejects(
    readSettings({ schemas: async () => schemas, env, directory: '/', userDirectory: '/nowhere' }),
    {
      code: 'ELYSIA_USAGE',
      message: /\.yaml, \.yml, \.json/,
    },
  )
})

t.test('what a file cannot mean is refused, with the file and what was meant', async (t) => {
  const cases: [string, RegExp, RegExp][] = [
    ['batchsize: 5', /unknown key batchsize in .*config\.yaml/, /batch_size/],
    ['dry_run: true', /unknown key dry_run/, /./],
    ['- a\n- b', /not a set of keys and values/, /(?:)/],
    ['a: [', /cannot be used/, /(?:)/],
    ['targets: {prod: {uri: "http://h"}}', /unknown key uri in targets\.prod/, /url/],
    ['targets: {prod: {ca_file: x}}', /targets\.prod .* has no url/, /url: http/],
    ['targets: {prod: {url: 5}}', /url of targets\.prod .* is not a text/, /text/],
    ['targets: {"a:b": {url: "http://h"}}', /targets\.a:b .* is not a name/, /characters/],
    ['targets: {prod: {url: "http://h", headers_env: {X-Key: "a b"}}}', /header X-Key/, /variable/],
    ['targets: [a]', /targets in .* is not a set/, /url/],
  ]
  for (const [text, message, hint] of cases) {
    const error = await read(t, { user: { 'config.yaml': text } }).catch((thrown: unknown) => thrown)
    t.match(error, { code: 'ELYSIA_USAGE', message }, text)
    t.match(String((error as { hint?: string }).hint ?? ''), hint, text)
  }
})

t.test('a file that cannot be read as what it is says where, and quotes nothing', async (t) => {
  for (const [name, text, where] of [
    ['elysiactl.yaml', 'workers: 2\na: [\nhunter2: {', /\(line \d\)$/],
    ['elysiactl.json', '{"api_key": hunter2}', /not valid JSON/],
    ['elysiactl.json', '{"a": "hunter2"\n"b": 1}', /not valid JSON \(line 2 column 1\)$/],
  ] as const) {
    const error = await read(t, { project: { [name]: text } }).catch((thrown: unknown) => thrown)
    t.match(error, { code: 'ELYSIA_USAGE', message: where }, text)
    t.notMatch(`${error} ${(error as Error).cause}`, 'hunter2')
    t.notMatch((error as Error).message, '\n')
  }
  const env = { ELYSIACTL_CONFIG: '/nowhere/elysiactl.yaml' }
  await t.rejects(
    readSettings({ schemas: async () => schemas, env, directory: '/', userDirectory: '/' }),
    /no such file/,
  )
})

t.test('a secret in a file is refused and not repeated', async (t) => {
  for (const text of [
    'api_key: hunter2',
    'apiKey: hunter2',
    'targets: {prod: {url: "http://h", api_key: hunter2}}',
    'targets: {prod: {url: "http://h", headers: {X-Key: hunter2}}}',
  ]) {
    const error = await read(t, { project: { 'elysiactl.yaml': text } }).catch((thrown: unknown) => thrown)
    t.match(error, { code: 'ELYSIA_USAGE', message: /holds a secret/ }, text)
    t.notMatch(JSON.stringify([String(error), error]), 'hunter2')
  }
})

t.test('a variable of ours that is not known is told, and others are none of our business', async (t) => {
  const env = {
    ELYSIACTL_BATCHSIZE: '5',
    ELYSIACTL_API_KEY: 'hunter2',
    ELYSIACTL_TEST_WEAVIATE: 'x',
    WEAVIATE_PORT: 'tcp://10.0.0.1:8080',
    WEAVIATE_HOST: 'elsewhere',
  }
  const { warnings, layers } = await read(t, { env })
  t.strictSame(warnings, ['ELYSIACTL_BATCHSIZE is not known; did you mean ELYSIACTL_BATCH_SIZE?'])
  t.strictSame(layers[0]?.values, {})
})
