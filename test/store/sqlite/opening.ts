import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { schemaOf } from '../../contract/store/world.ts'

// Opens the file, which others are opening at the same time, and makes a collection of its own.
const store = await openSqlite(process.argv[2] ?? '')
await store.create(schemaOf(`Of${process.pid}`))
await store.close()
