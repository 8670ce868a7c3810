import { execFile, spawnSync } from 'node:child_process'
import { createReadStream, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import t from 'tap'
import { checkConformance, writeConformanceKit } from '../../../lib/job/conformance/index.ts'
import type { KitFile } from '../../../lib/job/conformance/kit.ts'
import { ingest } from '../../../lib/job/ingest/ingest.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { objectsOf } from '../restore/restored.ts'

const kitOf = (directory: string): readonly KitFile[] =>
  JSON.parse(readFileSync(join(directory, 'kit.json'), 'utf8')).files

const dumpOf = (files: readonly object[]) =>
  Readable.from(files.map((file) => Buffer.from(`${JSON.stringify(file)}\n`)))

const SMALL = { sequences: 12, records: 60, seed: 7 }

t.test('what the kit expects is what an ingest leaves, and rejects', async (t) => {
  const kit = t.testdir()
  await writeConformanceKit(kit, SMALL)
  const random = kitOf(kit).filter(({ file }) => file.startsWith('random/'))
  t.equal(random.length, 12)
  t.ok(
    random.some(({ rejected }) => rejected.length > 0),
    'some records are rejected',
  )
  for (const { file, state, rejected } of random) {
    const store = openMemory()
    const report = await ingest(createReadStream(join(kit, file)), store, { collection: 'kit' } as never)
    const paths = (await objectsOf(store, 'Kit')).map(({ properties }) => [
      properties.repository,
      properties.file_path,
      properties.content,
    ])
    const expected = Object.entries(state).flatMap(([repo, files]) =>
      Object.entries(files).map(([path, { content }]) => [repo, path, content]),
    )
    t.strictSame(paths.sort(), expected.sort(), file)
    t.equal(
      Object.values(report.rejected).reduce((sum, count) => sum + count, 0),
      rejected.length,
      file,
    )
  }
})

t.test('equal seeds make equal files, and nothing is written over', async (t) => {
  const one = t.testdir({ a: {}, b: {} })
  for (const name of ['a', 'b']) await writeConformanceKit(join(one, name), SMALL)
  for (const file of ['kit.json', 'random/0003.jsonl'])
    t.equal(readFileSync(join(one, 'a', file), 'utf8'), readFileSync(join(one, 'b', file), 'utf8'))
  await t.rejects(writeConformanceKit(join(one, 'a'), SMALL), { code: 'ELYSIA_CONFLICT' })
})

t.test('a dump is held against the kit, file by file', async (t) => {
  const kit = t.testdir()
  await writeConformanceKit(kit, { sequences: 2, records: 30, seed: 1 })
  const files = kitOf(kit)
  const right = { passed: files.length, failed: 0, not_tried: 0, faults: [] }
  t.strictSame(await checkConformance(kit, dumpOf(files)), right)
  const [first, ...others] = files
  const faultAfter = async (change: object, rest: readonly object[] = others) => {
    const { failed, faults } = await checkConformance(kit, dumpOf([{ ...first, ...change }, ...rest]))
    t.equal(failed, 1)
    return faults[0]
  }
  const { file } = first!
  t.match(await faultAfter({ state: {} }), { file, reason: /^lacks \["ServiceA"/ })
  t.match(await faultAfter({ rejected: [9] }), { file, reason: 'rejects the lines [9], not []' })
  const more = { ...first!.state, B: { x: { content: '' } } }
  t.match(await faultAfter({ state: more }), { file, reason: 'has ["B","x"], which is not to be there' })
  t.match(await faultAfter({}, [first!, ...others]), { file, reason: 'is in the dump twice' })
  t.match(await faultAfter({}, others.slice(0, -1)), {
    file: 'random/0001.jsonl',
    reason: 'is not in the dump',
  })
  t.match(await checkConformance(kit, dumpOf(files.filter(({ options }) => options === undefined))), {
    failed: 0,
    not_tried: files.filter(({ options }) => options !== undefined).length,
  })
  await t.rejects(checkConformance(kit, dumpOf([{ state: {} }])), { code: 'ELYSIA_INPUT' })
  await t.rejects(checkConformance(join(kit, 'random'), dumpOf([])), { code: 'ELYSIA_NOT_FOUND' })
  await t.rejects(checkConformance(kit, join(kit, 'none.jsonl')), { code: 'ELYSIA_INPUT_MISSING' })
  await t.rejects(checkConformance(kit, kit), { code: 'ELYSIA_INPUT', message: /it is a directory/ })
})

const hasPython = spawnSync('python3', ['--version']).status === 0

t.test(
  'the consumer of the guide conforms',
  { skip: hasPython ? false : 'python3 is not here' },
  async (t) => {
    const home = t.testdir({ kit: {} })
    const kit = join(home, 'kit')
    await writeConformanceKit(kit, { sequences: 8, records: 80, seed: 3 })
    const guide = readFileSync(new URL('../../../docs/producers-and-consumers.md', import.meta.url), 'utf8')
    const [, consumer] = /<!-- program: consumer\.py -->\n```python\n([\s\S]*?)```/.exec(guide) ?? []
    writeFileSync(join(home, 'consumer.py'), String(consumer))
    writeFileSync(join(home, 'dump.py'), DUMP)
    const { stdout } = await promisify(execFile)('python3', [join(home, 'dump.py'), kit], {
      maxBuffer: 1 << 24,
    })
    const report = await checkConformance(kit, Readable.from([Buffer.from(stdout)]))
    t.strictSame(report.faults, [])
    t.ok(report.passed >= 40, `${report.passed} files`)
  },
)

/** Runs the consumer over the files without options, all in one process. */
const DUMP = `
import io, json, os, re, runpy, sys
home, kit = os.path.dirname(os.path.abspath(__file__)), sys.argv[1]
out = sys.stdout
for one in json.load(open(kit + "/kit.json"))["files"]:
    if "options" in one:
        continue
    sys.stdin = io.TextIOWrapper(open(os.path.join(kit, one["file"]), "rb"))
    sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
    try:
        runpy.run_path(home + "/consumer.py", run_name="__main__")
    except SystemExit:
        pass
    state, said = sys.stdout.getvalue(), sys.stderr.getvalue()
    sys.stdout, sys.stderr = out, sys.__stderr__
    rejected = [int(line) for line in re.findall(r"^line (\\d+):", said, re.M)]
    print(json.dumps({"file": one["file"], "state": json.loads(state), "rejected": rejected}))
`
