/**
 * `node scriptLoop.ts STORE CLASS [SCRIPT]`: reads all objects of an embedded store, changes each, and forgets it.
 * Its rate is that of processor time, of all threads together, which other work on the machine does not change.
 */
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { StoredObject } from '../../lib/core/object.ts'
import type { CollectionSchema } from '../../lib/core/schema.ts'
import { objectPages } from '../../lib/store/objects.ts'
import { openSqlite } from '../../lib/store/sqlite/store.ts'
import { mapChunks } from '../../lib/stream/mapChunks.ts'
import { bindTransforms, transformStages } from '../../lib/transform/pipeline.ts'
import { runScript } from '../../lib/transform/script/script.ts'

/** The script of the bench; by hand the same function is called in the loop. */
export const SCRIPT = `
  export const ids = 'kept'
  export const vectors = false
  export const schema = { properties: [{ name: 'loud', dataType: ['text'] }] }
  export default (object) => {
    const { title, ...rest } = object.properties
    return { ...object, properties: { ...rest, title, loud: title.toUpperCase() } }
  }
`

function loud(object: StoredObject): StoredObject {
  const { title, ...rest } = object.properties
  return { ...object, properties: { ...rest, title: title!, loud: String(title).toUpperCase() } }
}

async function stageOf(schema: CollectionSchema, script: string | undefined) {
  if (script === undefined) return [mapChunks((page: readonly StoredObject[]) => page.map(loud))]
  const onRejects = () => {
    throw new Error('no object is rejected')
  }
  return transformStages(bindTransforms([await runScript(script)], schema), { onRejects })
}

if (process.argv[1]?.endsWith('scriptLoop.ts')) {
  const [path = '', name = '', script] = process.argv.slice(2)
  const store = await openSqlite(path)
  const stages = await stageOf((await store.schema(name))!, script)
  let count = 0
  const forget = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(page: readonly StoredObject[], _encoding, done) {
      count += page.length
      done()
    },
  })
  const source = objectPages(store.collection(name), {}, { projection: { properties: 'all', vectors: true } })
  const before = process.cpuUsage()
  await pipeline([source, ...stages, forget])
  const { user, system } = process.cpuUsage(before)
  const rate = count / ((user + system) / 1e6)
  console.log(JSON.stringify({ rate, peak_rss_bytes: process.resourceUsage().maxRSS * 1024 }))
  await store.close()
}
