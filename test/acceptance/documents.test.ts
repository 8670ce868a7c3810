// The pages that a person reads: links, references and paths lead somewhere, and the spelling is American.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { headingsOf } from '../../scripts/headings.ts'
import { OPTION_TABLES } from '../../scripts/spec.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const textOf = (path: string) => readFileSync(join(root, path), 'utf8')
const PAGES = globSync(['*.md', 'docs/*.md', 'bench/*.md', 'fixtures/*.md', 'deploy/*.md'], { cwd: root })
const spec = textOf('SPEC.md')

t.test('each link of a page leads to a file of the package, and to a heading of it', async (t) => {
  t.ok(PAGES.length > 20, `${PAGES.length} pages`)
  const links = PAGES.flatMap(linksOf)
  t.ok(links.length > 100, `${links.length} links`)
  for (const { page, path, anchor } of links) {
    const target = path === '' ? page : normalize(join(dirname(page), path))
    t.ok(existsSync(join(root, target)), `${page}: ${path}`)
    if (anchor === '') continue
    const anchors = target.endsWith('.md') ? headingsOf(textOf(target)).map(({ anchor }) => anchor) : []
    t.ok(anchors.includes(anchor), `${page}: ${path}#${anchor}`)
  }
})

interface Link {
  readonly page: string
  readonly path: string
  readonly anchor: string
}

/** The links of a page to files here, pictures included. */
function linksOf(page: string): Link[] {
  const text = textOf(page).replace(/^```[\s\S]*?^```$/gm, '')
  return [...text.matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(([, path = '', anchor = '']) => ({
    page,
    path,
    anchor,
  }))
}

t.test('what the code and the pages name of SPEC.md is a heading or begins a paragraph there', async (t) => {
  const titles = headingsOf(spec).map(({ title }) => title.replace(/^\d+\. /, ''))
  const leads = [...spec.matchAll(/^(?:- )?\*\*(.+?)\.?\*\*/gm)].map(([, lead = '']) => lead)
  const known = new Set([...titles, ...leads])
  const files = [...globSync('{lib,bin,page,scripts}/**/*.ts', { cwd: root }), ...PAGES]
  const named = files.flatMap((file) =>
    [...textOf(file).matchAll(/SPEC\.md(?:\]?\([^)]*\))?,\s+"([^"]+)"(?: and "([^"]+)")?/g)].flatMap(
      ([, ...names]) => names.flatMap((name) => (name === undefined ? [] : { file, name })),
    ),
  )
  t.ok(named.length > 20, `${named.length} references`)
  for (const { file, name } of named) t.ok(known.has(name), `${file}: SPEC.md, "${name}"`)
})

// docs/adding.md names files that its reader has yet to make.
t.test('each file of the project that a page names is there', async (t) => {
  const named = PAGES.filter((page) => page !== 'docs/adding.md').flatMap((page) =>
    [
      ...textOf(page).matchAll(/`((?:bench|bin|deploy|docs|fixtures|lib|python|scripts|test)\/[\w./-]+)`/g),
    ].map(([, path = '']) => ({ page, path })),
  )
  t.ok(named.length > 30, `${named.length} paths`)
  for (const { page, path } of named) t.ok(existsSync(join(root, path)), `${page}: ${path}`)
})

t.test('SPEC.md has a table for the options of each command', async (t) => {
  t.ok(Object.keys(OPTION_TABLES).length > 40)
  for (const name of Object.keys(OPTION_TABLES)) t.ok(spec.includes(`<!-- table: ${name} -->`), name)
})

const BRITISH =
  /\b\w*(?:(?:recogn|normal|organ|real|optim|special|summar|synchron|initial|vector|token|serial|author|priorit|minim|maxim|util|categor|custom|emphas|final|general|visual|anal)[iy]s(?:e|es|ed|ing|ation|ations)|(?:neighb|col|behavi|fav|hon|lab|rum|harb|endeav|vap|flav)our\w*|(?:travel|cancel|label|model|signal|marshal|fuel|level|total|channel)l(?:ed|ing|er)|acknowledgement|judgement|licence|defence|offence|catalogue\w*|centre\w*|metre|grey|artefact\w*|whilst|learnt|spelt|misspelt|towards|ageing|programme|dialogue)\b/gi

t.test('the pages, the schemas and the man page are spelled as Americans do', async (t) => {
  t.match('Neighbours recognise a catalogue', BRITISH)
  const files = [
    ...PAGES,
    ...globSync('man/*', { cwd: root }),
    ...globSync('lib/schema/*.json', { cwd: root }),
  ]
  for (const file of files) t.strictSame(textOf(file).match(BRITISH) ?? [], [], file)
})
