import { existsSync, globSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { MODULES, PACKAGES } from '../scripts/modules.ts'
import { SPEC_PAGE, withTables } from '../scripts/spec.ts'

interface Import {
  readonly file: string
  readonly from: string
  readonly typeOnly: boolean
}

const root = fileURLToPath(new URL('../', import.meta.url))
const files = globSync(['lib/**/*.ts', 'bin/**/*.ts'], { cwd: root })
const imports = files.flatMap(importsOf)

function importsOf(file: string): Import[] {
  const text = readFileSync(posix.join(root, file), 'utf8')
  const found = text.matchAll(
    /^(?:import|export)\s+(type\s)?[^;]*?\sfrom\s'([^']+)'|import\('([^']+)'\)|^import '([^']+)'/gms,
  )
  return [...found].map(([, type, from, lazy, bare]) => ({
    file,
    from: (from ?? lazy ?? bare)!,
    typeOnly: type !== undefined,
  }))
}

function moduleOf(path: string): string {
  const [top, module, rest] = path.split('/')
  if (top !== 'lib') return top!
  return rest === undefined ? 'lib' : module!
}

function targetOf({ file, from }: Import): string {
  return posix.normalize(posix.join(posix.dirname(file), from))
}

t.test('imports are found at all', async (t) => {
  t.ok(imports.length > 150, `${imports.length} imports`)
})

t.test('modules see only the modules that the table names', async (t) => {
  const wrong = imports
    .filter(({ from }) => from.startsWith('.'))
    .filter((one) => !allowed(one))
    .map((one) => `${one.file} imports ${targetOf(one)}`)
  t.strictSame(wrong, [])
})

function allowed(one: Import): boolean {
  const [from, to] = [moduleOf(one.file), moduleOf(targetOf(one))]
  if (from === to || from === 'bin' || to === 'schema') return true
  if (one.file === 'lib/index.ts') return true
  const module = MODULES[from]
  return module?.sees.includes(to) === true || (one.typeOnly && module?.typesOf?.includes(to) === true)
}

t.test('each package is imported in its one place', async (t) => {
  const wrong = imports
    .filter(({ from }) => !from.startsWith('.') && !from.startsWith('node:'))
    .filter(({ file, from }) => PACKAGES[packageOf(from)] !== file)
    .map(({ file, from }) => `${file} imports ${from}`)
  t.strictSame(wrong, [])
  const named = Object.entries(PACKAGES).filter(
    ([name, file]) => !imports.some((one) => one.file === file && packageOf(one.from) === name),
  )
  t.strictSame(named, [], 'and no place is named that imports none')
})

t.test('what is installed with the package is what it imports', async (t) => {
  const { dependencies, optionalDependencies } = JSON.parse(
    readFileSync(posix.join(root, 'package.json'), 'utf8'),
  )
  const installed = Object.keys({ ...dependencies, ...optionalDependencies })
  t.strictSame(installed.filter((name) => !name.startsWith('@types/')).sort(), Object.keys(PACKAGES).sort())
})

function packageOf(from: string): string {
  const parts = from.split('/')
  return from.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!
}

t.test('no module imports itself over others, not even for a type', async (t) => {
  const graph = new Map(files.map((file) => [file, new Set<string>()]))
  for (const one of imports) if (one.from.startsWith('.')) graph.get(one.file)!.add(targetOf(one))
  t.strictSame(circlesOf(graph), [])
})

/** What is left once every module without imports that are left is taken away: the circles, and what leads to them. */
function circlesOf(graph: ReadonlyMap<string, Set<string>>): string[] {
  const left = new Set(graph.keys())
  for (let before = -1; before !== left.size; ) {
    before = left.size
    for (const file of left) if (![...graph.get(file)!].some((to) => left.has(to))) left.delete(file)
  }
  return [...left]
}

t.test('no folder holds more than 20 files of code', async (t) => {
  const all = globSync('{lib,bin,page,scripts,test,bench}/**/*.{ts,mjs}', { cwd: root })
  const sizes = new Map<string, number>()
  for (const file of all) sizes.set(posix.dirname(file), (sizes.get(posix.dirname(file)) ?? 0) + 1)
  t.ok(all.length > files.length)
  t.strictSame(
    [...sizes].filter(([, size]) => size > 20),
    [],
  )
})

/** Written by scripts: nobody reads them from top to bottom. */
const GENERATED = ['lib/options/documented.ts', 'lib/transform/filter/parser.ts']

t.test('no file of lib, bin, page or scripts that a person wrote has more than 250 lines', async (t) => {
  const written = globSync('{lib,bin,page,scripts}/**/*.ts', { cwd: root })
  const long = written.filter((file) => readFileSync(posix.join(root, file), 'utf8').split('\n').length > 251)
  t.strictSame(
    long.filter((file) => !GENERATED.includes(file)),
    [],
  )
})

t.test('modules of Node are named with their prefix', async (t) => {
  t.strictSame(
    imports.filter(({ from }) => builtinModules.includes(from)),
    [],
  )
})

t.test(
  'the command reaches the library through one door, and a lazily loaded command its own job',
  async (t) => {
    const wrong = imports
      .filter((one) => one.file.startsWith('bin/') && one.file !== 'bin/library.ts')
      .filter(
        (one) =>
          !one.typeOnly && targetOf(one).startsWith('lib/') && !targetOf(one).startsWith('lib/schema/'),
      )
      .map((one) => `${one.file} imports ${targetOf(one)}`)
    t.strictSame(wrong, [])
  },
)

t.test(
  'what may be missing after an installation is declared, so that the project compiles without it',
  async (t) => {
    const { optionalDependencies } = JSON.parse(readFileSync(posix.join(root, 'package.json'), 'utf8'))
    const declared = globSync('lib/**/*.d.ts', { cwd: root }).map((file) =>
      readFileSync(posix.join(root, file), 'utf8'),
    )
    for (const name of Object.keys(optionalDependencies)) {
      t.ok(
        declared.some((text) => text.includes(`declare module '${name}'`)),
        name,
      )
    }
  },
)

t.test('what a bench or a torture starts by its path is there', async (t) => {
  const starters = globSync(['bench/**/*.ts', 'test/torture/*.ts'], { cwd: root })
  const paths = starters.flatMap((file) =>
    [
      ...readFileSync(posix.join(root, file), 'utf8').matchAll(/(?:path|new URL)\('([\w./-]+\.(?:ts|mjs))'/g),
    ].map(([, path]) => ({ file, path: posix.join(posix.dirname(file), path!) })),
  )
  t.ok(paths.length > 10, `${paths.length} paths`)
  t.strictSame(
    paths.filter(({ path }) => !existsSync(posix.join(root, path))),
    [],
  )
})

t.test('SPEC.md says what the code knows', async (t) => {
  const page = readFileSync(SPEC_PAGE, 'utf8')
  t.equal(page, withTables(page), 'npm run schemas makes its tables again')
})
