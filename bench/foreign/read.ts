/** Reads an input and says what that took: HOW PATH. In a process of its own, for its memory. */
import { createReadStream, readFileSync } from 'node:fs'
import { readOriginal } from '../../lib/archive/foreign/originalDocument.ts'
import { derivePlainSchema } from '../../lib/archive/foreign/plainJsonl.ts'
import { listWeaviateExport, readWeaviateExport } from '../../lib/archive/foreign/weaviateExport.ts'
import { directoryStorage } from '../../lib/archive/storage/directory.ts'
import { readSingle } from '../../lib/index.ts'
import { validateInput } from '../../lib/job/ingest/validateInput.ts'
import { verify } from '../../lib/job/verify/verify.ts'
import { refusalsIn } from '../../lib/store/weaviate/grpc/batchReply.ts'
import { objectsOf } from '../../lib/store/weaviate/grpc/decode.ts'
import { jsonOf } from '../../lib/store/weaviate/rest/request.ts'

async function drained(pages: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of pages);
}

const READERS = {
  lines: (path) => validateInput(createReadStream(path), { maxLineBytes: 2 ** 28 } as never),
  plain: (path) => derivePlainSchema(createReadStream(path)),
  document: async (path) => drained((await readOriginal(createReadStream(path))).pages),
  single: async (path) => drained((await readSingle(createReadStream(path))).pages),
  parts: (path) => verify(directoryStorage(path), { level: 'records' }),
  export: async (path) => {
    for (const file of (await listWeaviateExport(path)).files) await drained(await readWeaviateExport(file))
  },
  rest: async (path) => jsonOf({ text: readFileSync(path, 'utf8') } as never),
  batch: async (path) => refusalsIn(readFileSync(path), 10),
  search: async (path) => {
    for (const _ of objectsOf(readFileSync(path), undefined));
  },
} satisfies Readonly<Record<string, (path: string) => Promise<unknown>>>

export type ReaderName = keyof typeof READERS

const [how, path] = process.argv.slice(2) as [ReaderName, string]
const began = process.cpuUsage()
const ended = await READERS[how](path).then(
  () => 'read',
  (error: { code?: string }) => error.code ?? String(error),
)
const { user, system } = process.cpuUsage(began)
const peak_rss_bytes = process.resourceUsage().maxRSS * 1024
console.log(JSON.stringify({ ended, cpu_ms: (user + system) / 1000, peak_rss_bytes }))
