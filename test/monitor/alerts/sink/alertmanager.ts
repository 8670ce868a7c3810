// Prometheus Alertmanager itself, where this machine has it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Test } from 'tap'

interface RealAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly endsAt: string
  readonly status: { readonly state: string }
}

export interface RealAlertmanager {
  readonly url: string
  /** The alerts that are active, once there are so many. */
  alerts(count: number): Promise<RealAlert[]>
}

const NAMES = ['prometheus-alertmanager', 'alertmanager']
const LIMIT_MS = 30_000

/** `skip` says why there is none. */
export function alertmanager(): { skip: string | false; start(t: Test): Promise<RealAlertmanager> } {
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((directory) => NAMES.map((name) => join(directory, name)))
    .find(isProgram)
  return {
    skip: path === undefined ? 'no alertmanager on this machine' : false,
    start: (t) => start(t, path!),
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function start(t: Test, path: string): Promise<RealAlertmanager> {
  const directory = t.testdir()
  const config = join(directory, 'alertmanager.yml')
  writeFileSync(config, 'route: {receiver: none}\nreceivers: [{name: none}]\n')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = spawn(
    path,
    [
      `--config.file=${config}`,
      `--storage.path=${directory}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore' },
  )
  t.teardown(() => ended(child))
  const active = async () => (await (await fetch(`${url}/api/v2/alerts?active=true`)).json()) as RealAlert[]
  await until(async () => (await fetch(`${url}/-/ready`)).ok)
  return {
    url,
    async alerts(count) {
      let found: RealAlert[] = []
      await until(async () => {
        found = await active()
        return found.length === count
      })
      return found
    },
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function until(look: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + LIMIT_MS; Date.now() < end; await wait(100)) {
    if (await look().catch(() => false)) return
  }
  throw new Error('it did not come to that')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
