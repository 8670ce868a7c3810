import { type LockKind, lockRoot } from '../../../lib/catalog/lock/lock.ts'

// A process that takes a lock, says so, and holds it until it is told to end, or is killed.
const [root = '', kind = '', heartbeatMs = ''] = process.argv.slice(2)
const timing = { heartbeatMs: Number(heartbeatMs), settleMs: 20 }
const lock = await lockRoot(root, { kind: kind as LockKind, purpose: 'test', timing })
console.log('held')
lock.lost.addEventListener('abort', () => {
  console.log('lost')
  process.exitCode = 3
  process.stdin.destroy()
})
process.stdin.on('end', () => lock.release())
process.stdin.resume()
