import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ClusterCommands, LONG, SHORT } from './clusterCommands.ts'

export interface ChangesUnderKills {
  readonly records: number
  readonly rounds: number
  /** Copies of each object. */
  readonly factor: number
}

/** What changes a living collection, and what must be as it was after its rollback. */
const STRATEGIES: Readonly<Record<string, readonly string[]>> = {
  overwrite: ['--on-conflict', 'overwrite'],
  changed: ['--on-conflict', 'overwrite', '--only-changed'],
  merge: ['--on-conflict', 'merge'],
  skip: ['--on-conflict', 'skip'],
  replace: ['--on-conflict', 'replace', '--yes', '--max-delete', '100%'],
}

/** Tenants of a class that has them: the repositories of its records. */
const TENANTS = 3

/**
 * Rounds of an increment, and of each strategy with its rollback, a node killed during each. After an increment it is the
 * collection; after a restore the collection is what the same restore makes of an embedded store; after the rollback it is
 * what it was.
 */
export async function changeUnderKills(
  cluster: ClusterCommands,
  { records, rounds, factor }: ChangesUnderKills,
): Promise<void> {
  for (let round = 1; round <= rounds; round++) {
    for (const tenants of [1, TENANTS]) {
      const name = `Changing${tenants === 1 ? '' : 'Tenants'}${round}`
      const changes = new Changes(cluster, { name, records, factor, tenants })
      await changes.fill()
      await changes.increment()
      for (const [strategy, words] of Object.entries(STRATEGIES)) await changes.thereAndBack(strategy, words)
      await cluster.ends([0], ['col', 'rm', name, '--yes', '--target', cluster.target])
      console.log(`round ${round} of ${rounds}, ${name}: right`)
    }
  }
}

interface Changing extends Pick<ChangesUnderKills, 'records' | 'factor'> {
  readonly name: string
  readonly tenants: number
}

class Changes {
  readonly #cluster: ClusterCommands
  readonly #given: Changing
  /** The same collection in an embedded store, whose jobs nobody disturbs. */
  readonly #oracle: string

  constructor(cluster: ClusterCommands, given: Changing) {
    this.#cluster = cluster
    this.#given = given
    this.#oracle = `sqlite:${cluster.path(`${given.name}.db`)}`
  }

  /** The first state, and an archive of it. */
  async fill(): Promise<void> {
    const { factor, name, records, tenants } = this.#given
    const parted =
      tenants > 1 ? { multiTenancyConfig: { enabled: true } } : { shardingConfig: { desiredCount: 3 } }
    // Without it a server may bring back what was deleted while a node was down, or delete again what was written since.
    const deletionStrategy = 'TimeBasedResolution'
    const replicationConfig = { factor, asyncEnabled: true, deletionStrategy }
    const schema = this.#path('schema.json')
    writeFileSync(schema, JSON.stringify({ class: name, vectorizer: 'none', replicationConfig, ...parted }))
    const lines = Array.from({ length: records }, (_, n) => this.#line('add', n, `first ${n}`))
    await this.#cluster.ends(
      [0],
      [...this.#records('first', lines), '--schema', schema, ...this.#target(LONG)],
    )
    const { target } = this.#cluster
    await this.#cluster.ends([0], ['col', 'backup', name, '--to', this.#path('full'), '--target', target])
    await this.#cluster.ends([0], ['col', 'restore', this.#path('full'), '--target', this.#oracle])
    await this.#requireEqual(`${this.#oracle}#${name}`)
  }

  /** Some are changed, some are gone, some are new; an increment holds exactly that. */
  async increment(): Promise<void> {
    const { name, records } = this.#given
    const lines: string[] = []
    for (let n = 0; n < records; n++) {
      if (n % 20 === 5) lines.push(this.#line('delete', n))
      else if (n % 5 === 0) lines.push(this.#line('modify', n, `second ${n}`))
    }
    for (let n = records; n < records * 1.05; n++) lines.push(this.#line('add', n, `new ${n}`))
    for (const target of [this.#target(LONG), ['--target', this.#oracle]])
      await this.#cluster.ends([0], [...this.#records('second', lines), ...target])
    await this.#requireEqual(`${this.#oracle}#${name}`)
    const { manifest } = JSON.parse(readFileSync(join(this.#path('full'), 'manifest.json'), 'utf8'))
    const words = ['col', 'backup', name, '--since', manifest.id, '--to', this.#path('increment')]
    await this.#cluster.during([...words, ...this.#target(SHORT)], ['--resume'])
    await this.#requireEqual(this.#path('increment'))
  }

  /** The first state restored into the second, and undone. */
  async thereAndBack(strategy: string, words: readonly string[]): Promise<void> {
    const { name } = this.#given
    const run = `${name}-${strategy}`
    const restore = ['col', 'restore', this.#path('full'), ...words]
    await this.#cluster.during([...restore, '--run-id', run, ...this.#target(SHORT)])
    const oracle = ['--target', this.#oracle]
    await this.#cluster.ends([0], [...restore, '--run-id', `${run}-oracle`, ...oracle])
    await this.#requireEqual(`${this.#oracle}#${name}`)
    await this.#cluster.during(['col', 'rollback', run, ...this.#target(SHORT)])
    await this.#cluster.ends([0], ['col', 'rollback', `${run}-oracle`, ...oracle])
    await this.#requireEqual(this.#path('increment'))
  }

  async #requireEqual(side: string): Promise<void> {
    const { name } = this.#given
    await this.#cluster.onceRepaired([0], ['diff', side, name, '--no-schema', ...this.#target(LONG)])
  }

  #records(round: string, lines: readonly string[]): string[] {
    const { name, tenants } = this.#given
    const file = this.#path(`${round}.jsonl`)
    writeFileSync(file, lines.join(''))
    const by = tenants > 1 ? ['--tenant-by', 'repo'] : []
    return ['index', 'process-jsonl', file, '--collection', name, ...by]
  }

  #line(op: string, n: number, content?: string): string {
    const repo = `r${n % this.#given.tenants}`
    return `${JSON.stringify({ repo, op, path: `f/${n}`, ...(content !== undefined && { content }) })}\n`
  }

  #target(patience: string): string[] {
    return ['--retry-for', patience, '--target', this.#cluster.target]
  }

  #path(name: string): string {
    return this.#cluster.path(`${this.#given.name}-${name}`)
  }
}
