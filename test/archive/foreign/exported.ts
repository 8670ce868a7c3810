import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Binary, Int64, makeData, makeVector, Table, tableToIPC, Utf8 } from 'apache-arrow'
import * as wasm from 'parquet-wasm/node'

/** An object as a server writes it into the columns of its export: JSON as texts. */
export interface Exported {
  readonly id: string
  readonly properties: string
  readonly named?: string
}

/** Writes a directory as a server's export leaves it, of one collection; returns it. */
export function exported(directory: string, collection: string, objects: readonly Exported[]): string {
  const { length } = objects
  const times = () =>
    makeVector(makeData({ type: new Int64(), length, nullCount: 0, data: new BigInt64Array(length) }))
  const texts = (type: Binary | Utf8, all: readonly string[]) => {
    const valueOffsets = Int32Array.of(0, ...all.map((text) => Buffer.byteLength(text)))
    for (let at = 1; at < valueOffsets.length; at++) valueOffsets[at]! += valueOffsets[at - 1]!
    const data = new Uint8Array(Buffer.from(all.join('')))
    return makeVector(makeData({ type: type as Binary, length, nullCount: 0, valueOffsets, data }))
  }
  const bytes = (of: (object: Exported) => string) => texts(new Binary(), objects.map(of))
  const table = new Table({
    id: texts(
      new Utf8(),
      objects.map(({ id }) => id),
    ),
    creation_time: times(),
    update_time: times(),
    // The reader takes an empty value for none.
    vector: bytes(() => ''),
    named_vectors: bytes(({ named = '' }) => named),
    multi_vectors: bytes(() => ''),
    properties: bytes(({ properties }) => properties),
  })
  const properties = new wasm.WriterPropertiesBuilder()
    .setKeyValueMetadata(new Map([['collection', collection]]))
    .build()
  const file = wasm.writeParquet(wasm.Table.fromIPCStream(tableToIPC(table, 'stream')), properties)
  writeFileSync(join(directory, `${collection}_shard_0000.parquet`), file)
  return directory
}
