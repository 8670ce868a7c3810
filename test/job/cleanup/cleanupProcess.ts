import { openCatalog } from '../../../lib/catalog/open.ts'
import { parsePeriod } from '../../../lib/core/duration.ts'
import { cleanUp } from '../../../lib/job/cleanup/cleanup.ts'
import { policy } from '../../catalog/retention/candidates.ts'

// A cleanup of the catalog in the first argument that keeps the newest archive of each collection.
const [file = ''] = process.argv.slice(2)
const catalog = await openCatalog({ file })
const history = parsePeriod('1y', 'history')
const report = await cleanUp(
  catalog,
  { filter: {}, policy: policy({ keepLast: '1', failedAfter: '0h' }), history },
  { timing: { settleMs: 5 } },
)
catalog.close()
console.log(JSON.stringify({ removed: report.removed, failed: report.failed }))
