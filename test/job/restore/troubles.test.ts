import { readFileSync } from 'node:fs'
import t from 'tap'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { ElysiaError } from '../../../lib/core/errors.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { restore } from '../../../lib/job/restore/restore.ts'
import { RestoreRejects } from '../../../lib/job/restore/target/rejects.ts'
import { openState } from '../../../lib/run/state.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { types } from '../../run/listening.ts'
import { archiveOf, things } from '../backup/archived.ts'
import { overriding } from '../ingest/overriding.ts'
import { directory, TARGETS } from '../targets.ts'
import { sourceOf } from './restored.ts'

/** An archive of a collection with an alias. */
async function aliased(): Promise<Files> {
  const store = await things(5)
  await store.createAlias({ alias: 'Other', collection: 'Thing' })
  const files: Files = new Map()
  await backup(store, 'Thing', memoryStorage(files), { compression: 'none' })
  return files
}

t.test(
  'a server that goes while aliases are made ends the restore; one that refuses them does not',
  async (t) => {
    for (const [code, ends] of [
      ['ELYSIA_UNREACHABLE', true],
      ['ELYSIA_REFUSED', true],
      ['ELYSIA_CONFLICT', false],
    ] as const) {
      const store = overriding(openMemory(), {
        createAlias: async () => {
          throw new ElysiaError(code, 'not now', { hint: 'later' })
        },
      })
      const said: string[] = []
      const onEvent = types(said)
      const restored = restore(await sourceOf(await aliased()), store, { retryForMs: 1 }, { onEvent })
      if (ends) await t.rejects(restored, { code })
      else t.match(await restored, { status: 'done', aliases: [] })
      t.equal(said.includes('alias_not_restored'), !ends, code)
    }
  },
)

t.test('rejects of parts that are done stay in their file, those of others and a cut line go', async (t) => {
  const lines = ['a', 'b', 'a'].map(
    (part, at) => `{"id":null,"reason":"r${at}","part":"${part}","archive":"x"}\n`,
  )
  // Another archive has a part of the same name, which is not done.
  lines.push('{"id":null,"reason":"r3","part":"a","archive":"y"}\n')
  const before = `${lines.join('')}{"id":null,"reason":"cut","part":"a","archive":"x"`
  const path = `${t.testdir({ 'r.jsonl': before })}/r.jsonl`
  const rejects = new RestoreRejects(path, 'run')
  rejects.keep('x', ['a'])
  rejects.keep('y', ['b'])
  await rejects.begin()
  await rejects.begin()
  t.equal(readFileSync(path, 'utf8'), `${lines[0]}${lines[2]}`)
  t.equal(readFileSync(`${path}.1`, 'utf8'), before)
  rejects.append(['{"id":null,"reason":"new","part":"b"}\n'])
  rejects.close()
  t.equal(readFileSync(path, 'utf8').trimEnd().split('\n').length, 3)
})

t.test('a --run-id that another run has is refused, and the other one stays as it was', async (t) => {
  const place = directory(t)
  const store = await TARGETS.sqlite(t)
  const state = openState(store, place)
  const files = await archiveOf(5)
  await restore(await sourceOf(files), store, {}, { state, runId: 'mine' })
  const other = restore(await sourceOf(files), store, { name: 'Other' }, { state, runId: 'mine' })
  await t.rejects(other, {
    code: 'ELYSIA_CONFLICT',
    message: /^the run mine is one of archive .* into Thing$/,
  })
  t.match(state.journal.find('mine'), { class: 'Thing', status: 'done' })
  t.equal(await store.schema('Other'), undefined)
})
