// The package as it is published: what it promises is in it, and what it declares can be compiled against.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { openEditor } from './editor.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** A directory with the unpacked tarball in node_modules, beside what it depends on and nothing else. */
async function installed(directory: string): Promise<string> {
  const modules = join(directory, 'node_modules')
  mkdirSync(modules)
  await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', directory], { cwd: ROOT })
  const tarball = readdirSync(directory).find((name) => name.endsWith('.tgz'))!
  await run('tar', ['-xzf', tarball, '-C', modules], { cwd: directory })
  await run('mv', [join(modules, 'package'), join(modules, 'elysiactl')])
  const { dependencies } = JSON.parse(readFileSync(join(modules, 'elysiactl', 'package.json'), 'utf8'))
  for (const name of Object.keys(dependencies as Record<string, string>)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  }
  return join(modules, 'elysiactl')
}

t.test('the package', async (t) => {
  const directory = t.testdir({})
  const place = await installed(directory)

  await t.test('compiles with all declarations checked', async (t) => {
    writeFileSync(
      join(directory, 'use.ts'),
      `import { backup, ingest, memoryStorage, openStore, verify, type Report } from 'elysiactl'
       import { pipeline } from 'node:stream/promises'
       import { batch, decompress, meter, objectPages, operations, parseJson, sink, splitLines, validate } from 'elysiactl'
       import type { Item, Line, ParsedLine, Reject, Sink, Source, Stage, Store, StoredObject, ValidLine } from 'elysiactl'
       import change from 'elysiactl/schema/change.json' with { type: 'json' }
       export const all = [backup, ingest, memoryStorage, openStore, verify, change] as const
       export type Both = Report
       type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
       type Is<F extends (...given: never[]) => unknown, S> = ReturnType<F> extends S ? true : false
       export const stages: [
         Is<typeof decompress, Stage<Buffer, Buffer>>,
         Is<typeof splitLines, Stage<Buffer, Line | Reject>>,
         Same<ReturnType<typeof parseJson>, Stage<Line | Reject, ParsedLine | Reject>>,
         Same<ReturnType<typeof validate>, Stage<ParsedLine | Reject, ValidLine | Reject>>,
         Same<ReturnType<typeof operations>, Stage<ValidLine | Reject, Item>>,
         Same<ReturnType<typeof batch<Item>>, Stage<Item, Item[]>>,
         Same<ReturnType<typeof meter<Line>>, Stage<Line, Line>>,
         Same<ReturnType<typeof sink>, Sink<readonly Item[]>>,
         Same<ReturnType<typeof objectPages>, Source<StoredObject[]>>,
       ] = [true, true, true, true, true, true, true, true, true]
       export const others: [
         Same<Stage<Line, Line>, Stage<Line, ParsedLine>>,
         Is<typeof validate, Stage<Line, ValidLine | Reject>>,
         Is<typeof sink, Sink<Item>>,
       ] = [false, false, false]
       export const flow = (store: Store, input: NodeJS.ReadableStream) =>
         pipeline(input, decompress(), splitLines(), meter({ onProgress() {} }), parseJson(), validate(),
           operations(), batch(), sink(store, 'C'))\n`,
    )
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2023',
      lib: ['es2023'],
      strict: true,
      skipLibCheck: false,
      noEmit: true,
      resolveJsonModule: true,
    }
    writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
    const tsc = join(ROOT, 'node_modules', '.bin', 'tsc')
    // Its own library is checked by those who publish it; in one thread no type is made twice.
    const words = ['-p', directory, '--singleThreaded', '--skipDefaultLibCheck']
    const { stdout } = await run(tsc, words).catch((error) => error as { stdout: string })
    t.equal(stdout, '')
  })

  await t.test('shows stages and options with their documentation in an editor', async (t) => {
    const source = [
      "import { type Store, ingest, type IngestOptions, parseJson } from 'elysiactl'",
      "import type { Readable } from 'node:stream'",
      'export const stage = parseJson()',
      'export const run = (input: Readable, store: Store) =>',
      "  ingest(input, store, { collection: 'c', batchBytes: 1024 })",
      'export const waits = (options: IngestOptions) => options.retryForMs',
      '',
    ].join('\n')
    const editor = await openEditor(directory, 'hover.ts', source)
    t.teardown(() => editor.close())
    t.match(
      await editor.hover('parseJson()'),
      /Stage<\s*(Line \| Reject|Reject \| Line), (ParsedLine \| Reject|Reject \| ParsedLine)>/,
    )
    t.match(
      await editor.hover('batchBytes'),
      /memory the records.*In bytes, 1KiB to 64MiB\. Default 4194304/s,
    )
    t.match(await editor.hover('retryForMs'), /In milliseconds, 0 to 1d\. Default 120000 \(2m\)/)
  })

  await t.test('holds every fixture that its pages name', async (t) => {
    const pages = [
      'README.md',
      'SPEC.md',
      ...readdirSync(join(place, 'docs'))
        .filter((name) => name.endsWith('.md'))
        .map((name) => `docs/${name}`),
    ]
    const named = pages.flatMap((page) => {
      return readFileSync(join(place, page), 'utf8').match(/\bfixtures\/[\w./-]*\w\/?/g) ?? []
    })
    t.ok(new Set(named).size >= 4, [...new Set(named)].join(' '))
    for (const name of new Set(named)) t.ok(existsSync(join(place, name)), name)
  })

  await t.test('has a command and producers that run', async (t) => {
    const command = join(place, 'bin', 'elysiactl.js')
    const env = { ...process.env, HOME: directory, XDG_DATA_HOME: directory, XDG_STATE_HOME: directory }
    const options = { cwd: directory, env }
    const producer = join(place, 'fixtures', 'tree-producer.mjs')
    const words = ['--collection', 'c', '--json', '--from-command', '--', process.execPath, producer]
    const source = join(place, 'fixtures', 'producer')
    const sync = await run(process.execPath, [command, 'index', 'sync', ...words, source], options)
    t.match(JSON.parse(sync.stdout), { status: 'done', rejected: {} })
    t.ok(JSON.parse(sync.stdout).written > 3)
    const target = ['--target', 'sqlite:threads.db', '--threads', '2', '--json']
    const ask = async (...words: string[]) =>
      JSON.parse((await run(process.execPath, [command, ...words], options)).stdout)
    const taken = await ask(
      'index',
      'process-jsonl',
      join(place, 'fixtures', 'quick-start.jsonl'),
      ...target,
      '--collection',
      'c',
    )
    const made = await ask('col', 'backup', 'c', ...target, '--to', 'archive', '--no-vectors')
    t.equal(taken.status, 'done', 'an ingest by a thread of the bundle')
    t.match(made, { status: 'done', objects: 315 }, 'a backup')
    const back = await ask('col', 'restore', 'archive', ...target, '--name', 'd')
    t.match(back.restores[0], { status: 'done', written: 315 }, 'and a restore')
  })

  await t.test('has its threads in a program of somebody else, too', async (t) => {
    const program = `import { archiveSource, backup, directoryStorage, openArchive, openStore, parseTarget, restore } from 'elysiactl'
      const store = await openStore(parseTarget('sqlite:threads.db'))
      const storage = directoryStorage('program')
      await backup(store, 'C', storage, { threads: '2', vectors: false })
      const { written } = await restore(archiveSource(await openArchive(storage)), store, { name: 'e', threads: '1' })
      console.log(written)
      await store.close()\n`
    writeFileSync(join(directory, 'program.mjs'), program)
    const { stdout } = await run(process.execPath, ['program.mjs'], { cwd: directory })
    t.ok(Number(stdout) > 3, stdout)
  })
})
