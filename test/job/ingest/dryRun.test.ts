// What the real run says, the dry run says: the same code, the same counts of rejects, and nothing changed.
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { fileId } from '../../../lib/change/identity.ts'
import { ingestFiles } from '../../../lib/job/ingest/ingest.ts'
import type { Input } from '../../../lib/job/ingest/input.ts'
import type { WriteContext } from '../../../lib/run/context.ts'
import { lockRun, openState } from '../../../lib/run/state.ts'
import { openStore } from '../../../lib/store/open.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import { weaviateDouble } from '../../double/double.ts'

const add = (path: string, vector?: readonly number[], repo = 'A') =>
  `${JSON.stringify({ repo, op: 'add', path, content: path, ...(vector && { vector }) })}\n`

interface Case {
  readonly options: object
  readonly lines: string
  /** Runs before it, for real, with one name each. */
  readonly before?: readonly { options: object; lines: string }[]
  readonly prepare?: (store: Awaited<ReturnType<typeof openSqlite>>) => Promise<unknown>
  readonly isLocked?: boolean
  readonly says: object
}

/** Of all paths up to here the one with the greatest id. */
const LAST = Array.from({ length: 6000 }, (_, n) => `last${n}`)
  .sort((one, other) => (fileId('A', one) < fileId('A', other) ? -1 : 1))
  .at(-1)!
const INTO = { collection: 'source-code' }
const BY_REPO = { ...INTO, tenantBy: 'repo' }
const asleep: Case['prepare'] = (store) =>
  store.setTenantStates('SourceCode', [{ name: 'A', state: 'inactive' }])

const CASES: Readonly<Record<string, Case>> = {
  'bad lines': { options: INTO, lines: `bad\n${add('a')}{}\n`, says: { rejected: { not_json: 1 } } },
  'too many rejects': {
    options: { ...INTO, maxErrors: '0' },
    lines: `bad\n${add('a')}`,
    says: { code: 'ELYSIA_TOO_MANY_REJECTS' },
  },
  'a vector of another width than those there': {
    options: INTO,
    lines: add('b', [1, 2, 3]) + add('c', [1, 2]) + add('d'),
    before: [{ options: INTO, lines: add('a', [1, 2]) }],
    says: { rejected: { store_rejected: 1 } },
  },
  'a vector of another width than one before it': {
    options: INTO,
    lines: add('b', [1, 2, 3]) + add('c', [1, 2]),
    says: { rejected: { store_rejected: 1 } },
  },
  'a vector of another width than those behind many objects without any': {
    options: INTO,
    lines: add('b', [1, 2, 3]),
    before: [
      { options: INTO, lines: Array.from({ length: 6000 }, (_, n) => add(`n${n}`)).join('') },
      { options: INTO, lines: add(LAST, [1, 2]) },
    ],
    says: { rejected: { store_rejected: 1 } },
  },
  'a vector of another width than that of an object that is gone': {
    options: INTO,
    lines: add('b', [1, 2, 3]),
    before: [
      { options: INTO, lines: add('a', [1, 2]) },
      { options: INTO, lines: '{"repo":"A","op":"delete","path":"a"}\n' },
    ],
    says: { rejected: { store_rejected: 1 } },
  },
  'two tenants with different widths': {
    options: BY_REPO,
    lines: add('b', [1, 2, 3]) + add('c', [1, 2], 'B') + add('d', [1, 2], 'B'),
    says: { rejected: {}, code: undefined },
  },
  'a tenant that is not active': {
    options: BY_REPO,
    lines: add('b'),
    before: [{ options: BY_REPO, lines: add('a') }],
    prepare: asleep,
    says: { code: /^ELYSIA_/ },
  },
  'a tenant that is not active, which is not read first': {
    options: { ...BY_REPO, skipUnchanged: false },
    lines: add('b'),
    before: [{ options: BY_REPO, lines: add('a') }],
    prepare: asleep,
    says: { code: /^ELYSIA_/ },
  },
  'a lock of another run': {
    options: INTO,
    lines: add('a'),
    isLocked: true,
    says: { code: 'ELYSIA_LOCKED' },
  },
  'a second name for a class': {
    options: { collection: 'source code' },
    lines: add('b'),
    before: [{ options: INTO, lines: add('a') }],
    says: { code: 'ELYSIA_CONFLICT' },
  },
  'an alias': {
    options: { collection: 'code' },
    lines: add('b'),
    before: [{ options: INTO, lines: add('a') }],
    prepare: (store) => store.createAlias({ alias: 'Code', collection: 'SourceCode' }),
    says: { code: 'ELYSIA_CONFLICT' },
  },
  'a class of a similar name': {
    options: { collection: 'SOURCECODE' },
    lines: add('b'),
    before: [{ options: INTO, lines: add('a') }],
    says: { code: 'ELYSIA_CONFLICT' },
  },
  'tenants that the collection has not': {
    options: { ...INTO, tenant: 'A' },
    lines: add('b'),
    before: [{ options: INTO, lines: add('a') }],
    says: { code: 'ELYSIA_CONFLICT' },
  },
  'a collection that is not there': {
    options: { ...INTO, create: false },
    lines: add('b'),
    says: { code: 'ELYSIA_NOT_FOUND' },
  },
  'a property of another type': {
    options: INTO,
    lines: add('b'),
    prepare: (store) =>
      store.create({ class: 'SourceCode', properties: [{ name: 'content', dataType: ['int'] }] }),
    says: { code: 'ELYSIA_CONFLICT' },
  },
  'git text': { options: INTO, lines: 'diff --git a/x b/x\n', says: { code: 'ELYSIA_INPUT' } },
}

