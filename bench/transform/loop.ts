/**
 * `node transformLoop.ts STORE CLASS stages|hand`: reads all objects of an embedded store and makes three changes of each, by
 * transforms or by a loop that was written by hand for them. Its rate is that of processor time, which other work on the machine
 * does not change.
 */
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { StoredObject } from '../../lib/core/object.ts'
import { objectPages } from '../../lib/store/objects.ts'
import { openSqlite } from '../../lib/store/sqlite/store.ts'
import { bindTransforms, transformStages } from '../../lib/transform/pipeline.ts'
import { dropProperty } from '../../lib/transform/step/drop.ts'
import { mapProperty } from '../../lib/transform/step/map.ts'
import { setProperty } from '../../lib/transform/step/set.ts'

const [path = '', name = '', how = 'stages'] = process.argv.slice(2)
const store = await openSqlite(path)
const schema = (await store.schema(name))!

const TRANSFORMS = [
  mapProperty('title=headline'),
  setProperty("label=lower(headline) || ' ' || size"),
  dropProperty('language'),
]

/** What the three do, in one step. */
function byHand({ properties, ...rest }: StoredObject): StoredObject {
  const { title, language: _, ...others } = properties
  const headline = title as string
  return { ...rest, properties: { ...others, headline, label: `${headline.toLowerCase()} ${others.size}` } }
}

let made = 0
/** Looks at what was made, so that no work is left out. */
function take(page: readonly StoredObject[]): void {
  for (const { properties } of page) if (typeof properties.label === 'string') made += 1
}

const source = objectPages(store.collection(name), {}, { projection: { properties: 'all', vectors: true } })
const bound = bindTransforms(TRANSFORMS, schema)
const before = process.cpuUsage()
if (how === 'hand') for await (const page of source as AsyncIterable<StoredObject[]>) take(page.map(byHand))
else {
  const end = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(page: readonly StoredObject[], _encoding, done) {
      take(page)
      done()
    },
  })
  await pipeline([source, ...transformStages(bound, { onRejects: () => {} }), end])
}
const { user, system } = process.cpuUsage(before)
console.log(
  JSON.stringify({
    rate: made / ((user + system) / 1e6),
    peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
  }),
)
await store.close()
