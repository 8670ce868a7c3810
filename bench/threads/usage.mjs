// Loaded before a process that is measured: writes what of the processor its main thread took, and all of
// them, and the most memory in MB.
import { writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

const sum = ({ user, system }) => (user + system) / 1e6

if (isMainThread) {
  process.on('exit', () => {
    const peak = (process.resourceUsage().maxRSS * 1024) / 1e6
    const usage = { main: sum(process.threadCpuUsage()), all: sum(process.cpuUsage()), peak }
    writeFileSync(process.env.BENCH_USAGE, JSON.stringify(usage))
  })
}