for (const [name, { options, lines, before = [], prepare, isLocked, says }] of Object.entries(CASES)) {
  t.test(`what the real run says the dry run says: ${name}`, async (t) => {
    const directory = t.testdir()
    const store = await openSqlite(join(directory, 'store.db'))
    t.teardown(() => store.close())
    const state = openState(store, directory)
    const run = async (settings: object, text: string, inputName = 'stdin') => {
      const input: Input = {
        name: inputName,
        rereadable: false,
        open: () => Readable.from([Buffer.from(text)]),
      }
      const context: WriteContext = { state }
      try {
        const { report, error } = await ingestFiles([input], store, settings as typeof INTO, context)
        return {
          code: (error as { code?: string } | undefined)?.code,
          rejected: report.rejected,
          written: report.written,
        }
      } catch (thrown) {
        return { code: (thrown as { code?: string }).code }
      }
    }
    for (const earlier of before) await run(earlier.options, earlier.lines, 'earlier')
    await prepare?.(store)
    const key = { target: store.target, class: 'SourceCode', inputs: ['stdin'] }
    const held = isLocked === true ? lockRun(state, key) : undefined
    const schemas = await store.list()
    const dry = await run({ ...options, dryRun: true }, lines)
    t.same(await store.list(), schemas, 'nothing was made')
    const real = await run(options, lines)
    held?.release()
    t.strictSame(dry, real)
    t.match(real, says)
    t.equal(state.journal.runs().length, before.length + Number('written' in real), 'a dry run is not noted')
  })
}

t.test(
  'what a server refuses of vectors the dry run refuses too, though a server cannot say its widths',
  async (t) => {
    const double = await weaviateDouble()
    t.teardown(() => double.stop())
    const store = await openStore(parseTarget(double.target))
    t.teardown(() => store.close())
    const run = async (lines: string, more: object = {}) => {
      const input: Input = { name: 'in', rereadable: true, open: () => Readable.from([Buffer.from(lines)]) }
      const { report, error } = await ingestFiles([input], store, { ...INTO, ...more })
      return { error, rejected: report.rejected, written: report.written }
    }
    t.equal(store.collection('SourceCode').widths, undefined)
    await run(Array.from({ length: 300 }, (_, n) => add(`n${n}`)).join('') + add(LAST, [1, 2]))
    const lines = add('b', [1, 2, 3]) + add('c', [1, 2]) + add('d')
    const dry = await run(lines, { dryRun: true })
    t.strictSame(dry, await run(lines))
    t.match(dry, { error: undefined, rejected: { store_rejected: 1 }, written: 2 })
  },
)
