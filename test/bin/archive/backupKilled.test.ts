import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { type Home, home } from '../elysiactl.ts'
import { filled, idOf, STORE } from '../filled.ts'

const WORDS = ['col', 'backup', 'SourceCode', ...STORE, '--to', 'archive', '--part-size', '64KiB']

async function statuses(at: Home): Promise<string[]> {
  const { stdout } = await at.run(['col', 'catalog', 'list', '--json'])
  return (JSON.parse(stdout) as { archives: { status: string }[] }).archives.map(({ status }) => status)
}

t.test(
  'a backup is running while it runs, partial once it was killed, and complete once it is resumed',
  async (t) => {
    const at = home(t)
    const text = 'some text '.repeat(50)
    await filled(
      at,
      'SourceCode',
      Array.from({ length: 5000 }, (_, n) => ({ id: idOf(n), properties: { path: `p${n}`, text } })),
    )
    const { child, ended } = at.start(WORDS)
    const journal = join(at.directory, 'archive', 'parts.jsonl')
    const parts = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length : 0)
    while (parts() < 4 && child.exitCode === null) await wait(5)
    child.kill('SIGSTOP')
    t.same(await statuses(at), ['running'])
    child.kill('SIGKILL')
    await ended
    t.same(await statuses(at), ['partial'])
    const { code, stderr } = await at.run([...WORDS, '--resume'])
    t.equal(code, 0, stderr)
    t.same(await statuses(at), ['complete'])
  },
)
