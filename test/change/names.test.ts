import fc from 'fast-check'
import t from 'tap'
import { classNameOf } from '../../lib/change/collectionName.ts'
import { languageOf } from '../../lib/change/language.ts'
import { tenantOf } from '../../lib/change/tenant.ts'

t.test('a collection is named by a class that Weaviate takes', async (t) => {
  const names = {
    'source-code': 'SourceCode',
    SourceCode: 'SourceCode',
    SRC_ENTERPRISE__: 'SRC_ENTERPRISE__',
    my_files: 'My_files',
    'my files, old': 'MyFilesOld',
    'a.b/c': 'ABC',
    '-x-': 'X',
  }
  for (const [name, className] of Object.entries(names)) t.equal(classNameOf(name), className, name)
})

t.test('a name that leaves no class is refused, with a hint', async (t) => {
  for (const name of ['', '---', '3d-models', '_x', '日本', 'a'.repeat(256)]) {
    t.throws(() => classNameOf(name), { code: 'ELYSIA_USAGE', hint: /letters/ }, name)
  }
})

t.test('a name that would lose letters is refused, with the nearest legal one', async (t) => {
  const nearest = {
    'ünï 日本': 'uni, the class Uni',
    café: 'cafe, the class Cafe',
    Straße: 'Strasse, the class Strasse',
    'ŁÓDŹ-2': 'LODZ-2, the class LODZ2',
    'x→y': 'x-y, the class XY',
    '3d-models': 'd-models, the class DModels',
  }
  for (const [name, near] of Object.entries(nearest)) {
    t.throws(
      () => classNameOf(name),
      { code: 'ELYSIA_USAGE', hint: new RegExp(`The nearest one is ${near}\\.$`) },
      name,
    )
  }
})

t.test('a name is never taken for that of another by what it loses', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      let className: string
      try {
        className = classNameOf(name)
      } catch {
        return true
      }
      const letters = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, '').toLowerCase()
      return letters(className) === letters(name)
    }),
  )
})

t.test('a class is its own class, whatever name it came from', async () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-zA-Z][ -~]{0,40}$/), (name) => {
      return classNameOf(classNameOf(name)) === classNameOf(name)
    }),
  )
})

t.test('a repository that may be the name of a tenant is one', async (t) => {
  for (const name of ['ServiceA', 'a-b_c', '0', 'x'.repeat(64)]) t.equal(tenantOf(name), name)
})

t.test('any other repository is mapped, readably, and always to the same tenant', async (t) => {
  t.match(tenantOf('github.com/acme/api'), /^github-com-acme-api-[0-9a-f]{32}$/)
  t.equal(tenantOf('github.com/acme/api'), tenantOf('github.com/acme/api'))
  t.match(tenantOf('日本'), /^--[0-9a-f]{32}$/)
})

t.test('no two repositories share a tenant, not even one named like the tenant of another', async (t) => {
  const mapped = tenantOf('acme/api')
  t.not(tenantOf(mapped), mapped)
  const repos = [
    'a/b',
    'a.b',
    'a b',
    'a-b',
    'a//b',
    `${'x'.repeat(64)}/1`,
    `${'x'.repeat(64)}/2`,
    'é',
    'e\u0301',
  ]
  t.equal(new Set(repos.map(tenantOf)).size, repos.length)
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 90 }), (repo) => {
      return /^[A-Za-z0-9_-]{1,64}$/.test(tenantOf(repo))
    }),
  )
})

t.test('languages are known by name, else by extension', async (t) => {
  t.equal(languageOf('a.py', 'py'), 'Python')
  t.equal(languageOf('main.tsx', 'tsx'), 'TypeScript')
  t.equal(languageOf('Dockerfile', 'none'), 'Dockerfile')
  t.equal(languageOf('makefile', 'none'), 'Makefile')
  t.equal(languageOf('CMakeLists.txt', 'txt'), 'CMake', 'the name comes first')
  t.equal(languageOf('README', 'none'), 'Unknown')
  t.equal(languageOf('a.constructor', 'constructor'), 'Unknown')
})
