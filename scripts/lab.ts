/**
 * Starts what a test of several clusters needs on the loopback, and prints the addresses: two doubles of a server always, and
 * for each binary of a real one a cluster of `--nodes` nodes.
 *
 *   node scripts/lab.ts [--nodes N] [BINARY …]               one line of JSON a cluster; until it is interrupted
 *   node scripts/lab.ts [--nodes N] [BINARY …] -- COMMAND …  runs the command with the lines in ELYSIACTL_LAB
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { doubleProcess } from '../test/double/process.ts'
import { freePorts, Nodes } from '../test/torture/nodes.ts'

/** A cluster of the lab. */
export interface LabCluster {
  readonly name: string
  readonly kind: 'double' | 'server'
  /** As `--target` takes it. */
  readonly target: string
}

/** Clusters on the loopback, and what ends them. */
export interface Lab {
  readonly clusters: readonly LabCluster[]
  /** Ends all, and removes what they have kept. */
  stop(): Promise<void>
}

const DOUBLES = 2
const PORTS_A_NODE = 8

/** Starts two doubles, and a cluster of so many nodes for each binary. */
export async function startLab(binaries: readonly string[], nodes = 1): Promise<Lab> {
  const directory = mkdtempSync(join(tmpdir(), 'elysiactl-lab-'))
  const clusters: LabCluster[] = []
  const running: { stop(): Promise<void> }[] = []
  const stop = async () => {
    for (const one of running) await one.stop()
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    for (let n = 1; n <= DOUBLES; n++) {
      const double = await doubleProcess(join(directory, `double-${n}.jsonl`))
      running.push(double)
      clusters.push({ name: `double-${n}`, kind: 'double', target: double.target })
    }
    for (const [n, binary] of binaries.entries()) {
      const first = await freePorts(nodes * PORTS_A_NODE)
      const servers = new Nodes(binary, join(directory, `server-${n}`), first, nodes)
      running.push(servers)
      await servers.start()
      const target = servers.target(...Array.from({ length: nodes }, (_, node) => node))
      clusters.push({ name: basename(binary), kind: 'server', target })
    }
    return { clusters, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function main(words: readonly string[]): Promise<void> {
  const at = words.indexOf('--')
  const [own, command] = at < 0 ? [words, []] : [words.slice(0, at), words.slice(at + 1)]
  const { values, positionals } = parseArgs({
    args: [...own],
    options: { nodes: { type: 'string', default: '1' } },
    allowPositionals: true,
  })
  const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  const lab = await startLab(positionals, Number(values.nodes))
  try {
    const lines = lab.clusters.map((cluster) => JSON.stringify(cluster))
    process.stdout.write(`${lines.join('\n')}\n`)
    if (command.length === 0) await interrupted
    else process.exitCode = await ran(command, `[${lines.join(',')}]`)
  } finally {
    await lab.stop()
  }
}

async function ran([file = '', ...args]: readonly string[], clusters: string): Promise<number> {
  const child = spawn(file, args, { stdio: 'inherit', env: { ...process.env, ELYSIACTL_LAB: clusters } })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

if (import.meta.main) await main(process.argv.slice(2))
