import t from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import type { Json } from '../../../lib/core/object.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import type { BackupOptionsInput } from '../../../lib/job/backup/options.ts'
import { verify } from '../../../lib/job/verify/verify.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { idOf } from './archived.ts'

/** An archive of a class with one property, an object a value, by that property. */
async function partitioned(
  values: readonly (Json | undefined)[],
  { dataType = 'text', name = 'kind', more = [] as string[], ...options }: PartitionInput = {},
): Promise<Files> {
  const store = openMemory()
  const properties = [name, ...more].map((one) => ({ name: one, dataType: [dataType] }))
  await store.create({ class: 'Thing', vectorizer: 'none', properties })
  await store.collection('Thing').write(
    values.map((value, n) => ({
      id: idOf(n, values.length),
      properties: value === undefined ? {} : { [name]: value },
    })),
  )
  const files: Files = new Map()
  await backup(store, 'Thing', memoryStorage(files), { partitionBy: name, compression: 'none', ...options })
  return files
}

interface PartitionInput extends BackupOptionsInput {
  readonly dataType?: string
  readonly name?: string
  readonly more?: string[]
}

function directoriesOf(files: Files): string[] {
  const parts = [...files.keys()].filter((name) => name.startsWith('parts/r') || name.split('/').length > 2)
  return [...new Set(parts.map((name) => name.split('/')[1]!))].sort()
}

t.test('null and the text that stands for null are two directories, and every object is there', async (t) => {
  const files = await partitioned([undefined, '__HIVE_DEFAULT_PARTITION__', 'x', ''])
  t.strictSame(directoriesOf(files), [
    'partition_kind=',
    'partition_kind=%5F%5FHIVE%5FDEFAULT%5FPARTITION%5F%5F',
    'partition_kind=__HIVE_DEFAULT_PARTITION__',
    'partition_kind=x',
  ])
  t.match(await verify(memoryStorage(files), { level: 'records' }), {
    status: 'complete',
    objects_checked: 4,
  })
})

t.test(
  'no two parts have one file name, also where a file system takes two directories for one',
  async (t) => {
    const long = 'ö'.repeat(100)
    const files = await partitioned([
      'A',
      'a',
      'İ',
      'i̇',
      '\ud800',
      '\ud801',
      `${long}1`,
      `${long}2`,
      '.',
      '..',
    ])
    const names = (await openArchive(memoryStorage(files))).manifest.parts.map(({ file }) => file)
    const folded = names.map((name) => name.split('/').at(-1)!.toLowerCase())
    t.equal(new Set(folded).size, folded.length, names.join(' '))
    t.match(await verify(memoryStorage(files), { level: 'records' }), {
      status: 'complete',
      objects_checked: 10,
    })
  },
)

t.test('what readers make of a directory is called as no property is', async (t) => {
  const files = await partitioned(['x'], { more: ['partition_kind', '_PARTITION_kind'] })
  t.strictSame(directoriesOf(files), ['__partition_kind=x'])
})

t.test('more directories than a thousand have to be asked for', async (t) => {
  const values = Array.from({ length: 1001 }, (_, n) => n)
  const asked = { dataType: 'int', partSize: 1024 * 1024 }
  await t.rejects(partitioned(values, asked), { code: 'ELYSIA_CONFLICT', hint: /--max-partitions/ })
  t.equal(directoriesOf(await partitioned(values.slice(1), asked)).length, 1000)
  const some = values.slice(0, 150)
  t.equal(directoriesOf(await partitioned(some, { ...asked, maxPartitions: 150 })).length, 150)
  const small = { ...asked, partSize: 4096 }
  await t.rejects(
    partitioned(some, { ...small, maxPartitions: 149 }),
    { message: /more than 149/ },
    'over all parts',
  )
})
