/** Reads an archive and says how that went, and how much memory it took: verify|restore PATH. */
import { directoryStorage } from '../../lib/archive/storage/directory.ts'
import { restore } from '../../lib/job/restore/restore.ts'
import { openSource } from '../../lib/job/restore/source/open.ts'
import { verify } from '../../lib/job/verify/verify.ts'
import { openMemory } from '../../lib/store/memory/store.ts'

const [how, path] = process.argv.slice(2) as ['verify' | 'restore', string]
let code: string | undefined
let message = ''
try {
  if (how === 'verify') {
    const { faults } = await verify(directoryStorage(path), { level: 'records' })
    if (faults.length > 0) code = 'ELYSIA_DAMAGED'
    message = faults.map(({ fact }) => fact).join('; ')
  } else {
    const source = await openSource(path, { stdin: () => process.stdin })
    await restore(source, openMemory(), {})
  }
} catch (error) {
  code = (error as { code?: string }).code ?? String(error)
  message = (error as Error).message
}
const polluted = Object.keys(Object.prototype).length > 0 || 'admin' in {}
const rss = process.resourceUsage().maxRSS * 1024
process.stdout.write(JSON.stringify({ code, message, rss, polluted }))
