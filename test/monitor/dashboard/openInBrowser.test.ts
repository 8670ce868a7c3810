import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { openInBrowser } from '../../../lib/monitor/dashboard/browser.ts'

const LINK = 'http://127.0.0.1:1/?token=a-secret'

t.test(
  'the browser is given a file that the user alone reads, and no argument holds the secret',
  async (t) => {
    const seen = join(t.testdir(), 'seen')
    const { isOpened, forget } = await openInBrowser(LINK, [
      'sh',
      '-c',
      `printf '%s' "$0" > '${seen}.part' && mv '${seen}.part' '${seen}'`,
    ])
    t.ok(isOpened)
    for (const limit = performance.now() + 20_000; !existsSync(seen) && performance.now() < limit; )
      await setTimeout(20)
    const given = readFileSync(seen, 'utf8')
    t.match(given, /^file:\/\/\/.*\/dashboard\.html$/)
    const file = fileURLToPath(given)
    t.equal(statSync(file).mode & 0o777, 0o600)
    t.equal(statSync(dirname(file)).mode & 0o777, 0o700)
    t.ok(readFileSync(file, 'utf8').includes(`url=${LINK}"`))
    await forget()
    t.notOk(existsSync(dirname(file)))
  },
)

t.test('where nothing opens it nothing is left, and it is said', async (t) => {
  const { isOpened } = await openInBrowser(LINK, ['/no/such/program'])
  t.equal(isOpened, false)
})
