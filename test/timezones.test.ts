import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { some } from './runs.ts'

const HERE = dirname(fileURLToPath(import.meta.url))

/** Far east of UTC, far west with summer time, and one of a quarter of an hour. */
const ZONES = ['Pacific/Kiritimati', 'America/Los_Angeles', 'Asia/Kathmandu']

/** What reckons with days, months and moments. */
const DATED = [
  'catalog/retention/retention.test.ts',
  'core/duration.test.ts',
  'archive/format/parquet/date.test.ts',
  'transform/object/comparable.test.ts',
]

/** Runs a test file alone in a zone; its TAP is the answer. */
async function runIn(zone: string, file: string): Promise<{ stdout: string; failed: boolean }> {
  const env = { ...process.env, TZ: zone }
  const options = { env, cwd: join(HERE, '..'), maxBuffer: 64 * 2 ** 20 }
  return promisify(execFile)(process.execPath, [join(HERE, file)], options).then(
    ({ stdout }) => ({ stdout, failed: false }),
    (error: { stdout: string }) => ({ stdout: error.stdout, failed: true }),
  )
}

for (const file of DATED) {
  t.test(`${file} holds wherever the machine stands`, async (t) => {
    for (const zone of some(1, ZONES)) {
      const { stdout, failed } = await runIn(zone, file)
      t.notOk(failed, `${zone}: ${stdout.match(/^ *not ok .*/m)?.[0] ?? 'ran'}`)
      t.match(stdout, /^ok \d+ /m, `${zone}: it ran tests`)
    }
  })
}
