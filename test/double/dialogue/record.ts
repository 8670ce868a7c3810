import { readFileSync, writeFileSync } from 'node:fs'
import { realServer } from '../real.ts'
import { converse, type Exchange } from './converse.ts'
import { DIALOGUES } from './dialogues.ts'

/** Where the replies of a real server are kept, one JSON line a dialogue. */
export const RECORDED = new URL('../grpc/replies.jsonl', import.meta.url)

/** What a real server answered, by title of the dialogue. */
export function recorded(): Map<string, readonly Exchange[]> {
  const lines = readFileSync(RECORDED, 'utf8').trimEnd().split('\n')
  return new Map(
    lines.map((line) => {
      const { title, exchanges } = JSON.parse(line) as { title: string; exchanges: readonly Exchange[] }
      return [title, exchanges]
    }),
  )
}

/** Asks a real server (ELYSIACTL_TEST_WEAVIATE) everything again and keeps its replies. */
if (import.meta.main) {
  const address = realServer()
  if (address === undefined) throw new Error('set ELYSIACTL_TEST_WEAVIATE=http://HOST:PORT[,GRPCPORT]')
  const lines: string[] = []
  for (const dialogue of DIALOGUES) {
    lines.push(JSON.stringify({ title: dialogue.title, exchanges: await converse(address, dialogue) }))
  }
  writeFileSync(RECORDED, `${lines.join('\n')}\n`)
}
