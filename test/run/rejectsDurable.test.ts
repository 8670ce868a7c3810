import t from 'tap'
import { diskCalls } from '../archive/storage/diskOrder.ts'

const { Ledger } = await import('../../lib/job/ingest/ledger/ledger.ts')
const { RejectsFile } = await import('../../lib/run/rejectsFile.ts')
const { RestoreLog } = await import('../../lib/job/restore/progressTable.ts')
const { restore } = await import('../../lib/job/restore/restore.ts')
const { memoryStorage } = await import('../../lib/archive/storage/memory.ts')
const { backup } = await import('../../lib/job/backup/backup.ts')
const { Reject } = await import('../../lib/core/reject.ts')
const { openMemory } = await import('../../lib/store/memory/store.ts')
const { idOf, THING, things } = await import('../job/backup/archived.ts')
const { overriding } = await import('../job/ingest/overriding.ts')
const { sourceOf } = await import('../job/restore/restored.ts')

const REFUSED = { ok: false, reason: 'not this one' }

t.test(
  'rejects of an ingest are on the disk, under their name, before a checkpoint covers them',
  async (t) => {
    const directory = t.testdir({})
    const rejects = new RejectsFile(`${directory}/r.jsonl`, { run: 'run' })
    const ledger = new Ledger({ rejects, commit: () => void diskCalls.push('checkpoint') })
    ledger.reset()
    diskCalls.splice(0)
    for (const line of [1, 2]) {
      const at = { line, end: line * 10 }
      const item = new Reject({ ...at, text: 'x' }, 'not_json', 'it is none')
      ledger.settle({
        outcomes: [{ item, name: 'rejected', cause: 'not_json', reason: 'it is none' }],
        end: at,
      })
    }
    ledger.endInput(2, 20)
    rejects.place(true)
    const name = directory.split('/').at(-1)
    t.strictSame(diskCalls, [
      `sync ${name}`,
      'write r.jsonl.run.part',
      'sync r.jsonl.run.part',
      'checkpoint',
      'write r.jsonl.run.part',
      'sync r.jsonl.run.part',
      'checkpoint',
      'checkpoint',
      'rename r.jsonl.run.part → r.jsonl',
      `sync ${name}`,
    ])
  },
)

t.test(
  'rejects that are copied from a file of an earlier attempt are on the disk before they are gone on from',
  async (t) => {
    const directory = t.testdir({ 'r.jsonl': '{"line":1}\n' })
    const rejects = new RejectsFile(`${directory}/r.jsonl`, { run: 'run' })
    diskCalls.splice(0)
    rejects.continueAt(11)
    rejects.close()
    t.match(diskCalls.slice(-2), ['write r.jsonl.run.part', 'sync r.jsonl.run.part'])
  },
)

t.test(
  'rejects of a restore are on the disk before its part is noted, and before its references are',
  async (t) => {
    const store = await things(6, {
      ...THING,
      properties: [...THING.properties!, { name: 'next', dataType: ['Thing'] }],
    })
    const beacons = [`weaviate://localhost/Thing/${idOf(2, 6)}`]
    await store.collection('Thing').link([{ id: idOf(1, 6), property: 'next', beacons }])
    const files = new Map<string, Buffer>()
    await backup(store, 'Thing', memoryStorage(files), { compression: 'none' })

    const base = openMemory()
    const target = overriding(base, {
      collection: (name) => {
        const inner = base.collection(name)
        return overriding(inner, {
          write: async (objects, call) => {
            const outcomes = await inner.write(objects, call)
            return outcomes.map((one, at) => (objects[at]!.id === idOf(3, 6) ? REFUSED : one))
          },
          link: async (links) => links.map(() => REFUSED),
        })
      },
    })
    const note = RestoreLog.prototype.note
    RestoreLog.prototype.note = function (part, facts) {
      diskCalls.push(`note ${facts.linked ? 'references' : 'objects'}`)
      note.call(this, part, facts)
    }
    t.teardown(() => {
      RestoreLog.prototype.note = note
    })
    const rejectsPath = `${t.testdir({})}/r.jsonl`
    diskCalls.splice(0)
    await restore(await sourceOf(files), target, { verify: false }, { rejectsPath }).catch(() => {})
    t.strictSame(
      diskCalls.filter((call) => /r\.jsonl|^note/.test(call)),
      ['write r.jsonl', 'sync r.jsonl', 'note objects', 'write r.jsonl', 'sync r.jsonl', 'note references'],
    )
  },
)
