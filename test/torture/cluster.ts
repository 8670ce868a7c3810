/**
 * Three real servers on the loopback, of which one is killed before and during each job. What ends with 0 is complete and
 * equal to what the same records make of an embedded store; what cannot be complete ends with 13 (or 5, a restore), and
 * the same command ends with 0 when the node is back.
 * `WEAVIATE_BIN=PATH npm run torture:cluster -- [RECORDS] [all|jobs|changes] [ROUNDS]`, with the command
 * built; about five minutes, and six for each round of changes.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { changeUnderKills } from './clusterChanges.ts'
import { ClusterCommands, LONG, SHORT, VICTIM, Wrong } from './clusterCommands.ts'
import { freePorts, Nodes, PORTS_OF } from './nodes.ts'

const SKIPPED = 77
const DIFFERENT = 3

class Cluster extends ClusterCommands {
  readonly #records: number

  constructor(nodes: Nodes, home: string, records: number) {
    super(nodes, home)
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
    await this.ends([13], this.ingest('second', 'one', ['--target', this.target], SHORT))
    await this.ends([13], this.backup('one', 'one-without', SHORT))
    await this.ends([13], this.live('one-archive', SHORT))
    await this.ends([13], ['col', 'cat', 'one', '--target', this.target])
    await this.ends([5], this.restore('three-archive', 'early'))
    await this.ends([10], ['col', 'show', 'early', '--target', this.target])
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
      await this.during(this.ingest('first', name, ['--target', this.target], SHORT))
      await this.during(this.backup(name, `${name}-during`, SHORT), ['--resume'])
      this.requireEqual(`${name}-during`, 'first')
      await this.during(this.restore(`${name}-archive`, `${name}Again`, SHORT))
      await this.ends([0], this.backup(`${name}Again`, `${name}-again`))
      this.requireEqual(`${name}-again`, 'first')
      await this.during(this.copy(name, `${name}Copy`, SHORT))
      await this.ends([0], this.backup(`${name}Copy`, `${name}-copy`))
      this.requireEqual(`${name}-copy`, 'first')
      await this.ends([0], ['col', 'alias', `Live_${name}`, name, '--target', this.target])
      await this.during(this.migrate(`Live_${name}`, SHORT))
      await this.ends([0], this.backup(`Live_${name}`, `${name}-migrated`))
      this.requireEqual(`${name}-migrated`, 'first')
      await this.during(this.live(`${name}-during`, SHORT))
      await this.during(this.diff(this.path(`${name}-during`), name, SHORT))
      await this.movedDuring(name)
    }
  }

  /** The class gets its second state; its copy follows, and an alias moves to another one. */
  async movedDuring(name: string): Promise<void> {
    const [copy, moved, alias] = [`${name}Copy`, `${name}Moved`, `Move_${name}`]
    await this.ends([0], this.ingest('second', name))
    const sync = [...this.copy(name, copy, SHORT), '--sync', '--yes', '--max-delete', '100%']
    await this.during([...sync, '--run-id', `${name}-sync`])
    await this.requireHolds(copy, 'second', `${name}-synced`)
    await this.during(this.rollback(`${name}-sync`, SHORT))
    await this.requireHolds(copy, 'first', `${name}-unsynced`)
    const some = [
      '--filter',
      "file_path LIKE 'f/1%'",
      '--yes',
      '--max-delete',
      '100%',
      '--run-id',
      `${name}-less`,
    ]
    await this.during(['col', 'delete', copy, ...some, '--retry-for', SHORT, '--target', this.target])
    await this.ends([DIFFERENT], this.diff(this.path(`${name}-during`), copy))
    await this.during(this.rollback(`${name}-less`, SHORT))
    await this.requireHolds(copy, 'first', `${name}-undeleted`)
    await this.ends([0], ['col', 'alias', alias, name, '--target', this.target])
    await this.during([...this.copy(name, moved, SHORT), '--finish', '--switch-alias', alias])
    await this.requireHolds(alias, 'second', `${name}-moved`)
  }

  async requireHolds(name: string, round: string, archive: string): Promise<void> {
    await this.ends([0], this.backup(name, archive))
    this.requireEqual(archive, round)
  }

  ingest(round: string, name: string, more: readonly string[] = ['--target', this.target], patience = LONG) {
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
      this.target,
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
      this.target,
    ]
  }

  copy(from: string, to: string, patience = LONG): string[] {
    return ['col', 'copy', from, to, '--retry-for', patience, '--target', this.target]
  }

  /** Into a class whose objects are the same. */
  migrate(alias: string, patience = LONG): string[] {
    return ['col', 'migrate', alias, '--index-type', 'flat', '--retry-for', patience, '--target', this.target]
  }

  diff(one: string, other: string, patience = LONG): string[] {
    return ['diff', one, other, '--no-schema', '--retry-for', patience, '--target', this.target]
  }

  rollback(run: string, patience = LONG): string[] {
    return ['col', 'rollback', run, '--retry-for', patience, '--target', this.target]
  }

  live(archive: string, patience = LONG): string[] {
    const verify = ['col', 'catalog', 'verify', this.path(archive), '--level', 'live']
    return [...verify, '--retry-for', patience, '--against', this.target]
  }

  /** An archive holds what the records of a round make of an embedded store. */
  requireEqual(archive: string, round: string): void {
    const [found, wanted] = [archive, `truth-${round}`].map((name) => {
      const { manifest } = JSON.parse(readFileSync(join(this.path(name), 'manifest.json'), 'utf8'))
      return `${manifest.totals.objects} objects ${manifest.totals.digest}`
    })
    if (found !== wanted) throw new Wrong(`${archive} holds ${found}, not ${wanted}`)
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
    const records = Number(process.argv[2] ?? 3000)
    const cluster = new Cluster(nodes, home, records)
    const [what = 'all', rounds = '1'] = process.argv.slice(3)
    if (what !== 'changes') {
      await cluster.fill()
      await cluster.killedBefore()
      await cluster.killedDuring()
    }
    if (what !== 'jobs') await changeUnderKills(cluster, { records, rounds: Number(rounds), factor: 3 })
    console.log(`every job ended as it should: ${cluster.summary}`)
  } catch (error) {
    console.error(error instanceof Wrong ? `WRONG: ${error.message}` : error)
    process.exitCode = 1
  } finally {
    await nodes.stop()
    rmSync(home, { recursive: true, force: true })
  }
}
