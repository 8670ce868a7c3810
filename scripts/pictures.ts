// Runs the command on a real terminal, 60 and 120 columns wide, and writes what is seen there to docs/pictures.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { svgOf } from './svg.ts'
import { noScreen, onScreen, type Screen } from './terminal.ts'

const PICTURES = fileURLToPath(new URL('../docs/pictures', import.meta.url))
const COMMAND = fileURLToPath(new URL('../bin/elysiactl.js', import.meta.url))
/** It is seen in the pictures, and so is nobody's own. */
const HOME = '/tmp/demo'
const RECORDS = 60_000

interface Scene {
  readonly name: string
  readonly lines: readonly string[]
  /** What is done once progress is seen: a picture of it is made, or keys are typed. */
  readonly during?: 'picture' | '\x03'
}

const INGEST = 'elysiactl index process-jsonl changes.jsonl --collection source-code'
const SCENES: readonly Scene[] = [
  { name: 'interrupted', lines: [INGEST], during: '\x03' },
  { name: 'ingest', lines: [INGEST], during: 'picture' },
  {
    name: 'archives',
    lines: [
      'elysiactl col backup source-code',
      'elysiactl col catalog verify --all --level records',
      'elysiactl col catalog list',
      'elysiactl index status',
    ],
  },
]

/** One scene after the other, as a person would type it, in one home. */
async function play({ name, lines, during }: Scene, columns: number): Promise<void> {
  const typed = lines.map((line) => `printf '$ %s\\n' '${line}'; ${line}`)
  const script = [`elysiactl() { "${process.execPath}" "${COMMAND}" "$@"; }`, ...typed].join('\n')
  writeFileSync(join(HOME, 'scene.sh'), script)
  const env = { PATH: process.env.PATH, HOME, TERM: 'xterm-256color', TZ: 'Europe/Berlin' }
  const screen = onScreen(['sh', 'scene.sh'], { columns, rows: 40 }, { cwd: HOME, env })
  if (during !== undefined) await screen.sees(/ETA/)
  if (during === 'picture') write(screen, `${name}-progress`, columns)
  else if (during !== undefined) screen.type(during)
  await screen.ended
  write(screen, name, columns)
}

function write(screen: Screen, name: string, columns: number): void {
  const text = screen.text()
  const path = join(PICTURES, `${name}-${columns}`)
  writeFileSync(`${path}.txt`, `${text.join('\n')}\n`)
  writeFileSync(`${path}.svg`, svgOf(screen, text.length, `elysiactl: ${name}`))
}

function records(): string {
  const record = (index: number) => {
    const content = `export const value${index} = ${index}\n`.repeat(8)
    return { repo: 'app', op: 'add', path: `src/file-${index}.ts`, content }
  }
  return Array.from({ length: RECORDS }, (_, index) => `${JSON.stringify(record(index))}\n`).join('')
}

if (noScreen !== undefined) throw new Error(noScreen)
if (existsSync(HOME))
  throw new Error(`${HOME} is there already: the pictures are made in a home of their own`)
mkdirSync(PICTURES, { recursive: true })
for (const columns of [60, 120]) {
  mkdirSync(HOME)
  try {
    writeFileSync(join(HOME, 'changes.jsonl'), records())
    for (const scene of SCENES) await play(scene, columns)
  } finally {
    rmSync(HOME, { recursive: true })
  }
}
