import { chmodSync, chownSync, lchownSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { catalogOptions } from '../../lib/catalog/options.ts'
import { chooseTarget, readApiKey, withholdKey, withoutKeys } from '../../lib/config/access.ts'
import { isReadByOthers, ownershipFault } from '../../lib/config/ownership.ts'
import { readSettings } from '../../lib/config/settings.ts'
import { ingestOptions } from '../../lib/job/ingest/options.ts'
import { targetOptions } from '../../lib/store/targetOptions.ts'

const schemas = [targetOptions, ingestOptions, catalogOptions]
const isRoot = process.geteuid?.() === 0
const STRANGER = 12_345

function read(directory: string, more: { env?: Record<string, string>; showRefused?: boolean } = {}) {
  return readSettings({
    schemas: async () => schemas,
    env: {},
    directory,
    userDirectory: join(directory, 'user'),
    ...more,
  })
}

/** A project's file and a user's file, with what makes them somebody else's. */
function place(t: Test, project: string | undefined, user?: string): string {
  return t.testdir({
    ...(project !== undefined && { 'elysiactl.yaml': project }),
    user: user === undefined ? {} : { 'config.yaml': user },
    below: { deep: {} },
  })
}

t.test('whose a file is: its owner, its group and its mode say it', async (t) => {
  const own = process.geteuid!()
  const gid = process.getegid!()
  t.equal(ownershipFault({ uid: own, gid, mode: 0o644 }), undefined)
  t.equal(ownershipFault({ uid: 0, gid: 0, mode: 0o644 }), undefined)
  t.match(ownershipFault({ uid: STRANGER, gid, mode: 0o600 }), /belongs to another user \(12345\)/)
  t.match(ownershipFault({ uid: own, gid, mode: 0o602 }), /everyone/)
  t.match(ownershipFault({ uid: own, gid: STRANGER, mode: 0o620 }), /its group/)
  t.match(ownershipFault({ uid: 0, gid: STRANGER, mode: 0o620 }), /its group/)
  t.ok(isReadByOthers({ uid: own, gid: STRANGER, mode: 0o640 }))
  t.ok(isReadByOthers({ uid: own, gid, mode: 0o604 }))
  t.notOk(isReadByOthers({ uid: own, gid, mode: 0o600 }))
})

t.test('a configuration file that others may write is refused, and not read', async (t) => {
  for (const mode of [0o622, 0o646, 0o666]) {
    const root = place(t, 'batch_size: 2\n', 'workers: 3\n')
    chmodSync(join(root, 'elysiactl.yaml'), mode)
    const refused = {
      code: 'ELYSIA_USAGE',
      message: /elysiactl\.yaml is refused: /,
      hint: /ELYSIACTL_CONFIG=/,
    }
    await t.rejects(read(root), refused)
    await t.rejects(read(join(root, 'below', 'deep')), refused, 'one above')
    const { layers, files } = await read(root, { showRefused: true })
    t.strictSame(
      layers.map(({ values }) => values),
      [{}, { workers: 3 }],
    )
    t.match(files, [{ kind: 'project', refused: /may write/ }, { kind: 'user' }])
    const env = { ELYSIACTL_CONFIG: join(root, 'elysiactl.yaml') }
    t.match(
      (await read(root, { env })).layers[1]?.values,
      { batch_size: undefined, batchSize: 2 },
      'one that is named',
    )
  }
  const root = place(t, undefined, 'workers: 3\n')
  chmodSync(join(root, 'user', 'config.yaml'), 0o666)
  await t.rejects(read(root), {
    code: 'ELYSIA_USAGE',
    message: /config\.yaml is refused/,
    hint: /chmod go-w/,
  })
})

t.test(
  'a configuration file of another user, or behind the link of one, is refused',
  {
    skip: !isRoot && 'only root can give files away',
  },
  async (t) => {
    const root = place(t, 'batch_size: 2\n')
    chownSync(join(root, 'elysiactl.yaml'), STRANGER, STRANGER)
    await t.rejects(read(join(root, 'below')), { message: /belongs to another user \(12345\)/ })
    const linked = t.testdir({ mine: { 'secrets.yaml': 'batch_size: 2\n' }, project: {} })
    const link = join(linked, 'project', 'elysiactl.yaml')
    symlinkSync('../mine/secrets.yaml', link)
    t.match((await read(join(linked, 'project'))).layers[1]?.values, { batchSize: 2 }, 'my own link')
    lchownSync(link, STRANGER, STRANGER)
    await t.rejects(read(join(linked, 'project')), { message: /belongs to another user/ })
  },
)

t.test(
  'a link that leads nowhere, a directory and a pipe are no configuration, and none is waited for',
  async (t) => {
    const { execFileSync } = await import('node:child_process')
    const root = t.testdir({ link: {}, directory: { 'elysiactl.yaml': {} }, pipe: {} })
    symlinkSync('nowhere', join(root, 'link', 'elysiactl.yaml'))
    execFileSync('mkfifo', [join(root, 'pipe', 'elysiactl.yaml')])
    for (const name of ['link', 'directory', 'pipe']) {
      await t.rejects(read(join(root, name)), { code: 'ELYSIA_USAGE', message: /cannot be used/ }, name)
    }
  },
)

t.test('the search ends at the home of the user', async (t) => {
  const root = t.testdir({ 'elysiactl.yaml': 'batch_size: 2\n', home: { 'elysiactl.yml': '', sub: {} } })
  const { readProjectFile } = await import('../../lib/config/files.ts')
  const inHome = await readProjectFile(join(root, 'home', 'sub'), join(root, 'home'))
  t.equal(inHome?.path, join(root, 'home', 'elysiactl.yml'))
  t.equal(await readProjectFile(join(root, 'home', 'sub'), join(root, 'home', 'sub')), undefined)
})

t.test('a project says nothing of keys, headers and trust, and no path out of its directory', async (t) => {
  const cases: [string, RegExp][] = [
    ['api_key_file: key', /sets api_key_file, which only a flag, the environment or your own file/],
    ['ca_file: ca.pem', /sets ca_file/],
    ['cert_file: cert.pem', /sets cert_file/],
    ['key_file: key.pem', /sets key_file/],
    ['content_root: .', /sets content_root/],
    ['targets: {a: {url: "https://h", cert_file: c.pem}}', /cert_file of targets\.a/],
    ['targets: {a: {url: "https://h", key_file: k.pem}}', /key_file of targets\.a/],
    ['targets: {a: {url: "http://h", api_key_file: k}}', /api_key_file of targets\.a/],
    ['targets: {a: {url: "http://h", api_key_env: HOME}}', /api_key_env of targets\.a/],
    ['targets: {a: {url: "http://h", headers_env: {X-A: HOME}}}', /headers_env of targets\.a/],
    ['targets: {a: {url: "http://h", ca_file: ../ca.pem}}', /ca_file of targets\.a .*leads out/],
    ['targets: {a: {url: "sqlite:/tmp/a.db"}}', /url of targets\.a .*leads out/],
    ['schema: /etc/passwd', /schema to a path which leads out/],
    ['schema: link/passwd', /schema to a path which leads out/],
    ['schema: ../below-not', /leads out/],
    ['backup_root: /var/backups', /backup_root .*leads out/],
    ['target: "sqlite:../other.db"', /target .*leads out/],
  ]
  for (const [text, message] of cases) {
    const root = place(t, text)
    symlinkSync('/etc', join(root, 'link'))
    await t.rejects(
      read(root),
      { code: 'ELYSIA_USAGE', message, hint: /config\.yaml|ELYSIACTL_CONFIG/ },
      text,
    )
    const env = { ELYSIACTL_CONFIG: join(root, 'elysiactl.yaml') }
    await t.resolves(read(root, { env }), `${text}: where the user names the file`)
  }
  for (const text of [
    'schema: below/class.json',
    'target: sqlite:new/store.db',
    'target: http://h:1',
    'backup_root: .',
  ]) {
    await t.resolves(read(place(t, text)), text)
  }
})

t.test(
  'a key goes only to an address that a flag, the environment or the user’s own file gives',
  async (t) => {
    const root = place(
      t,
      'target: http://evil:1\ntargets: {both: {url: "http://evil:2"}}\n',
      'targets: {both: {url: "http://mine:1"}, mine: {url: "http://mine:2"}}\n',
    )
    const settings = await read(root)
    const project = join(root, 'elysiactl.yaml')
    t.equal(chooseTarget('http://evil:1', project, settings).projectFile, project, 'its own choice')
    t.equal(chooseTarget('both', '--target', settings).projectFile, project, 'a name that it took over')
    t.equal(chooseTarget('mine', '--target', settings).projectFile, undefined)
    t.equal(chooseTarget('mine', project, settings).projectFile, undefined, 'its choice of one of the user’s')
    t.equal(chooseTarget('http://h:1', '--target', settings).projectFile, undefined)
    const evil = chooseTarget('both', '--target', settings)
    const warnings: string[] = []
    const warn = (message: string) => warnings.push(message)
    withholdKey(evil, { ELYSIACTL_API_KEY: 's3cret' }, undefined, warn)
    withholdKey(evil, {}, { path: 'k', fromFlag: false }, warn)
    withholdKey(evil, {}, undefined, warn)
    t.equal(warnings.length, 2)
    t.match(warnings[0], /no API key is sent.*elysiactl\.yaml.*--target http:\/\/evil:2/)
    t.throws(() => withholdKey(evil, {}, { path: 'k', fromFlag: true }, warn), {
      code: 'ELYSIA_USAGE',
      hint: /--target/,
    })
  },
)

t.test('a key file that others may write is refused, one that they may read is warned of', async (t) => {
  const root = t.testdir({ key: 'k3y-of-mine\n', '..data': { key: 'mounted\n' } })
  const at = (name: string) => ({ path: join(root, name), fromFlag: true })
  symlinkSync('..data/key', join(root, 'link'))
  const warnings: string[] = []
  const warn = (message: string) => warnings.push(message)
  chmodSync(join(root, 'key'), 0o600)
  t.equal(await readApiKey({}, at('key'), undefined, warn), 'k3y-of-mine')
  t.equal(warnings.length, 0)
  chmodSync(join(root, '..data', 'key'), 0o644)
  t.equal(await readApiKey({}, at('link'), undefined, warn), 'mounted', 'as Kubernetes mounts a secret')
  t.match(warnings, [/others may read the API key file .*link/])
  for (const mode of [0o622, 0o602, 0o666]) {
    chmodSync(join(root, 'key'), mode)
    await t.rejects(readApiKey({}, at('key'), undefined, warn), {
      code: 'ELYSIA_USAGE',
      message: /key is refused: .*write/,
    })
  }
  chmodSync(join(root, 'key'), 0o600)
  if (isRoot) {
    chownSync(join(root, 'key'), STRANGER, STRANGER)
    await t.rejects(readApiKey({}, at('key'), undefined, warn), { message: /belongs to another user/ })
  }
  await t.rejects(readApiKey({}, at('..data'), undefined, warn), { message: /it is a directory/ })
  writeFileSync(join(root, 'long'), 'x'.repeat(10_000_000))
  const long = await readApiKey({}, at('long'), undefined, warn)
  t.equal(long?.length, 64 * 1024, 'no more is read than any key has')
})

t.test('the environment of a command that is started holds no key', async (t) => {
  const settings = await read(place(t, undefined, 'targets: {a: {url: "http://h:1", api_key_env: A_KEY}}\n'))
  const env = { ELYSIACTL_API_KEY: 's', ELYSIACTL_METRICS_PUSH: 'http://u:s@h', A_KEY: 's', PATH: '/bin' }
  t.strictSame(withoutKeys(env, settings), { PATH: '/bin' })
})
