import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { objectAt, schemaOf } from '../../contract/store/world.ts'

// Writes batches until it is killed, and says after each how many objects were acknowledged.
const store = await openSqlite(process.argv[2] ?? '')
await store.create(schemaOf('Docs'))
const docs = store.collection('Docs')
for (let count = 100; ; count += 100) {
  await docs.write(Array.from({ length: 100 }, (_, n) => objectAt(count + n)))
  await new Promise((resolve) => process.stdout.write(`${count}\n`, resolve))
}
