import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import peggy from 'peggy'

const path = (name: string) => fileURLToPath(new URL(`../lib/transform/filter/${name}`, import.meta.url))

/** Its compiler needs no types: the file is made by a program, and `parse.ts` gives what comes out of it its type. */
const HEAD = '// Made by `npm run build` from grammar.peggy.\n// @ts-nocheck\n'

/**
 * The parser of filters, from its grammar. It is made by each build, and not kept in the repository, so that no parser
 * can differ from the grammar beside it.
 */
const parser = peggy.generate(readFileSync(path('grammar.peggy'), 'utf8'), {
  output: 'source',
  format: 'es',
  allowedStartRules: ['Filter', 'Value'],
})
writeFileSync(path('parser.ts'), `${HEAD}${parser}`)
