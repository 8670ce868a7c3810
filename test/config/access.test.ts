import { join } from 'node:path'
import t from 'tap'
import { chooseTarget, readApiKey, readHeaders } from '../../lib/config/access.ts'
import type { Settings } from '../../lib/config/settings.ts'

const settings: Settings = {
  layers: [],
  files: [],
  warnings: [],
  sections: [],
  targets: {
    prod: {
      url: 'https://h:1',
      grpc: 'g:2',
      api_key_file: '/key',
      api_key_env: 'PROD_KEY',
      ca_file: '/ca.pem',
      cert_file: '/cert.pem',
      key_file: '/cert-key.pem',
      headers_env: { 'X-OpenAI-Api-Key': 'OPENAI_API_KEY' },
      origin: 'f.yaml',
    },
    plain: { url: 'http://h:1?grpc=x:1', origin: 'f.yaml' },
  },
}

t.test('nobody chose: the embedded store of the user', async (t) => {
  const { address, origin } = chooseTarget(undefined, 'default', settings)
  t.match(address, /^sqlite:.*elysiactl.store\.db$/)
  t.equal(origin, 'default')
})

t.test('a name stands for its address, with where its secrets lie', async (t) => {
  t.strictSame(chooseTarget('prod', 'command line', settings), {
    address: 'https://h:1?grpc=g:2',
    name: 'prod',
    origin: 'command line',
    layer: {
      kind: 'file',
      origin: 'f.yaml',
      values: { apiKeyFile: '/key', caFile: '/ca.pem', certFile: '/cert.pem', keyFile: '/cert-key.pem' },
    },
    headersEnv: { 'X-OpenAI-Api-Key': 'OPENAI_API_KEY' },
    apiKeyEnv: 'PROD_KEY',
  })
  t.match(chooseTarget('plain', 'environment', settings), {
    address: 'http://h:1?grpc=x:1',
    origin: 'environment',
  })
})

t.test('an address is taken as it is', async (t) => {
  t.match(chooseTarget('memory:', 'command line', settings), { address: 'memory:' })
})

t.test('a name that nobody gave is not found, and the nearest is named', async (t) => {
  t.throws(() => chooseTarget('prd', 'command line', settings), {
    code: 'ELYSIA_NOT_FOUND',
    hint: 'did you mean prod?',
  })
  t.throws(() => chooseTarget('constructor', 'command line', settings), { code: 'ELYSIA_NOT_FOUND' })
})

t.test('the key: --api-key-file beats ELYSIACTL_API_KEY, which beats what files name', async (t) => {
  const root = t.testdir({ flag: 'from-flag\n', file: '  from-file \n' })
  const env = { ELYSIACTL_API_KEY: 'from-env', PROD_KEY: 'from-variable' }
  const flag = { path: join(root, 'flag'), fromFlag: true }
  const file = { path: join(root, 'file'), fromFlag: false }
  t.equal(await readApiKey(env, flag, 'PROD_KEY'), 'from-flag')
  t.equal(await readApiKey(env, file, 'PROD_KEY'), 'from-env')
  t.equal(await readApiKey({ PROD_KEY: 'from-variable' }, file, 'PROD_KEY'), 'from-file')
  t.equal(await readApiKey(env, undefined, 'PROD_KEY'), 'from-env')
  t.equal(await readApiKey({ PROD_KEY: 'from-variable' }, undefined, 'PROD_KEY'), 'from-variable')
  t.equal(await readApiKey({}, undefined, undefined), undefined)
})

t.test('a key that should be somewhere and is not ends the command', async (t) => {
  const root = t.testdir({ empty: '\n', two: 'hunter2\nX-Admin: 1\n' })
  const at = (name: string) => ({ path: join(root, name), fromFlag: true })
  await t.rejects(readApiKey({}, at('none'), undefined), {
    code: 'ELYSIA_USAGE',
    message: /none cannot be read/,
  })
  await t.rejects(readApiKey({}, at('empty'), undefined), { code: 'ELYSIA_USAGE', message: /holds no key/ })
  await t.rejects(readApiKey({}, at('two'), undefined), { message: /^(?!.*hunter2).*one line/ })
  await t.rejects(readApiKey({}, undefined, 'PROD_KEY'), { message: /PROD_KEY is not set/ })
})

t.test('headers take their values from the environment', async (t) => {
  t.strictSame(readHeaders({ OPENAI: 'k' }, { 'X-OpenAI-Api-Key': 'OPENAI' }), { 'X-OpenAI-Api-Key': 'k' })
  t.strictSame(readHeaders({}), {})
  t.throws(() => readHeaders({}, { 'X-OpenAI-Api-Key': 'OPENAI' }), {
    code: 'ELYSIA_USAGE',
    message: /OPENAI is not set.*X-OpenAI-Api-Key/,
  })
})
