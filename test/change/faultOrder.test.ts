// A record with several faults is refused for the first one, in the order that docs/format.md §8 states.
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { ingestFiles } from '../../lib/job/ingest/ingest.ts'
import { openMemory } from '../../lib/store/memory/store.ts'
import { on } from '../run/listening.ts'

interface Refused {
  readonly code: string
  readonly reason: string
}

/** Why each line is refused; undefined where it is not. All lines are one input. */
async function refusals(
  lines: readonly (string | Buffer)[],
  options: object = {},
): Promise<(Refused | undefined)[]> {
  const found: (Refused | undefined)[] = lines.map(() => undefined)
  const bytes = Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')]))
  const input = { name: 'in', rereadable: true, open: () => Readable.from([bytes]) }
  const settings = { collection: 'Code', maxLineBytes: 4096, batchSize: 1, ...options }
  const { error } = await ingestFiles([input], openMemory(), settings, {
    onEvent: on('record_rejected', ({ line, code, reason }) => {
      found[line - 1] = { code, reason }
    }),
  })
  if (error !== undefined) throw error
  return found
}

type Step = readonly [line: string | Buffer | object, code: string, reason: RegExp]

async function inOrder(t: Test, steps: readonly Step[], options?: object): Promise<void> {
  const lines = steps.map(([line]) =>
    typeof line === 'string' || Buffer.isBuffer(line) ? line : JSON.stringify(line),
  )
  for (const [index, found] of (await refusals(lines, options)).entries()) {
    const [line, code, reason] = steps[index]!
    t.match(found, { code, reason }, `${code}: ${JSON.stringify(line).slice(0, 100)}`)
  }
}

const DEEP = '['.repeat(501) + ']'.repeat(501)

t.test('the line comes first: its length, its bytes, its JSON, and that this is an object', async (t) => {
  const invalid = Buffer.concat([Buffer.from(DEEP), Buffer.from([0xff])])
  await inOrder(t, [
    [Buffer.concat([invalid, Buffer.alloc(4096, 'x')]), 'line_too_long', /bytes long/],
    [invalid, 'invalid_utf8', /UTF-8/],
    [DEEP, 'too_complex', /500/],
    ['[', 'not_json', /./],
    ['["repo"]', 'not_object', /object/],
    ['{}', 'missing_field', /"repo"/],
  ])
})

/** Faults of every later kind. */
const SURROGATE = '\ud800'
const WORST = { content: SURROGATE, metadata: { n: '@HUGE@' }, vectors: { v: [[1], [1, 2]] } }
/** JSON.stringify makes null of a number that is too large. */
const text = (record: object) => JSON.stringify(record).replaceAll('"@HUGE@"', '1e999')

t.test(
  'then what is missing, then the fields in the order of the record, each by type before value',
  async (t) => {
    await inOrder(
      t,
      [
        [text({ size: 'x', '9': 0, ...WORST }), 'missing_field', /"repo"/],
        [text({ repo: 7, size: 'x', ...WORST }), 'missing_field', /"op"/],
        [text({ repo: 7, op: 'rename', size: 'x', ...WORST }), 'missing_field', /"path"/],
        [text({ repo: 7, op: 'rename', path: '', size: 'x', ...WORST }), 'missing_new_path', /"new_path"/],
        [text({ size: 'x', repo: 7, op: 'none', path: '', '9': 0, ...WORST }), 'unknown_field', /"9"/],
        [text({ size: 'x', repo: 7, op: 'none', path: '', ...WORST }), 'wrong_type', /"size"/],
        [text({ repo: 7, op: 'none', path: '', size: 'x', ...WORST }), 'wrong_type', /"repo"/],
        [text({ path: '', repo: 7, op: 'none', size: 'x', ...WORST }), 'invalid_value', /"path"/],
        [text({ op: 'none', path: '', repo: 7, size: 'x', ...WORST }), 'unknown_op', /"op"/],
        [text({ repo: 'r\0', op: 'add', path: '', zz: 1, ...WORST }), 'nul_in_name', /"repo"/],
        [text({ repo: 'r', op: 'add', zz: 1, path: '', ...WORST }), 'unknown_field', /"zz"/],
        [text({ repo: 'r', op: 'add', path: 'p', size: 1.5, mime: 7, ...WORST }), 'invalid_value', /"size"/],
        [
          text({ repo: 'r', op: 'add', path: 'p', content_base64: '?', size: 1.5, ...WORST }),
          'bad_base64',
          /base64/,
        ],
        [
          text({ repo: 'r', op: 'add', path: 'p', vector: [], timestamp: 'x', ...WORST }),
          'invalid_value',
          /"vector"/,
        ],
      ],
      { strict: true },
    )
  },
)

