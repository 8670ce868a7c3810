// Each exported declaration says what it is.
import { globSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../', import.meta.url))

/** Written by scripts: their generators say what they are. */
const GENERATED = ['lib/options/documented.ts', 'lib/transform/filter/parser.ts']

/** A declaration, not a re-export: `export { a } from` takes the comment of `a` with it. */
const DECLARATION =
  /^export (?:default )?(?:declare )?(?:abstract )?(?:async )?(?:function\*?|class|interface|type|const|let|enum) (\w+)/

/** The exported declarations of a file without a docstring, as `file:line name`. */
function undocumentedIn(file: string, text: string): string[] {
  const lines = text.split('\n')
  const documented = new Set<string>()
  const missing: string[] = []
  // In a group without blank lines between, such as that of an array and the type of its values, the first one's
  // docstring is for all.
  let isDocumented = false
  for (const [index, line] of lines.entries()) {
    const name = DECLARATION.exec(line)?.[1]
    const before = lines[index - 1] ?? ''
    if (name === undefined) continue
    isDocumented = isDocstring(lines, index - 1) || (isDocumented && /^(?:export |[}\])])/.test(before))
    if (isDocumented) documented.add(name)
    // An overload has the docstring of the first signature.
    else if (!documented.has(name)) missing.push(`${file}:${index + 1} ${name}`)
  }
  return missing
}

/** True if a docstring ends at this line that says something before its first tag. */
function isDocstring(lines: readonly string[], last: number): boolean {
  if (!lines[last]?.endsWith('*/')) return false
  const first = lines.findLastIndex((line, index) => index <= last && line.startsWith('/**'))
  return first >= 0 && /^\/\*\*[\s*]*[^\s*@/]/.test(lines.slice(first, last + 1).join('\n'))
}

t.test('a declaration without a docstring is found', async (t) => {
  const text = [
    '/** Says something. */',
    'export interface Documented {',
    '  readonly value: number',
    '}',
    '',
    'export interface Bare {}',
    '',
    '/** Its values. */',
    'export const VALUES = [',
    "  'one',",
    '] as const',
    'export type Value = (typeof VALUES)[number]',
    '',
    '/** Of something else. */',
    'const own = 1',
    'export function bare(): number {',
    '  return own',
    '}',
    '/** */',
    'export async function* empty() {}',
    '',
    '/**',
    ' * @throws ElysiaError ELYSIA_USAGE',
    ' */',
    'export default class Tagged {}',
    '',
    '// Not a docstring.',
    "export const LOOSE = '/** Says nothing. */'",
  ].join('\n')
  t.strictSame(undocumentedIn('a.ts', text), [
    'a.ts:6 Bare',
    'a.ts:16 bare',
    'a.ts:20 empty',
    'a.ts:25 Tagged',
    'a.ts:28 LOOSE',
  ])
})

t.test('each exported declaration of lib, bin and page has a docstring', async (t) => {
  const files = globSync('{lib,bin,page}/**/*.ts', { cwd: root, exclude: ['**/*.d.ts'] }).sort()
  t.ok(files.length > 1000, `${files.length} files`)
  const missing = files
    .filter((file) => !GENERATED.includes(file))
    .flatMap((file) => undocumentedIn(file, readFileSync(posix.join(root, file), 'utf8')))
  t.strictSame(missing, [])
})
