import { existsSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A process that may write to a folder and puts one thing in the place of another, as fast as it can, until a
 * file is there that ends it: files, links to a private one, pipes' stand-ins, and `processed/` itself.
 */
const [inbox = '', home = '', end = ''] = process.argv.slice(2)
const at = (name: string) => join(inbox, name)
const secret = join(home, 'secret.jsonl')
const record = `${JSON.stringify({ repo: 'r', op: 'add', path: 'public', content: 'x' })}\nbad line\n`

function attempt(work: () => void): void {
  try {
    work()
  } catch {
    // The other process was faster.
  }
}

const plants: readonly ((path: string) => void)[] = [
  (path) => writeFileSync(path, record),
  (path) => symlinkSync(secret, path),
  (path) => linkSync(secret, path),
  (path) => mkdirSync(path),
  (path) => symlinkSync(path, path),
]

for (let turn = 0; !existsSync(end); turn++) {
  const name = `f${turn % 7}.jsonl`
  const plant = plants[turn % plants.length]!
  attempt(() => plant(at(`.${name}`)))
  attempt(() => renameSync(at(`.${name}`), at(name)))
  attempt(() => rmSync(at(`.${name}`), { recursive: true }))
  if (turn % 3 === 0) attempt(() => rmSync(at(name), { recursive: true, force: true }))
  if (turn % 11 === 0) {
    attempt(() => renameSync(at('processed'), at(`was-${turn % 5}-${turn}`)))
    attempt(() => symlinkSync(home, at('processed')))
  }
  if (turn % 11 === 5) attempt(() => rmSync(at('processed')))
}
