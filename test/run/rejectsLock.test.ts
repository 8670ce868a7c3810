import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { lockRejects, requireRejectsFree } from '../../lib/run/rejectsLock.ts'

const LOCKED = { code: 'ELYSIA_LOCKED', message: /a run with the rejects in/ }

t.test('a rejects file has one lock, by whichever name it is given, until it is released', async (t) => {
  const directory = t.testdir()
  const state = { directory }
  const path = join(directory, 'rejects.jsonl')
  writeFileSync(path, '')
  mkdirSync(join(directory, 'other'))
  symlinkSync('../rejects.jsonl', join(directory, 'other', 'link.jsonl'))
  const lock = lockRejects(state, path)
  t.throws(() => lockRejects(state, join(directory, 'other', 'link.jsonl')), LOCKED)
  t.throws(() => requireRejectsFree(state, path), LOCKED)
  t.ok(lockRejects(state, join(directory, 'another.jsonl')))
  lock?.release()
  requireRejectsFree(state, path)
  t.ok(lockRejects(state, path))
})

t.test('what is no file needs no lock: several may write to it', async (t) => {
  const state = { directory: t.testdir() }
  t.equal(lockRejects(state, '/dev/null'), undefined)
  t.doesNotThrow(() => requireRejectsFree(state, '/dev/null'))
})
