import { eventText } from '../../../bin/view/eventText.ts'
import type { WatchOptions } from '../../../lib/job/watch/options.ts'
import { watch } from '../../../lib/job/watch/watch.ts'
import { openState } from '../../../lib/run/state.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { each, on, onFile } from '../../run/listening.ts'

/**
 * A process that watches and that a line with POISON kills when it is parsed, as one would that takes all the
 * memory. Ends well when it is done with `z.jsonl`; prints what it was told of files.
 */
const [inbox = '', database = '', stateDirectory = '', after = '', coalesce = 'off'] = process.argv.slice(2)

const parse = JSON.parse
JSON.parse = (text: string, ...more) => {
  if (text.includes('POISON')) process.kill(process.pid, 'SIGKILL')
  return parse(text, ...more)
}

const store = await openSqlite(database)
const stop = new AbortController()
await watch(
  inbox,
  store,
  {
    collection: 'source-code',
    after: after as WatchOptions['after'],
    batchSize: 10,
    workers: 1,
    coalesce,
  },
  {
    state: openState(store, stateDirectory),
    stop: stop.signal,
    onEvent: each(
      onFile(({ path }) => path.endsWith('z.jsonl') && stop.abort()),
      on('file_failed', (event) => process.stdout.write(`${eventText(event)}\n`)),
    ),
  },
)
await store.close()
