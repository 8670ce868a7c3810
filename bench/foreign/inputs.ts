// Inputs of about so many bytes, honest ones and such as somebody would make who means harm.
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { directoryStorage } from '../../lib/archive/storage/directory.ts'
import { type BackupOptionsInput, backup, backupSingle, openMemory } from '../../lib/index.ts'
import { exported } from '../../test/archive/foreign/exported.ts'
import { archiveClass, archiveObject } from '../archive/objects.ts'
import { recordLine } from '../measure.ts'

const NAME = 'BnThing'
const SHAPE = { count: 0, width: 32, textLength: 700 }
/** What an object of that shape takes as a line. */
const OBJECT_BYTES = 1100
const RECORD_BYTES = 751

/** Writes an input of about so many bytes, before compression, into a directory, and answers where it is. */
export type Make = (home: string, bytes: number) => Promise<{ path: string }> | { path: string }

function file(home: string, text: string | Buffer): { path: string } {
  const path = join(home, 'input')
  writeFileSync(path, text)
  return { path }
}

const lines = (count: number, line: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => `${line(n)}\n`).join('')

const records = (bytes: number) => lines(bytes / RECORD_BYTES, recordLine)

/** A change record whose metadata are this JSON, again and again. */
const record = (bytes: number, json: string) => {
  const value = json.repeat(bytes / json.length).replace(/,$/, '')
  return `{"repo":"r","op":"add","path":"a","content":"x","metadata":{"a":[${value}]}}\n`
}

const plainLine = (n: number) => {
  const { vector, ...object } = archiveObject(n, SHAPE)
  return JSON.stringify({ class: NAME, ...object, vector: [...(vector as Float32Array)] })
}

async function storeOf(bytes: number) {
  const store = openMemory()
  await store.create(archiveClass(NAME))
  const objects = Array.from({ length: bytes / OBJECT_BYTES }, (_, n) => archiveObject(n, SHAPE))
  await store.collection(NAME).write(objects)
  return store
}

const parts =
  (options: BackupOptionsInput): Make =>
  async (home, bytes) => {
    const settings = { workers: 1, ...options }
    await backup(await storeOf(bytes), NAME, directoryStorage(join(home, 'archive')), settings)
    return { path: join(home, 'archive') }
  }

export const INPUTS = {
  records: (home, bytes) => file(home, records(bytes)),
  'records, gzip': (home, bytes) => file(home, gzipSync(records(bytes))),
  'records, zstd': (home, bytes) => file(home, zstdCompressSync(records(bytes))),
  'a record of one text': (home, bytes) => file(home, record(bytes, `"${'x'.repeat(1000)}",`)),
  'a record of numbers': (home, bytes) => file(home, record(bytes, '1,')),
  'a record of fractions': (home, bytes) => file(home, record(bytes, '1.5,"",')),
  'a record of escapes': (home, bytes) => file(home, record(bytes, `"${'\\u0001'.repeat(100)}",`)),
  'a line of brackets': (home, bytes) => file(home, '['.repeat(bytes)),
  'a line of keys': (home, bytes) => file(home, record(bytes, '{"a":1},')),
  'short lines': (home, bytes) => file(home, '1\n'.repeat(bytes / 2)),
  objects: (home, bytes) => file(home, lines(bytes / 1500, plainLine)),
  document: (home, bytes) => {
    const schema = archiveClass(NAME)
    const objects = Array.from({ length: bytes / 1500 }, (_, n) => {
      const { id, properties, vector } = archiveObject(n, SHAPE)
      return { id, properties, vector: [...(vector as Float32Array)] }
    })
    return file(home, JSON.stringify({ metadata: { version: '1.0', collection: NAME }, schema, objects }))
  },
  'single file': async (home, bytes) => {
    const path = join(home, 'input.jsonl')
    const stream = createWriteStream(path)
    await backupSingle(await storeOf(bytes), NAME, { stream, location: path }, {})
    return { path }
  },
  'single file without an end': (home, bytes) =>
    file(home, `{"elysiactl_archive":{"format":"${'x'.repeat(bytes)}`),
  'jsonl parts': parts({ format: 'jsonl', compression: 'none' }),
  'jsonl parts, zstd': parts({ format: 'jsonl', compression: 'zstd' }),
  'json parts': parts({ format: 'json', compression: 'none' }),
  'Parquet parts': parts({ format: 'parquet' }),
  export: (home, bytes) => {
    const directory = join(home, 'export')
    mkdirSync(directory)
    const objects = Array.from({ length: bytes / OBJECT_BYTES }, (_, n) => {
      const { id, properties } = archiveObject(n, { ...SHAPE, textLength: 1000 })
      return { id, properties: JSON.stringify(properties) }
    })
    return {
      path: exported(
        directory,
        NAME,
        objects.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      ),
    }
  },
  'list of tenants': (home, bytes) =>
    file(home, `[${'{"name":"tenant-0000","activityStatus":"HOT"},'.repeat(bytes / 46)}{}]`),
  'reply of nothing': (home, bytes) => file(home, Buffer.alloc(bytes, Buffer.from([0x12, 0]))),
} as const satisfies Readonly<Record<string, Make>>

export type InputName = keyof typeof INPUTS
