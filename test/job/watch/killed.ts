import type { SqliteDatabase } from '../../../lib/database/connection.ts'
import type { WatchOptions } from '../../../lib/job/watch/options.ts'
import { watch } from '../../../lib/job/watch/watch.ts'
import { openState } from '../../../lib/run/state.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { each, on, onFile } from '../../run/listening.ts'

/**
 * A process that watches and kills itself: before the nth statement of the watch's log
 * (`statement`), or after the nth settled batch (`batch`); with `rejects` all rejects go into that file. Ends well when it is done with a file.
 */
const [inbox = '', database = '', stateDirectory = '', point = '', count = '', after = '', rejects] =
  process.argv.slice(2)
let left = Number(count)

function pass(): void {
  left -= 1
  if (left === 0) process.kill(process.pid, 'SIGKILL')
}

function killing(connection: SqliteDatabase): SqliteDatabase {
  return new Proxy(connection, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (name === 'prepare') pass()
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const store = await openSqlite(database)
const state = openState(store, stateDirectory)
const stop = new AbortController()
await watch(
  inbox,
  store,
  { collection: 'source-code', after: after as WatchOptions['after'], batchSize: 10 },
  {
    state: point === 'statement' ? { ...state, database: killing(state.database) } : state,
    stop: stop.signal,
    ...(rejects !== undefined && { rejectsPath: rejects }),
    onEvent: each(
      on('records_settled', () => point === 'batch' && pass()),
      onFile(() => stop.abort()),
    ),
  },
)
await store.close()
