/**
 * Three real servers on the loopback, of which one is killed before and during each job. What ends with 0 is complete and
 * equal to what the same records make of an embedded store; what cannot be complete ends with 13 (or 5, a restore), and
 * the same command ends with 0 when the node is back.
 * `WEAVIATE_BIN=PATH node test/torture/cluster.ts [RECORDS]`, with the command built; about five minutes.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePorts, Nodes, PORTS_OF } from './nodes.ts'

const COMMAND = fileURLToPath(new URL('../../bin/elysiactl.js', import.meta.url))
const SKIPPED = 77
/** How long a command waits that has to come to its end, and one that cannot. */
const [LONG, SHORT] = ['90s', '6s']
/** The one that is killed; the target names the others first. */
const VICTIM = 2

class Wrong extends Error {}

class Cluster {
  readonly nodes: Nodes
  readonly #home: string
  readonly #target: string
  readonly #records: number

  constructor(nodes: Nodes, home: string, records: number) {
    this.nodes = nodes
    this.#home = home
    this.#target = nodes.target(0, 1, VICTIM)
    this.#records = records
  }

  /** Classes with three copies of each object and with one, in three shards each, and what they have to hold. */
  async fill(): Promise<void> {
    for (const round of ['first', 'second']) {
      const line = (n: number) =>
        JSON.stringify({ repo: 'r', op: 'add', path: `f/${n}`, content: `${round} ${n}` })
      const lines = Array.from({ length: this.#records }, (_, n) => `${line(n)}\n`)
      writeFileSync(this.path(`${round}.jsonl`), lines.join(''))
      await this.ends([0], this.ingest(round, 'truth', ['--target', `sqlite:${this.path(`${round}.db`)}`]))
      const truth = ['col', 'backup', 'truth', '--to', this.path(`truth-${round}`)]
      await this.ends([0], [...truth, '--target', `sqlite:${this.path(`${round}.db`)}`])
    }
    for (const [name, factor] of [
      ['three', 3],
      ['one', 1],
    ] as const) {
      const schema = this.path(`${name}.json`)
      const config = { replicationConfig: { factor }, shardingConfig: { desiredCount: 3 } }
      writeFileSync(schema, JSON.stringify({ class: name, vectorizer: 'none', ...config }))
      await this.ends([0], [...this.ingest('first', name), '--schema', schema])
      await this.ends([0], this.backup(name, `${name}-archive`))
      this.requireEqual(`${name}-archive`, 'first')
    }
  }

  /** A node is gone, and all know it. */
  async killedBefore(): Promise<void> {
    await this.nodes.kill(VICTIM)
    await this.nodes.noticed()
    await this.ends([0], this.ingest('second', 'three'))
    await this.ends([0], this.backup('three', 'three-without'))
    this.requireEqual('three-without', 'second')
    await this.ends([0], this.live('three-without'))
    // A third of its objects is out of reach: nothing is taken for all of it.
    await this.ends([13], this.ingest('second', 'one', ['--target', this.#target], SHORT))
    await this.ends([13], this.backup('one', 'one-without', SHORT))
    await this.ends([13], this.live('one-archive'))
    await this.ends([13], ['col', 'cat', 'one', '--target', this.#target])
    await this.ends([5], this.restore('three-archive', 'early'))
    await this.ends([10], ['col', 'show', 'early', '--target', this.#target])
    await this.ends([0], [...this.restore('three-archive', 'late'), '--degraded'])
    await this.ends([0], this.backup('late', 'late-archive'))
    this.requireEqual('late-archive', 'first')
    await this.nodes.again(VICTIM)
    await this.ends([0], this.ingest('second', 'one'))
    await this.ends([0], this.backup('one', 'one-after'))
    this.requireEqual('one-after', 'second')
  }

  /** A node goes while a job is at work. */
  async killedDuring(): Promise<void> {
    for (const name of ['three', 'one']) {
      await this.during(this.ingest('first', name, ['--target', this.#target], SHORT))
      await this.during(this.backup(name, `${name}-during`, SHORT), ['--resume'])
      this.requireEqual(`${name}-during`, 'first')
      await this.during(this.restore(`${name}-archive`, `${name}Again`, SHORT))
      await this.ends([0], this.backup(`${name}Again`, `${name}-again`))
      this.requireEqual(`${name}-again`, 'first')
      await this.during(this.live(`${name}-during`))
    }
  }

  /** Gives a command, kills the node a moment later, and gives it again when the node is back, unless it was done. */
  async during(words: readonly string[], again: readonly string[] = []): Promise<void> {
    const job = this.run(words)
    await wait(700 + Math.random() * 1500)
    await this.nodes.kill(VICTIM)
    // A restore that had not yet begun refuses a cluster with a node down.
    const code = await this.judged(words.includes('restore') ? [0, 5, 13] : [0, 13], words, job)
    await this.nodes.again(VICTIM)
    const retryUntilDeadline = words.map((word) => (word === SHORT ? LONG : word))
    if (code === 0) return
    // A backup that had not begun left nothing to resume.
    const ended = await this.judged(
      again.length > 0 ? [0, 10] : [0],
      words,
      this.run([...retryUntilDeadline, ...again]),
    )
    if (ended !== 0) await this.ends([0], retryUntilDeadline)
  }

  ingest(round: string, name: string, more: readonly string[] = ['--target', this.#target], patience = LONG) {
    const file = this.path(`${round}.jsonl`)
    return [
      'index',
      'process-jsonl',
      file,
      '--collection',
      name,
      '--batch-size',
      '100',
      '--retry-for',
      patience,
      ...more,
    ]
  }

  backup(name: string, archive: string, patience = LONG): string[] {
    return [
      'col',
      'backup',
      name,
      '--to',
      this.path(archive),
      '--retry-for',
      patience,
      '--target',
      this.#target,
    ]
  }

  restore(archive: string, name: string, patience = LONG): string[] {
    return [
      'col',
      'restore',
      this.path(archive),
      '--name',
      name,
      '--retry-for',
      patience,
      '--target',
      this.#target,
    ]
  }

  live(archive: string): string[] {
    return ['col', 'catalog', 'verify', this.path(archive), '--level', 'live', '--against', this.#target]
  }

  /** An archive holds what the records of a round make of an embedded store. */
  requireEqual(archive: string, round: string): void {
    const [found, wanted] = [archive, `truth-${round}`].map((name) => {
      const { manifest } = JSON.parse(readFileSync(join(this.path(name), 'manifest.json'), 'utf8'))
      return `${manifest.totals.objects} objects ${manifest.totals.digest}`
    })
    if (found !== wanted) throw new Wrong(`${archive} holds ${found}, not ${wanted}`)
  }

  path(name: string): string {
    return join(this.#home, name)
  }

  async ends(codes: readonly number[], words: readonly string[]): Promise<void> {
    await this.judged(codes, words, this.run(words))
  }

  async judged(
    codes: readonly number[],
    words: readonly string[],
    job: ReturnType<Cluster['run']>,
  ): Promise<number> {
    const { code, errors } = await job
    const shown = words.filter((word) => !word.includes('/')).join(' ')
    if (code === null || !codes.includes(code))
      throw new Wrong(`${shown}: exit ${code}, not ${codes}: ${errors.slice(-600)}`)
    console.log(`exit ${String(code).padStart(2)}  ${shown}`)
    return code
  }

  async run(words: readonly string[]): Promise<{ code: number | null; errors: string }> {
    const home = { XDG_DATA_HOME: this.path('data'), XDG_STATE_HOME: this.path('state') }
    const child = spawn(process.execPath, [COMMAND, ...words], {
      env: { ...process.env, ...home },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const closed = new Promise<number | null>((resolve) => child.on('close', resolve))
    const [code, errors] = await Promise.all([closed, text(child.stderr)])
    return { code, errors }
  }
}

const { WEAVIATE_BIN: binary } = process.env
if (binary === undefined) {
  console.log('WEAVIATE_BIN names no server binary')
  process.exitCode = SKIPPED
} else {
  const home = mkdtempSync(join(tmpdir(), 'elysiactl-cluster-'))
  const nodes = new Nodes(binary, home, await freePorts(PORTS_OF(3)))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void nodes.stop().then(() => process.exit(1)))
  }
  try {
    await nodes.start()
    const cluster = new Cluster(nodes, home, Number(process.argv[2] ?? 3000))
    await cluster.fill()
    await cluster.killedBefore()
    await cluster.killedDuring()
    console.log('every job ended as it should')
  } catch (error) {
    console.error(error instanceof Wrong ? `WRONG: ${error.message}` : error)
    process.exitCode = 1
  } finally {
    await nodes.stop()
    rmSync(home, { recursive: true, force: true })
  }
}
