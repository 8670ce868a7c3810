/**
 * `node filterLoop.ts STORE CLASS [FILTER]`: reads all objects of an embedded store, and forgets those that are
 * selected. Its rate is that of processor time, which other work on the machine does not change.
 */
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { filterPages } from '../../lib/archive/object/filterPages.ts'
import type { StoredObject } from '../../lib/core/object.ts'
import { objectPages } from '../../lib/store/objects.ts'
import { openSqlite } from '../../lib/store/sqlite/store.ts'
import { filterOf } from '../../lib/transform/filter/filter.ts'

const [path = '', name = '', text] = process.argv.slice(2)
const store = await openSqlite(path)
const schema = (await store.schema(name))!
let selected = 0
const forget = new Writable({
  objectMode: true,
  highWaterMark: 1,
  write(page: readonly StoredObject[], _encoding, done) {
    selected += page.length
    done()
  },
})
const source = objectPages(store.collection(name), {}, { projection: { properties: 'all', vectors: true } })
const stages = text === undefined ? [] : [filterPages(filterOf(text, schema).selects)]
const before = process.cpuUsage()
await pipeline([source, ...stages, forget])
const { user, system } = process.cpuUsage(before)
console.log(
  JSON.stringify({
    rate: selected / ((user + system) / 1e6),
    peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
  }),
)
await store.close()
