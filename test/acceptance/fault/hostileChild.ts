// Runs commands one after the other in one process, and says what each printed: `node hostileChild.ts IN OUT`, where
// IN is a JSON array of argument lists. A process for each would take minutes.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const { main } = createRequire(import.meta.url)('../../../dist/bin/main.cjs') as {
  main(argv: readonly string[]): Promise<void>
}
const [input = '', output = ''] = process.argv.slice(2)
process.setMaxListeners(0)
const printed = { stdout: '', stderr: '' }
for (const name of ['stdout', 'stderr'] as const) {
  process[name].setMaxListeners(0)
  process[name].write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    printed[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    const done = rest.at(-1)
    if (typeof done === 'function') queueMicrotask(() => done())
    return true
  }
}
const results = []
for (const args of JSON.parse(readFileSync(input, 'utf8')) as string[][]) {
  printed.stdout = ''
  printed.stderr = ''
  await main(args)
  results.push({ args, code: process.exitCode, ...printed })
}
writeFileSync(output, JSON.stringify(results))
process.exitCode = 0
