/**
 * Runs every case of test/cases, each a script that exits 0 where the behavior is right, 77 where something that it
 * needs is missing, and anything else where the fault is there. `WEAVIATE=http://HOST:PORT?grpc=HOST:PORT` names a
 * server for the cases that need one; arguments are parts of names: `node scripts/cases.ts 04-watch archive/1`.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const CASES = join(ROOT, 'test', 'cases')
const SKIPPED = 77
const LIMIT_MS = 300_000

/** The scripts of all cases, in order of name. */
function scripts(): { name: string; script: string }[] {
  return ['ingest', 'archive'].flatMap((half) =>
    readdirSync(join(CASES, half), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort()
      .flatMap((folder) =>
        ['repro.sh', 'run.sh']
          .map((script) => join(CASES, half, folder, script))
          .filter(existsSync)
          .map((script) => ({ name: `${half}/${folder}`, script })),
      ),
  )
}

const wanted = process.argv.slice(2)
const sums = { passed: 0, failed: 0, skipped: 0 }
for (const { name, script } of scripts()) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue
  const run = spawnSync('bash', [script], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: LIMIT_MS,
    env: { ...process.env, ELYSIACTL: process.env.ELYSIACTL ?? join(ROOT, 'bin', 'elysiactl.js') },
  })
  const outcome = run.status === 0 ? 'passed' : run.status === SKIPPED ? 'skipped' : 'failed'
  sums[outcome]++
  const said = `${run.stdout}${run.stderr}`.trim().split('\n')
  console.log(`${outcome.padEnd(7)} ${name}${outcome === 'passed' ? '' : `: ${said.at(-1)}`}`)
  if (outcome === 'failed')
    console.log(
      said
        .slice(-12)
        .map((line) => `        ${line}`)
        .join('\n'),
    )
}
console.log(`${sums.passed} passed, ${sums.failed} failed, ${sums.skipped} skipped`)
process.exitCode = sums.failed === 0 && sums.passed + sums.skipped > 0 ? 0 : 1
