import { execFileSync } from 'node:child_process'
import { readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { type Content, contentResolver } from '../../lib/change/content.ts'
import type { FileChange } from '../../lib/change/record.ts'

type Parts = Partial<FileChange>

const record = (parts: Parts): FileChange => ({ repo: 'A', op: 'add', path: 'a', ...parts })

function codeOf(content: Content): string {
  return content.kind === 'fault' ? content.fault.code : content.kind
}

/** A content root with good and hostile things in it, and a secret beside it. */
function tree(t: Test): { root: string; outside: string } {
  const outside = t.testdir({
    secret: 'a secret',
    'root-2': { file: 'beside the root, with its name as a beginning' },
    root: {
      'a.md': 'text',
      empty: '',
      '..a': 'dots',
      deep: { 'b.md': 'deep' },
      raw: Buffer.from([0xff, 0xfe]),
    },
  })
  const root = join(outside, 'root')
  symlinkSync('../secret', join(root, 'link-out'))
  symlinkSync('..', join(root, 'dir-out'))
  symlinkSync('deep/b.md', join(root, 'link-in'))
  symlinkSync(join(root, 'deep'), join(root, 'dir-in'))
  symlinkSync('loop', join(root, 'loop'))
  symlinkSync('/dev/zero', join(root, 'zero'))
  execFileSync('mkfifo', [join(root, 'fifo')])
  return { root, outside }
}

t.test('the first of skip_index, content, content_base64 and content_ref decides', async (t) => {
  const contentOf = contentResolver()
  const all = { skip_index: true, content: 'A', content_base64: 'Qg==', content_ref: 'c' }
  t.strictSame(contentOf(record(all)), { kind: 'skipped', reason: 'skip_index' })
  t.strictSame(contentOf(record({ ...all, skip_reason: 'vendor' })), { kind: 'skipped', reason: 'vendor' })
  t.strictSame(contentOf(record({ ...all, skip_index: false })), { kind: 'text', text: 'A' })
  t.strictSame(contentOf(record({ ...all, skip_index: null, content: '' })), { kind: 'text', text: '' })
  t.strictSame(contentOf(record({ content: null, content_base64: 'Qg==' })), { kind: 'text', text: 'B' })
  t.equal(codeOf(contentOf(record({ content_ref: 'c' }))), 'ref_not_allowed')
  t.strictSame(contentOf(record({})), { kind: 'none' })
})

t.test('base64 gives back the very text, or is binary where that is none', async () => {
  const contentOf = contentResolver()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (array) => {
      const bytes = Buffer.from(array)
      const content = contentOf(record({ content_base64: bytes.toString('base64') }))
      if (content.kind === 'text')
        return Buffer.from(content.text).equals(bytes) && !content.text.includes('\0')
      return content.kind === 'skipped' && content.reason === 'binary'
    }),
  )
})

t.test(
  'content_ref names files inside its root: relative, absolute, through links that stay inside',
  async (t) => {
    const { root } = tree(t)
    const read = (ref: string) => contentResolver({ contentRoot: root })(record({ content_ref: ref }))
    const texts: Record<string, string> = {
      'a.md': 'text',
      './deep/../a.md': 'text',
      'deep/b.md': 'deep',
      [join(root, 'a.md')]: 'text',
      'link-in': 'deep',
      'dir-in/b.md': 'deep',
      'dir-out/root/a.md': 'text',
      '..a': 'dots',
      empty: '',
    }
    for (const [ref, text] of Object.entries(texts)) t.strictSame(read(ref), { kind: 'text', text }, ref)
    t.strictSame(read('raw'), { kind: 'skipped', reason: 'binary' })
  },
)

t.test('content_ref cannot leave its root', async (t) => {
  const { root, outside } = tree(t)
  const read = (ref: string) => codeOf(contentResolver({ contentRoot: root })(record({ content_ref: ref })))
  const escapes = ['../secret', 'deep/../../secret', join(outside, 'secret'), '/etc/passwd', 'link-out']
  for (const ref of [...escapes, 'dir-out/secret', '..', '/', '../root-2/file', 'zero']) {
    t.equal(read(ref), 'ref_outside_root', ref)
  }
})

