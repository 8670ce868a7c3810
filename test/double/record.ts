import { writeFileSync } from 'node:fs'
import { converse } from './converse.ts'
import { DIALOGUES } from './dialogue.ts'
import { realServer } from './real.ts'

/** Where the replies of a real server are kept, one JSON line a dialogue. */
export const RECORDED = new URL('replies.jsonl', import.meta.url)

/** Asks a real server (ELYSIACTL_TEST_WEAVIATE) everything anew and keeps its replies. */
if (import.meta.main) {
  const address = realServer()
  if (address === undefined) throw new Error('set ELYSIACTL_TEST_WEAVIATE=http://HOST:PORT[,GRPCPORT]')
  const lines: string[] = []
  for (const dialogue of DIALOGUES) {
    lines.push(JSON.stringify({ title: dialogue.title, exchanges: await converse(address, dialogue) }))
  }
  writeFileSync(RECORDED, `${lines.join('\n')}\n`)
}
