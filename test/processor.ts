/** How long the processor works for this, in milliseconds: what else the machine does is not in it. For work that waits for nothing. */
export function processorMs(work: () => unknown): number {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}
