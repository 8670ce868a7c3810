import type { SqliteDatabase, SqliteStatement } from '../../database/connection.ts'

/** More make a commit no faster: 500 inserts each under random ids change most pages of an index, again and again. */
const MOST = 4
/** Whoever else wants to write waits so long at most for one that nothing more is done in. */
const IDLE_MS = 20

/** How a transaction begins and ends. */
export interface Bracket {
  begin(): void
  /** @throws where it cannot be committed */
  commit(): void
  undo(): void
}

/**
 * A transaction that several pieces of work share, one after another: a page that they all change is written once. It is committed
 * after some of them, once nothing has come for a moment, or when it is asked for. Where one fails that has changed something,
 * all of them are undone; where it has not, those before it are committed.
 */
export class SharedTransaction {
  readonly #database: SqliteDatabase
  readonly #bracket: Bracket
  readonly #changes: SqliteStatement
  /** Who is told of the commit, one for each piece of work. */
  #committed: (() => void)[] = []
  #isOpen = false
  #timer: NodeJS.Timeout | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(database: SqliteDatabase, bracket: Bracket) {
    this.#database = database
    this.#bracket = bracket
    this.#changes = database.prepare('SELECT total_changes()').pluck() as SqliteStatement
  }

  /** @throws what `work` throws; what kept work before it from being committed */
  async add<T>(work: () => Promise<T>, onCommitted: () => void = () => {}): Promise<T> {
    clearTimeout(this.#timer)
    this.#throwFailure()
    if (!this.#isOpen) this.#bracket.begin()
    this.#isOpen = true
    const before = this.#changes.get()
    let result: T
    try {
      result = await work()
    } catch (error) {
      this.#giveUp(before)
      throw error
    }
    this.#committed.push(onCommitted)
    if (this.#committed.length >= MOST) this.commit()
    else this.#timer = setTimeout(() => this.#commitIdle(), IDLE_MS)
    return result
  }

  /** Commits, where one is open. @throws what keeps it from that, now or before */
  commit(): void {
    clearTimeout(this.#timer)
    this.#throwFailure()
    if (!this.#isOpen) return
    const told = this.#end()
    try {
      this.#bracket.commit()
    } catch (error) {
      this.#bracket.undo()
      throw error
    }
    for (const tell of told) tell()
  }

  #giveUp(before: unknown): void {
    const isWhole =
      this.#committed.length > 0 && this.#database.inTransaction && this.#changes.get() === before
    if (isWhole) {
      this.commit()
      return
    }
    this.#end()
    this.#bracket.undo()
  }

  #end(): readonly (() => void)[] {
    const told = this.#committed
    this.#isOpen = false
    this.#committed = []
    return told
  }

  #commitIdle(): void {
    try {
      this.commit()
    } catch (error) {
      this.#failure = { error }
    }
  }

  #throwFailure(): void {
    if (this.#failure === undefined) return
    const { error } = this.#failure
    this.#failure = undefined
    throw error
  }
}
