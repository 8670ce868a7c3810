import t from 'tap'
import { home } from '../elysiactl.ts'

const RECORDS = 25_000
/** 7 to 12 MB are what a run holds, with batches under way; 27 to 43 what V8 makes of it that takes records for lasting. */
const MOST_OLD_BYTES = 20e6

/** Collects garbage while early batches are on their way, and says at the end how much old memory is in use. */
const COLLECTING = `
  import { subscribe } from 'node:diagnostics_channel'
  import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
  import { runInNewContext } from 'node:vm'

  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  let settled = 0
  subscribe('elysiactl:run:event', ({ type }) => {
    if (type === 'records_settled' && ++settled > 4 && settled < 26) collect()
  })
  process.on('exit', () => {
    const old = getHeapSpaceStatistics().find((space) => space.space_name === 'old_space')
    process.stderr.write(JSON.stringify({ settled, old_bytes: old.space_used_size }))
  })
`

/** Change records of 750 bytes. */
function records(): string {
  const content = 'a line of code that says something\n'.repeat(18)
  const lines = Array.from({ length: RECORDS }, (_, n) => {
    const path = `src/dir-${n % 977}/file-${n}.ts`
    return JSON.stringify({
      repo: 'r',
      op: 'add',
      path,
      content: `// ${n}\n${content}`,
      metadata: { commit: 'c' },
    })
  })
  return `${lines.join('\n')}\n`
}

t.test('records of an ingest stay young, whenever garbage is collected', async (t) => {
  const files = { 'a.jsonl': records(), 'collecting.mjs': COLLECTING }
  const { runApart } = home(t, files, { NODE_OPTIONS: '--import=./collecting.mjs' })
  const ingest = 'index process-jsonl a.jsonl --collection c --target sqlite:a.db --quiet'
  const { code, stderr } = await runApart(ingest.split(' '))
  t.equal(code, 0)
  const { settled, old_bytes: bytes } = JSON.parse(stderr)
  t.ok(settled > 26, `${settled} batches`)
  t.ok(bytes < MOST_OLD_BYTES, `${bytes} bytes of old memory`)
})
