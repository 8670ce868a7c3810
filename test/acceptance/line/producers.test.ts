// The acceptance case 22: from files, by a producer, into a collection.
import { execFileSync } from 'node:child_process'
import t from 'tap'
import { type Home, home } from '../../bin/elysiactl.ts'
import { gitProducer, recordsIn, runNode } from '../../fixtures/repository.ts'
import { INTO, stored, told } from '../command.ts'

const treeProducer = gitProducer.replace('git-producer', 'tree-producer')
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const python = (bytes: number) => `print("hi")\n`.repeat(bytes).slice(0, bytes)

const SIZES = {
  'plain.py': 31,
  'base64.py': 21_014,
  'ref.py': 105_013,
  'more.py': 500_018,
  'most.py': 5_250_013,
}
const TEXTS = { 'docs/README.md': '# Hi\n', 'config/settings.yaml': 'a: 1\n', 'requirements.txt': 'tap\n' }
const UNWANTED = ['vendor/lib.js', 'node_modules/package.json', '.git/config']

const FILES = {
  ...Object.fromEntries(Object.entries(SIZES).map(([name, bytes]) => [name, python(bytes)])),
  'logo.png': PNG,
  docs: { 'README.md': TEXTS['docs/README.md'] },
  config: { 'settings.yaml': TEXTS['config/settings.yaml'] },
  'requirements.txt': TEXTS['requirements.txt'],
  vendor: { 'lib.js': 'x' },
  node_modules: { 'package.json': '{}' },
  '.git': { config: 'x' },
}

// Which directories are a vendor's is for whoever calls the producer to say: it leaves out what --exclude names.
const EXCLUDED = ['vendor', 'node_modules', '.git'].flatMap((name) => ['--exclude', name])

t.test('case 22: the tier follows from the size, and no tier is too large', async (t) => {
  const { directory } = home(t, { tree: FILES })
  const { code, stdout } = await runNode(treeProducer, [`${directory}/tree`, ...EXCLUDED])
  t.equal(code, 0)
  const records = new Map(recordsIn(stdout).map((record) => [record.path, record]))
  t.match(records.get('plain.py'), { content: python(31) })
  t.match(records.get('base64.py'), { content_base64: Buffer.from(python(21_014)).toString('base64') })
  for (const name of ['ref.py', 'more.py', 'most.py']) {
    const record = records.get(name)!
    t.match(record, { content_ref: name, size: SIZES[name as keyof typeof SIZES] })
    t.notOk('content' in record || 'content_base64' in record || 'skip_index' in record, name)
  }
})

t.test(
  'case 22: a directory goes in by its texts, a picture is skipped, what is excluded stays out',
  async (t) => {
    const place = home(t, { tree: FILES })
    const produce = [process.execPath, treeProducer, 'tree', ...EXCLUDED]
    const { code, report } = await synced(place, produce, ['--content-root', 'tree'])
    t.match({ code, report }, { code: 0, report: { written: 8, skipped: { binary: 1 }, records: 9 } })
    const objects = await stored(place)
    const expected = [...Object.keys(SIZES), ...Object.keys(TEXTS)].map((path) => `tree:${path}`)
    t.strictSame([...objects.keys()].sort(), expected.sort())
    for (const [name, bytes] of Object.entries(SIZES)) {
      t.equal(objects.get(`tree:${name}`)?.properties.content, python(bytes), name)
    }
  },
)

t.test('case 22: a repository goes in by its texts, a picture is skipped', async (t) => {
  const { '.git': _, ...files } = FILES
  const place = home(t, { tree: files })
  const git = (...args: string[]) => execFileSync('git', ['-C', `${place.directory}/tree`, ...args])
  git('init', '--quiet')
  git('add', '.')
  git('-c', 'user.name=x', '-c', 'user.email=x@y', 'commit', '--quiet', '-m', 'all')
  const { code, report } = await synced(place, [process.execPath, gitProducer, 'tree'])
  t.match({ code, report }, { code: 0, report: { skipped: { binary: 1 }, control: 1 } })
  // What is committed is part of the repository, a vendor's directory too; .git itself never is.
  const expected = [...Object.keys(SIZES), ...Object.keys(TEXTS), ...UNWANTED.slice(0, 2)]
  t.strictSame([...(await stored(place)).keys()].sort(), expected.map((path) => `tree:${path}`).sort())
})

async function synced(place: Home, command: readonly string[], flags: readonly string[] = []) {
  const sync = ['index', 'sync', ...INTO, '--json', ...flags, '--from-command', '--', ...command]
  return told(place, await place.run(sync))
}
