import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import type { Line } from '../../../lib/core/line.ts'
import type { Reject } from '../../../lib/core/reject.ts'
import { Folder } from '../../../lib/job/watch/folder.ts'
import { inspectPath, isFile } from '../../../lib/job/watch/identity.ts'
import type { WatchEntry } from '../../../lib/job/watch/log.ts'
import { type FilePosition, type OpenedFile, openFile } from '../../../lib/job/watch/openedFile.ts'
import { recognizeFile } from '../../../lib/job/watch/recognize.ts'
import { splitLines } from '../../../lib/stream/lines/splitLines.ts'

const UNTOUCHED = { input: '', run: 'r', pending: 'keep', rejects: undefined, reached: undefined } as const

function entry({ identity }: OpenedFile, position: FilePosition): WatchEntry {
  return {
    ...identity,
    ...UNTOUCHED,
    status: 'taken',
    position,
    attempting: false,
    deaths: 0,
    deathLine: 0,
    gone: false,
  }
}

/** Lines as a producer may end them; the last one may have no end. */
const line = fc.record({
  text: fc.constantFrom('{"n":1}', '{"name":"é€😀"}', '', ' ', `{"long":"${'x'.repeat(300)}"}`),
  end: fc.constantFrom('\n', '\r\n', ' \n', '\t \r\n'),
})

t.test('each line of a growing file is taken once and whole, wherever the growth is cut', async (t) => {
  const directory = t.testdir()
  const folder = await Folder.open(directory)
  t.teardown(() => folder.close())
  const path = join(directory, 'log.jsonl')

  /** What one look at the file takes: line number and text of what is JSON. */
  const look1 = async (known: WatchEntry | undefined, taken: Map<number, string[]>) => {
    const found = await inspectPath(path, false)
    const opened = isFile(found) ? await openFile(folder, found, false) : 'gone'
    if (typeof opened === 'string') throw new Error(opened)
    const is = await recognizeFile(opened, known)
    let position = known?.position
    if (is.is === 'new' || is.is === 'grown') {
      const { byte, linesBefore } = is.is === 'new' ? { byte: 0, linesBefore: 0 } : is.start
      const splitter = splitLines({ linesBefore })
      const note = (item: Line | Reject) => {
        if (item.text?.trimEnd().endsWith('}'))
          taken.set(item.line, [...(taken.get(item.line) ?? []), item.text.trimEnd()])
      }
      await pipeline(
        opened.read(byte),
        splitter,
        new Writable({
          objectMode: true,
          write(item: Line | Reject, _encoding, done) {
            note(item)
            done()
          },
        }),
      )
      position = opened.position(splitter.lines)
    } else if (is.is !== 'same') throw new Error(is.is)
    await opened.close()
    return entry(opened, position!)
  }

  const property = fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 12 }),
      fc.array(fc.nat(400), { maxLength: 8 }),
      async (lines, pieces) => {
        const all = Buffer.from(lines.map(({ text, end }) => text + end).join(''))
        const taken = new Map<number, string[]>()
        writeFileSync(path, '', { flag: 'w' })
        let known: WatchEntry | undefined
        let from = 0
        for (const length of [...pieces, all.length]) {
          appendFileSync(path, all.subarray(from, from + length))
          from = Math.min(all.length, from + length)
          known = await look1(known, taken)
        }
        const wanted = lines.flatMap(({ text }, index) => (text.trim() === '' ? [] : [[index + 1, [text]]]))
        return isDeepStrictEqual([...taken], wanted)
      },
    ),
    { numRuns: 300 },
  )
  await t.resolves(property)
})
