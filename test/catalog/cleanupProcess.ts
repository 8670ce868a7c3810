import { cleanUp } from '../../lib/catalog/cleanup.ts'
import { stretchOf } from '../../lib/catalog/duration.ts'
import { openCatalog } from '../../lib/catalog/open.ts'
import { policy } from './candidates.ts'

// A cleanup of the catalog in the first argument that keeps the newest archive of each collection.
const [file = ''] = process.argv.slice(2)
const catalog = await openCatalog({ file })
const history = stretchOf('1y', 'history')
const report = await cleanUp(
  catalog,
  { filter: {}, policy: policy({ keepLast: '1', failedAfter: '0h' }), history },
  { timing: { settleMs: 5 } },
)
catalog.close()
console.log(JSON.stringify({ removed: report.removed, failed: report.failed }))
