// Archives that were made once and are never made again: what reads them today has to read them in years.
import { createHash } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { openArchive } from '../../lib/archive/archive.ts'
import { objectText } from '../../lib/archive/object/lineWriter.ts'
import { readSingle } from '../../lib/archive/single/read.ts'
import { directoryStorage } from '../../lib/archive/storage/directory.ts'
import { restore } from '../../lib/job/restore/restore.ts'
import { archiveSource } from '../../lib/job/restore/source/archive.ts'
import { verifySingle } from '../../lib/job/verify/single.ts'
import { verify } from '../../lib/job/verify/verify.ts'
import { openMemory } from '../../lib/store/memory/store.ts'
import { schemaFiles } from '../../scripts/schemas.ts'
import { objectsOf, summed } from '../job/restore/restored.ts'

const OBJECTS = 24
const DIGEST = 'c2b9310d235ae4922a37938d2cd0756930fe885c0a030afdaf8e2b27973ac892'
const DIRECTORIES = ['jsonl', 'json', 'parquet'] as const

const golden = (name: string) => fileURLToPath(new URL(`../../fixtures/golden/${name}`, import.meta.url))
const single = golden('single.jsonl.gz')
const page = readFileSync(new URL('../../docs/archives.md', import.meta.url), 'utf8')

for (const name of DIRECTORIES) {
  t.test(`the archive in ${name} is whole, and restores to the same objects`, async (t) => {
    const storage = directoryStorage(golden(name))
    const { manifest } = await openArchive(storage)
    t.match(manifest.totals, { objects: OBJECTS, digest: DIGEST })
    t.match(await verify(storage, { level: 'records' }), { status: 'complete', objects_checked: OBJECTS })
    const store = openMemory()
    const report = await restore(archiveSource({ storage, manifest }), store, {})
    t.match(summed(report), { written: OBJECTS, rejected: 0 })
    t.equal(
      digestOf((await objectsOf(store, 'Golden')).map((object) => identity(objectText(object)))),
      DIGEST,
    )
  })
}

t.test('the archive in a single file is whole', async (t) => {
  t.match(await verifySingle(single, { level: 'records' } as never), {
    status: 'complete',
    objects_checked: OBJECTS,
  })
  const { pages, manifest } = await readSingle(createReadStream(single))
  for await (const _ of pages);
  t.equal(manifest().totals.digest, DIGEST)
})

t.test('manifests, header and trailer fit the schemas of the package', async (t) => {
  const ajv = new Ajv2020({ allErrors: true, formats: { 'date-time': true } })
  const files = Object.fromEntries(
    [...schemaFiles()].map(([path, text]) => [path.replace(/^.*\/|\.json$/g, ''), JSON.parse(text)]),
  )
  const fits = Object.fromEntries(
    ['manifest', 'header', 'trailer'].map((name) => [name, ajv.compile(files[name])]),
  )
  const lines = gunzipSync(readFileSync(single)).toString().trimEnd().split('\n')
  const header = JSON.parse(lines[0]!)
  const trailer = JSON.parse(lines.at(-1)!)
  t.ok(fits.header!(header), JSON.stringify(fits.header!.errors))
  t.ok(fits.trailer!(trailer), JSON.stringify(fits.trailer!.errors))
  const texts = [
    trailer.elysiactl_manifest,
    ...DIRECTORIES.map((name) => readFileSync(join(golden(name), 'manifest.json'))),
  ]
  for (const text of texts) {
    const manifest = JSON.parse(text)
    t.ok(fits.manifest!(manifest), JSON.stringify(fits.manifest!.errors))
    manifest.manifest.parts[0].digest = 'none'
    t.notOk(fits.manifest!(manifest), 'a part without its digest')
  }
  header.elysiactl_archive.encoding.vectors = 'base85'
  t.notOk(fits.header!(header), 'a way to write vectors that there is not')
})

t.test('the worked example of the page has the digest that it says', async (t) => {
  const [line, identityText, sha256, both] = ['line', 'identity', 'sha256', 'sum'].map((name) =>
    example(name),
  )
  t.equal(identity(line!), identityText)
  t.equal(sha(identityText!), sha256)
  const other = example('other')
  t.equal(digestOf([identityText!, other!]), both)
})

/** A fenced text of the page, by the name above it. */
function example(name: string): string {
  const found = new RegExp(`<!-- example: ${name} -->\n\`\`\`\\w*\n(.*)\n\`\`\`\n`).exec(page)
  if (found?.[1] === undefined) throw new Error(`the page has no example ${name}`)
  return found[1]
}

const sha = (text: string) => createHash('sha256').update(text).digest('hex')

/** A line without its times. */
const identity = (line: string) => line.replace(/(?:,"created_ms":\d+)?(?:,"updated_ms":\d+)?\}$/, '}')

function digestOf(identities: readonly string[]): string {
  const sum = identities.reduce((sum, text) => sum + BigInt(`0x${sha(text)}`), 0n)
  return (sum % 2n ** 256n).toString(16).padStart(64, '0')
}