t.test('then what no schema can say: texts, metadata, widths of vectors', async (t) => {
  const names = { repo: 'r', op: 'rename', path: 'p', new_path: 'n' }
  const deep = Array.from({ length: 70 }).reduce<object>((inner) => ({ inner }), {})
  await inOrder(t, [
    [
      text({ ...WORST, ...names, path: SURROGATE, new_path: SURROGATE, repo: SURROGATE }),
      'invalid_value',
      /"repo"/,
    ],
    [text({ ...WORST, ...names, new_path: SURROGATE, path: SURROGATE }), 'invalid_value', /"path"/],
    [text({ ...WORST, ...names, new_path: SURROGATE }), 'invalid_value', /"new_path"/],
    [text({ ...WORST, ...names }), 'invalid_value', /"content"/],
    [text({ ...WORST, ...names, content: null }), 'invalid_value', /"metadata" holds a number/],
    [text({ ...WORST, ...names, content: null, metadata: deep }), 'invalid_value', /"metadata" nests/],
    [text({ ...WORST, ...names, content: null, metadata: {} }), 'invalid_value', /"vectors\.v"/],
  ])
})

t.test('then the content, and the store last', async (t) => {
  const record = { repo: 'r', op: 'add', path: 'p' }
  const vectors = { v: [1, 2] }
  await inOrder(t, [
    [text({ ...record, content_ref: 'x', vectors: { v: [[1], [1, 2]] } }), 'invalid_value', /"vectors\.v"/],
    [text({ ...record, content_ref: 'x', vectors }), 'ref_not_allowed', /content-root/],
    [text({ ...record, vectors }), 'no_content', /content/],
    [text({ ...record, op: 'modify', vectors }), 'no_content', /content/],
    [text({ ...record, content: '', vectors }), 'store_rejected', /named vectors/],
    [text({ ...record, op: 'modify', metadata: {}, vectors }), 'object_missing', /./],
    [text({ ...record, op: 'rename', new_path: 'n', vectors }), 'source_missing', /./],
  ])
})

t.test(
  'of a control record its own fields come first, then the commit, then the fields of the changeset',
  async (t) => {
    await inOrder(
      t,
      [
        [{ repo: '', new_changeset: 7, zz: 1 }, 'invalid_value', /"repo"/],
        [{ new_changeset: 7, repo: '', zz: 1 }, 'wrong_type', /"new_changeset"/],
        [{ zz: 1, new_changeset: { branch: 7 }, repo: '' }, 'unknown_field', /"zz"/],
        [{ new_changeset: { branch: 7 }, repo: '' }, 'invalid_value', /"repo"/],
        [{ new_changeset: { branch: 7 }, repo: 'r' }, 'missing_field', /"new_changeset\.commit"/],
        [{ new_changeset: { branch: 7, commit: '' }, repo: 'r' }, 'wrong_type', /"new_changeset\.branch"/],
        [{ new_changeset: { commit: '', branch: 7 }, repo: 'r' }, 'invalid_value', /"new_changeset\.commit"/],
      ],
      { strict: true },
    )
  },
)
