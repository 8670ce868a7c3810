import { type Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import type { Test } from 'tap'
import { ObjectsDigest } from '../../lib/archive/object/digest.ts'
import type { ObjectRange, ObjectSource } from '../../lib/archive/object/source.ts'
import type { StoredObject } from '../../lib/core/object.ts'

/** A source, and the objects that it is to hold, in any order. */
export interface SourceCase {
  open(t: Test): Promise<ObjectSource>
  readonly objects: readonly StoredObject[]
}

/** Runs what every source of objects keeps (lib/archive/object/source.ts), each as a test of its own. */
export function objectSourceContract(t: Test, name: string, one: SourceCase): void {
  t.test(`${name}: its ranges hold each object once, in order of id`, (t) => whole(t, one))
  t.test(`${name}: any other range holds what lies in it`, (t) => anyRange(t, one))
  t.test(`${name}: ranges may be read again, in any order, and side by side`, (t) => again(t, one))
  t.test(`${name}: what is not read to its end is closed, and nothing is left open`, (t) => closes(t, one))
  t.test(`${name}: an abort ends a reading at once`, (t) => aborts(t, one))
}

async function whole(t: Test, { open, objects }: SourceCase): Promise<void> {
  const source = await open(t)
  const all: StoredObject[] = []
  const last = new Map<string | undefined, string>()
  for (const range of source.ranges) {
    const found = await read(t, source, range)
    t.ok(
      found.every((object) => isIn(range, object)),
      `${JSON.stringify(range)} holds no others`,
    )
    const before = last.get(range.tenant) ?? ''
    t.ok(
      found.every(({ id }) => id > before),
      'a range goes on where the one before it ended',
    )
    if (found.length > 0) last.set(range.tenant, found.at(-1)!.id)
    all.push(...found)
  }
  t.strictSame(namesOf(all), namesOf(objects))
  t.equal(digestOf(all), digestOf(objects), 'they are as they were')
}

async function anyRange(t: Test, { open, objects }: SourceCase): Promise<void> {
  const source = await open(t)
  for (const own of Map.groupBy(objects, ({ tenant }) => tenant).values()) {
    const ids = own.map(({ id }) => id).sort()
    const tenant = own[0]!.tenant === undefined ? {} : { tenant: own[0]!.tenant }
    const at = (share: number) => ids[Math.floor((ids.length - 1) * share)]!
    const ranges: ObjectRange[] = [
      {},
      { after: at(0.3) },
      { upTo: at(0.6) },
      { after: at(0.2), upTo: at(0.9) },
      { after: at(0.5), upTo: at(0.5) },
      { after: at(1) },
      { after: beside(at(0.1)), upTo: beside(at(0.4)) },
    ]
    for (const bounds of ranges) {
      const range = { ...tenant, ...bounds }
      const wanted = own.filter((object) => isIn(range, object))
      const found = await read(t, source, range)
      t.strictSame(namesOf(found), namesOf(wanted), JSON.stringify(range))
    }
  }
}

async function again(t: Test, { open }: SourceCase): Promise<void> {
  const source = await open(t)
  const ranges = [...source.ranges].reverse()
  const digests = async () => {
    const found = await Promise.all(ranges.map((range) => read(t, source, range)))
    return found.map(digestOf)
  }
  const first = await digests()
  const one: string[] = []
  for (const range of ranges) one.push(digestOf(await read(t, source, range)))
  t.strictSame(one, first)
}

async function closes(t: Test, { open }: SourceCase): Promise<void> {
  const source = await open(t)
  const range = source.ranges[0]!
  await read(t, source, range)
  await source.close()
  const before = openResources()
  const unread = source.pages(range)
  unread.destroy()
  const begun = source.pages(range)
  for await (const page of begun as AsyncIterable<readonly StoredObject[]>) {
    t.ok(page.length > 0)
    break
  }
  t.ok(begun.destroyed)
  await source.close()
  t.ok(await settles(() => openResources() <= before), 'nothing is left open')
}

async function aborts(t: Test, { open }: SourceCase): Promise<void> {
  const source = await open(t)
  const abort = new AbortController()
  const pages = source.pages(source.ranges[0]!)
  const end = new Writable({
    objectMode: true,
    write(_page, _encoding, done) {
      abort.abort()
      turn().then(() => done())
    },
  })
  await t.rejects(pipeline(pages, end, { signal: abort.signal }), { name: 'AbortError' })
  t.ok(pages.destroyed)
}

/** The objects of a range; its pages are looked at. */
async function read(t: Test, source: ObjectSource, range: ObjectRange): Promise<StoredObject[]> {
  const objects: StoredObject[] = []
  const pages: Readable = source.pages(range)
  for await (const page of pages as AsyncIterable<readonly StoredObject[]>) {
    if (page.length === 0) t.fail('an empty page')
    objects.push(...page)
    await turn()
  }
  const inOrder = objects.every(({ id }, at) => at === 0 || id > objects[at - 1]!.id)
  t.ok(inOrder, 'in strictly increasing order')
  return objects
}

function isIn({ tenant, after, upTo }: ObjectRange, object: StoredObject): boolean {
  if (object.tenant !== tenant) return false
  return (after === undefined || object.id > after) && (upTo === undefined || object.id <= upTo)
}

/** An id that no object has, just behind one that there is. */
function beside(id: string): string {
  return `${id.slice(0, -1)}${id.endsWith('f') ? 'e' : 'f'}`
}

function namesOf(objects: readonly StoredObject[]): string[] {
  return objects.map(({ id, tenant = '' }) => `${tenant} ${id}`).sort()
}

function digestOf(objects: readonly StoredObject[]): string {
  const digest = new ObjectsDigest()
  for (const object of objects) digest.add(object)
  return digest.hex()
}

function openResources(): number {
  return process.getActiveResourcesInfo().filter((name) => name !== 'Immediate' && name !== 'Timeout').length
}

// What is closed may still wait for a thread of the pool: on a busy machine that takes longer than any number of turns.
async function settles(fact: () => boolean): Promise<boolean> {
  for (let waits = 0; waits < 1000 && !fact(); waits++) await wait(10)
  return fact()
}
