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

/** Who is told what became of a piece of work, once its transaction has ended. */
export interface Told {
  onCommitted(): void
  /** It resolved, and is undone after all: by what another one did, or since it could not be committed. */
  onLost(error: unknown): void
}

const NOBODY: Told = { onCommitted: () => {}, onLost: () => {} }

/**
 * A transaction that several pieces of work share, one after another: a page that they all change is written once. It is committed
 * after some of them, once nothing has come for a moment, or when it is asked for. Where one fails that has changed something,
 * all of them are undone; where it has not, those before it are committed.
 */
export class SharedTransaction {
  readonly #database: SqliteDatabase
  readonly #bracket: Bracket
  readonly #changes: SqliteStatement
  /** One for each piece of work that is done. */
  #told: Told[] = []
  #isOpen = false
  #timer: NodeJS.Timeout | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(database: SqliteDatabase, bracket: Bracket) {
    this.#database = database
    this.#bracket = bracket
    this.#changes = database.prepare('SELECT total_changes()').pluck() as SqliteStatement
  }

  /** @throws what `work` throws; what kept work before it from being committed */
  async add<T>(work: () => Promise<T>, told: Told = NOBODY): Promise<T> {
    clearTimeout(this.#timer)
    this.#throwFailure()
    if (!this.#isOpen) this.#bracket.begin()
    this.#isOpen = true
    const before = this.#changes.get()
    let result: T
    try {
      result = await work()
    } catch (error) {
      this.#giveUp(before, error)
      throw error
    }
    this.#told.push(told)
    if (this.#told.length >= MOST) this.commit()
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
      // Who asks may be anybody: those whose work it was would go on as if it were stored.
      for (const one of told) one.onLost(error)
      throw error
    }
    for (const one of told) one.onCommitted()
  }

  #giveUp(before: unknown, error: unknown): void {
    const isWhole = this.#told.length > 0 && this.#database.inTransaction && this.#changes.get() === before
    if (isWhole) {
      this.commit()
      return
    }
    const lost = this.#end()
    this.#bracket.undo()
    for (const one of lost) one.onLost(error)
  }

  #end(): readonly Told[] {
    const told = this.#told
    this.#isOpen = false
    this.#told = []
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
