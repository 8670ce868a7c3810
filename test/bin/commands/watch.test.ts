import {
  chmodSync,
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { adds, type Home, home } from '../elysiactl.ts'
import { filled, STORE } from '../filled.ts'

const WATCH = ['index', 'watch', 'inbox', '--collection', 'c', '--settle', '0s', ...STORE]

function inbox(files: Record<string, string>): Record<string, string> {
  return { inbox: files as never }
}

/** Watches until the text is said, then stops. */
async function watched(place: Home, flags: readonly string[], until: string) {
  const { child, ended, says } = place.start([...WATCH, ...flags])
  await says(until)
  child.kill('SIGTERM')
  return ended
}

t.test('watch --rejects collects the rejects of all files, and says where', async (t) => {
  const place = home(t, inbox({ '1.jsonl': `bad\n${adds(1)}`, '2.jsonl': 'worse\n' }))
  const { code, stderr } = await watched(place, ['--rejects', 'rejects.jsonl'], '2.jsonl: 1 records')
  t.equal(code, 143)
  t.match(stderr, /rejected records: .*rejects\.jsonl/)
  const lines = readFileSync(`${place.directory}/rejects.jsonl`, 'utf8').trim().split('\n')
  t.match(
    lines.map((line) => JSON.parse(line) as object),
    [
      { line: 1, record: 'bad', source: /inbox\/1\.jsonl$/ },
      { line: 1, record: 'worse', source: /inbox\/2\.jsonl$/ },
    ],
  )
})

t.test('watch --dry-run says what is wrong with the files, and changes nothing', async (t) => {
  const place = home(t, inbox({ '1.jsonl': `bad\n${adds(3)}` }))
  await filled(place, 'Other', [])
  const { code, stderr } = await watched(place, ['--dry-run', '--after', 'delete', '-v'], '(dry run)')
  t.equal(code, 143)
  t.match(stderr, /line 1: not_json/)
  t.match(stderr, /interrupted \(dry run: nothing was written\)/)
  t.same(readdirSync(`${place.directory}/inbox`), ['1.jsonl'])
  t.notOk(readdirSync(place.directory).includes('state'))
  t.match((await place.run(['col', 'ls', ...STORE])).stdout, /^NAME.*\nOther +0\n$/)
  t.match((await place.run(['index', 'status', ...STORE])).stderr, /no runs yet/)
})

t.test(
  'a watch of a folder that others write to names what it does not take, and with -q says that files failed',
  async (t) => {
    for (const quiet of [false, true]) {
      const place = home(t, { ...inbox({ '2.jsonl': adds(2), '9.jsonl': adds(1) }), secret: adds(9) })
      const at = (name: string) => `${place.directory}/inbox/${name}`
      chmodSync(at(''), 0o777)
      symlinkSync(`${place.directory}/secret`, at('0.jsonl'))
      linkSync(`${place.directory}/secret`, at('1.jsonl'))
      writeFileSync(at('3.jsonl'), Buffer.from([0x1f, 0x8b, 8]))
      const flags = ['--after', 'move', ...(quiet ? ['-q'] : ['--json'])]
      const { child, ended } = place.start([...WATCH, ...flags])
      while (!existsSync(at('processed/9.jsonl'))) await setTimeout(50)
      child.kill('SIGTERM')
      const { code, stdout, stderr } = await ended
      t.equal(code, 143)
      t.same(readdirSync(at('failed')), ['3.jsonl'])
      if (quiet) {
        t.equal(stderr.trim().split('\n').length, 1, 'one line')
        t.match(stderr, /stopped by SIGTERM; .*; 1 of 3 files failed/)
      } else {
        t.match(JSON.parse(stdout), { files: 3, files_failed: 1, files_passed_over: 2, records: 3 })
        for (const said of ['0.jsonl is passed over', '1.jsonl is passed over', '3.jsonl failed'])
          t.ok(stderr.includes(said), said)
      }
    }
  },
)
