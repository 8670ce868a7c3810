// node test/transform/schema/recordVersions.ts URL…: makes classes on servers of several versions, and each of them on
// all the others, and keeps what they answered. All tokenizers, asynchronous indexing and a schedule for expired objects
// have to be enabled there, and the modules text2vec-ollama, text2vec-openai, generative-openai and reranker-cohere.
import { writeFileSync } from 'node:fs'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import { schemaDifferences } from '../../../lib/transform/schema/differences.ts'
import { patchSchema } from '../../../lib/transform/schema/patch.ts'
import type { SchemaTarget } from '../../../lib/transform/schema/schemaDraft.ts'
import { classesFor } from './versionClasses.ts'
import { type Migration, RECORDED, type RecordedServer } from './versions.ts'

const urls = process.argv.slice(2)
const servers: RecordedServer[] = []
for (const url of urls) servers.push(await recordServer(url))
const migrations: Migration[] = []
for (const [at, { target }] of servers.entries()) {
  for (const from of servers) {
    if (from.target.version === target.version) continue
    for (const schema of from.classes) {
      migrations.push(await migrate(from.target.version!, schema, urls[at]!, target))
    }
  }
}
const lines = [
  ...servers.map((server) => JSON.stringify({ server })),
  ...migrations.map((migration) => JSON.stringify({ migration })),
]
writeFileSync(RECORDED, `${lines.join('\n')}\n`)

async function recordServer(url: string): Promise<RecordedServer> {
  const meta = (await (await fetch(`${url}/v1/meta`)).json()) as {
    version: string
    modules?: Record<string, unknown>
  }
  const { version } = meta
  const classes: CollectionSchema[] = []
  for (const schema of classesFor(version)) {
    const made = await make(url, schema)
    if (typeof made === 'string') throw new Error(`${version} refuses ${schema.class}: ${made}`)
    classes.push(made)
  }
  const modules = Object.keys(meta.modules ?? {}).filter((name) => !name.startsWith('backup-'))
  return { target: { kind: 'weaviate', nodes: 1, version, modules: modules.sort() }, classes }
}

async function migrate(
  from: string,
  schema: CollectionSchema,
  url: string,
  target: SchemaTarget,
): Promise<Migration> {
  const patched = patchSchema(schema, target)
  const patches = patched.patches.map(({ rule, path }) => `${rule}: ${path}`)
  const made = await make(url, patched.schema)
  const facts = { from, to: target.version!, class: schema.class, patches }
  if (typeof made === 'string') return { ...facts, refused: made }
  return { ...facts, differences: schemaDifferences(patched.schema, made).map(({ path }) => path) }
}

/** The class as it was made, or why it was not. */
async function make(url: string, schema: CollectionSchema): Promise<CollectionSchema | string> {
  const path = `${url}/v1/schema/${schema.class}`
  await fetch(path, { method: 'DELETE' })
  const headers = { 'content-type': 'application/json' }
  const reply = await fetch(`${url}/v1/schema`, { method: 'POST', headers, body: JSON.stringify(schema) })
  if (!reply.ok) return (await reply.text()).trim()
  const made = (await (await fetch(path)).json()) as CollectionSchema
  await fetch(path, { method: 'DELETE' })
  return made
}
