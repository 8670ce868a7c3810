/** Reads archives, and says of each how that went, and how much memory it took, a line each: (verify|restore PATH)… */
import { directoryStorage } from '../../lib/archive/storage/directory.ts'
import { restore } from '../../lib/job/restore/restore.ts'
import { openSource } from '../../lib/job/restore/source/open.ts'
import { verify } from '../../lib/job/verify/verify.ts'
import { openMemory } from '../../lib/store/memory/store.ts'
import type { Outcome } from './forged.ts'

async function read(how: string, path: string): Promise<Pick<Outcome, 'code' | 'message'>> {
  if (how === 'verify') {
    const { faults } = await verify(directoryStorage(path), { level: 'records' })
    const code = faults.length > 0 ? 'ELYSIA_DAMAGED' : undefined
    return { code, message: faults.map(({ fact }) => fact).join('; ') }
  }
  const source = await openSource(path, { stdin: () => process.stdin })
  await restore(source, openMemory(), {})
  return { code: undefined, message: '' }
}

const words = process.argv.slice(2)
for (let at = 0; at < words.length; at += 2) {
  const outcome = await read(words[at]!, words[at + 1]!).catch((error) => ({
    code: error.code ?? String(error),
    message: error.message,
  }))
  const polluted = Object.keys(Object.prototype).length > 0 || 'admin' in {}
  const rss = process.resourceUsage().maxRSS * 1024
  process.stdout.write(`${JSON.stringify({ ...outcome, rss, polluted })}\n`)
}
