/**
 * What archives are measured against: the same work, and nothing around it. Each is a process of its own:
 * `node bench/archive/loops.ts NAME WORDS…`.
 */
import { spawnSync } from 'node:child_process'
import { createReadStream, createWriteStream, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createZstdDecompress } from 'node:zlib'
import { CompressStream } from 'zstd-napi'
import { directoryStorage } from '../../lib/archive/storage/directory.ts'
import { openDatabase } from '../../lib/database/connection.ts'
import { verify } from '../../lib/job/verify/verify.ts'
import { objectsTable } from '../../lib/store/sqlite/format.ts'
import { openSqlite } from '../../lib/store/sqlite/store.ts'
import { zstd } from '../../lib/stream/codec/zstd.ts'
import { ownLines } from '../../lib/stream/lines/ownLines.ts'
import { printFigures } from '../measure.ts'

type Row = [id: string, properties: string, vector: Buffer | null, created: number, updated: number]

const PIECE_LENGTH = 256 * 1024
const BATCH = 500

/** As zstd at its standard level, without the threads that it has by itself. */
const ALONE = { compressionLevel: 3, checksumFlag: true }

/** Rows in order of id → JSON with vectors in base64 → zstd, in its threads unless it is `alone` → a file. */
async function backup(database: string, output: string, alone = ''): Promise<number> {
  const rows = openDatabase(database)
    .prepare('SELECT lower(hex(id)), properties, vector, created, updated FROM objects_1 ORDER BY tenant, id')
    .raw()
  let objects = 0
  function* pieces(): Generator<Buffer> {
    let piece = ''
    for (const [id, properties, vector, created_ms, updated_ms] of rows.iterate() as Iterable<Row>) {
      const object = {
        id,
        properties: JSON.parse(properties),
        ...(vector !== null && { vector: vector.toString('base64') }),
        created_ms,
        updated_ms,
      }
      piece += `${JSON.stringify(object)}\n`
      objects += 1
      if (piece.length < PIECE_LENGTH) continue
      yield Buffer.from(piece)
      piece = ''
    }
    yield Buffer.from(piece)
  }
  const compressor = alone === '' ? await zstd.compress() : new CompressStream(ALONE)
  await pipeline(Readable.from(pieces()), compressor, createWriteStream(output))
  return objects
}

/** Files → zstd → lines → JSON, vectors from base64 → rows, a transaction for each batch. */
async function restore(output: string, ...files: string[]): Promise<number> {
  const database = openDatabase(output)
  database.exec(objectsTable(1))
  const insert = database.prepare(
    `INSERT INTO objects_1 (tenant, id, hash, created, updated, properties, vector, vectors)
     VALUES (0, unhex(?, '-'), NULL, ?, ?, ?, ?, NULL)`,
  )
  let objects = 0
  for (const file of files) {
    const bytes = createReadStream(file, { highWaterMark: 256 * 1024 }).pipe(createZstdDecompress())
    for await (const line of ownLines(bytes, { failure: Error })) {
      if (objects % BATCH === 0) database.exec(objects === 0 ? 'BEGIN' : 'COMMIT; BEGIN')
      const { id, properties, vector, created_ms, updated_ms } = JSON.parse(line)
      const stored = vector === undefined ? null : Buffer.from(vector, 'base64')
      insert.run(id, created_ms, updated_ms, JSON.stringify(properties), stored)
      objects += 1
    }
  }
  database.exec('COMMIT')
  return objects
}

/** Files → zstd → lines → JSON, vectors from base64, which are then forgotten. */
async function unpack(...files: string[]): Promise<number> {
  let objects = 0
  for (const file of files) {
    const bytes = createReadStream(file, { highWaterMark: 256 * 1024 }).pipe(createZstdDecompress())
    for await (const line of ownLines(bytes, { failure: Error })) {
      const { vector } = JSON.parse(line)
      if (vector !== undefined) Buffer.from(vector, 'base64')
      objects += 1
    }
  }
  return objects
}

/** All objects of a class in embedded stores, one store after the other. Objects of one of them. */
async function read(name: string, ...databases: string[]): Promise<number> {
  let objects = 0
  for (const database of databases) {
    const store = await openSqlite(database)
    for await (const page of store.collection(name).read({ properties: 'all', vectors: true }))
      objects += page.length
    await store.close()
  }
  return objects / databases.length
}

/** sha256sum of the files, all of them in one process. In kB. */
async function sum(...files: string[]): Promise<number> {
  const { status } = spawnSync('sha256sum', files, { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`sha256sum ended with ${status}`)
  return files.reduce((bytes, file) => bytes + statSync(file).size, 0) / 1000
}

/** `verify` as the library has it. In kB. */
async function verifyStored(archive: string): Promise<number> {
  const { status, bytes_checked } = await verify(directoryStorage(archive), { level: 'stored' })
  if (status !== 'complete') throw new Error(`${archive} is ${status}`)
  return bytes_checked / 1000
}

const LOOPS: Readonly<Record<string, (...words: string[]) => Promise<number>>> = {
  backup,
  restore,
  read,
  unpack,
  sum,
  verify: verifyStored,
}

const [name, ...words] = process.argv.slice(2)
await printFigures(() => LOOPS[name!]!(...words))
