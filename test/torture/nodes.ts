import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** Ports of a node: REST, gRPC, gossip, data, raft, its calls, metrics, profiling. */
const PORTS_A_NODE = 8
const READY_MS = 120_000

/** Real Weaviate servers that are one cluster on the loopback, to be killed and started again. */
export class Nodes {
  readonly #binary: string
  readonly #directory: string
  readonly #first: number
  readonly #running = new Map<number, ChildProcess>()
  readonly count: number

  /** `first` is the first of 8 ports for each node; data and logs lie in the directory. */
  constructor(binary: string, directory: string, first: number, count = 3) {
    this.#binary = binary
    this.#directory = directory
    this.#first = first
    this.count = count
  }

  /** The address of these nodes as one target. */
  target(...indexes: readonly number[]): string {
    return indexes
      .map((n) => `http://127.0.0.1:${this.#port(n)}?grpc=127.0.0.1:${this.#port(n) + 1}`)
      .join(',')
  }

  /** Starts all, and waits until they are one cluster. */
  async start(): Promise<void> {
    for (let n = 0; n < this.count; n++) {
      this.#spawn(n)
      // The first one has to listen before others join it.
      if (n === 0) await wait(1500)
    }
    await this.whole()
  }

  /** SIGKILL: the others find out by themselves. */
  async kill(n: number): Promise<void> {
    const child = this.#running.get(n)
    this.#running.delete(n)
    if (child === undefined || child.exitCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  /** Starts a node again that was killed, and waits until the cluster is whole. */
  async again(n: number): Promise<void> {
    this.#spawn(n)
    await this.whole()
  }

  /** Waits until every node is ready and sees all others as healthy. */
  async whole(): Promise<void> {
    for (let n = 0; n < this.count; n++) await this.#until(n, this.count)
  }

  /** Waits until the nodes that run have noticed that others do not. */
  async noticed(): Promise<void> {
    for (const n of this.#running.keys()) await this.#until(n, this.#running.size)
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((n) => this.kill(n)))
  }

  #port(n: number): number {
    return this.#first + n * PORTS_A_NODE
  }

  async #until(n: number, healthy: number): Promise<void> {
    const base = `http://127.0.0.1:${this.#port(n)}/v1`
    const over = performance.now() + READY_MS
    while (performance.now() < over) {
      const ready = await fetch(`${base}/.well-known/ready`).catch(() => undefined)
      const reply = ready?.ok ? await fetch(`${base}/nodes`).catch(() => undefined) : undefined
      const { nodes = [] } = ((await reply?.json()) ?? {}) as { nodes?: { status: string }[] }
      if (nodes.filter(({ status }) => status === 'HEALTHY').length === healthy) return
      await wait(250)
    }
    throw new Error(`node ${n} does not see ${healthy} healthy nodes; its log is ${this.#log(n)}`)
  }

  #log(n: number): string {
    return join(this.#directory, `node-${n}.log`)
  }

  #spawn(n: number): void {
    const data = join(this.#directory, `node-${n}`)
    mkdirSync(data, { recursive: true })
    const port = this.#port(n)
    const args = ['--scheme', 'http', '--host', '127.0.0.1', '--port', String(port)]
    const env = { ...process.env, ...SETTINGS, ...this.#environment(n, port, data) }
    const child = spawn(this.#binary, [...args, '--read-timeout=600s', '--write-timeout=600s'], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const log = createWriteStream(this.#log(n), { flags: 'a' })
    child.stdout.pipe(log, { end: false })
    child.stderr.pipe(log, { end: false })
    child.once('close', () => log.end())
    this.#running.set(n, child)
  }

  #environment(n: number, port: number, data: string): Record<string, string> {
    const all = Array.from({ length: this.count }, (_, other) => other)
    return {
      PERSISTENCE_DATA_PATH: data,
      CLUSTER_HOSTNAME: `node-${n}`,
      GRPC_PORT: String(port + 1),
      CLUSTER_GOSSIP_BIND_PORT: String(port + 2),
      CLUSTER_ADVERTISE_ADDR: '127.0.0.1',
      CLUSTER_ADVERTISE_PORT: String(port + 2),
      CLUSTER_DATA_BIND_PORT: String(port + 3),
      RAFT_PORT: String(port + 4),
      RAFT_INTERNAL_RPC_PORT: String(port + 5),
      RAFT_JOIN: all.map((other) => `node-${other}:${this.#port(other) + 4}`).join(','),
      RAFT_BOOTSTRAP_EXPECT: String(this.count),
      PROMETHEUS_MONITORING_PORT: String(port + 6),
      GO_PROFILING_PORT: String(port + 7),
      ...(n === 0 ? {} : { CLUSTER_JOIN: `127.0.0.1:${this.#first + 2}` }),
    }
  }
}

const SETTINGS = {
  AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: 'true',
  DEFAULT_VECTORIZER_MODULE: 'none',
  ENABLE_MODULES: '',
  CLUSTER_IN_LOCALHOST: 'true',
  DISABLE_TELEMETRY: 'true',
  GO_PROFILING_DISABLE: 'true',
  DISK_USE_READONLY_PERCENTAGE: '99',
  DISK_USE_WARNING_PERCENTAGE: '98',
  LOG_LEVEL: 'warning',
}

/** The first of so many ports in a row that nobody listens on. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 10_000)
    const ports = Array.from({ length: count }, (_, n) => first + n)
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first
  }
}

export const PORTS_OF = (nodes: number): number => nodes * PORTS_A_NODE

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