t.test(
  'content_ref to what is not a regular file, or nothing, is refused at once',
  { timeout: 5000 },
  async (t) => {
    const { root } = tree(t)
    const read = (ref: string) => codeOf(contentResolver({ contentRoot: root })(record({ content_ref: ref })))
    for (const ref of ['fifo', 'deep', '.', '', 'missing', 'a.md/b', 'loop', 'a\0b', 'x'.repeat(5000)]) {
      t.equal(read(ref), 'ref_unreadable', JSON.stringify(ref.slice(0, 20)))
    }
  },
)

t.test('the reason of a refused reference names it, and says why', async (t) => {
  const { root } = tree(t)
  const read = (ref: string) => contentResolver({ contentRoot: root })(record({ content_ref: ref }))
  t.match(read('missing'), { fault: { reason: /"missing" names no file/ } })
  t.match(read('../secret'), { fault: { reason: /"..\/secret" leads out of the content root/ } })
  t.match(read('fifo'), { fault: { reason: /not a regular file/ } })
})

t.test('a file above the limit is refused unread; one of exactly the limit is read', async (t) => {
  const root = t.testdir({ four: 'four', five: '12345' })
  const contentOf = contentResolver({ contentRoot: root, maxContentBytes: 4 })
  t.strictSame(contentOf(record({ content_ref: 'four' })), { kind: 'text', text: 'four' })
  t.equal(codeOf(contentOf(record({ content_ref: 'five' }))), 'ref_too_large')
})

t.test('a content root that is a link is where the link leads', async (t) => {
  const home = t.testdir({ real: { 'a.md': 'text' } })
  symlinkSync('real', join(home, 'link'))
  const contentOf = contentResolver({ contentRoot: join(home, 'link') })
  t.equal(codeOf(contentOf(record({ content_ref: join(home, 'real', 'a.md') }))), 'text')
})

t.test(
  'no descriptor stays open, whatever was refused',
  { skip: process.platform !== 'linux' },
  async (t) => {
    const root = t.testdir({ 'a.md': 'a', big: 'xx' })
    const contentOf = contentResolver({ contentRoot: root, maxContentBytes: 1 })
    const open = readdirSync('/proc/self/fd').length
    for (const ref of ['a.md', 'big', 'a.md', 'big', 'missing']) contentOf(record({ content_ref: ref }))
    t.equal(readdirSync('/proc/self/fd').length, open)
  },
)

t.test('a content root that is not a directory is refused before anything is read', async (t) => {
  const home = t.testdir({ file: '' })
  t.throws(() => contentResolver({ contentRoot: join(home, 'file') }), { code: 'ELYSIA_USAGE' })
  t.throws(() => contentResolver({ contentRoot: join(home, 'none') }), { code: 'ELYSIA_USAGE' })
})

/** Puts a link out of the root in the place of a directory and back, as fast as it can. */
const SWAPPER = `
  const { renameSync } = require('node:fs')
  const { parentPort, workerData: root } = require('node:worker_threads')
  const move = (from, to) => renameSync(root + '/' + from, root + '/' + to)
  parentPort.postMessage('ready')
  for (;;) { move('dir', 'aside'); move('link', 'dir'); move('dir', 'link'); move('aside', 'dir') }
`

t.test('content_ref cannot leave its root while a directory is swapped for a link', async (t) => {
  const home = t.testdir({ root: { dir: { file: 'inside' } }, out: { file: 'secret' } })
  const root = join(home, 'root')
  symlinkSync('../out', join(root, 'link'))
  const swapper = new Worker(SWAPPER, { eval: true, workerData: root })
  await new Promise((resolve) => swapper.once('message', resolve))
  const contentOf = contentResolver({ contentRoot: root })
  const seen = new Set<string>()
  for (let round = 0; round < 20_000; round++) {
    const content = contentOf(record({ content_ref: 'dir/file' }))
    seen.add(content.kind === 'text' ? content.text : codeOf(content))
  }
  await swapper.terminate()
  t.notOk(seen.has('secret'), [...seen].join(', '))
  t.ok(seen.size > 1, 'the swapping was met')
})
