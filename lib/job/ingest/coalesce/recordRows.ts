import { closeSync, mkdtempSync, openSync, readSync, rmSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Numbers of a row: unsigned, 32 bits each. */
const WIDTH = 6
const PAGE_ROWS = 4096
const PAGE_BYTES = PAGE_ROWS * WIDTH * Uint32Array.BYTES_PER_ELEMENT

/** How many pages are held in memory before all go to disk: 24 MiB, for a million records. */
const PAGES_IN_MEMORY = 256

/** A row is six numbers in a page; `at` is where it begins. */
export type RowVisitor = (page: Uint32Array, at: number, row: number) => void

/**
 * A row of six numbers for each record of a run: appended in order, overwritten from last to first, then read in
 * order. Memory: 24 MiB, or one page of 96 KiB once there are more than 2^20 rows, which are then in an unnamed
 * temporary file.
 */
export class RecordRows {
  readonly #pagesInMemory: number
  #pages: Uint32Array[] = []
  #page = new Uint32Array(PAGE_ROWS * WIDTH)
  /** The number of full pages, which is the index of the current one. */
  #full = 0
  #length = 0
  #file: number | undefined
  #loaded: { readonly index: number; readonly page: Uint32Array } | undefined

  constructor(pagesInMemory = PAGES_IN_MEMORY) {
    this.#pagesInMemory = pagesInMemory
  }

  get length(): number {
    return this.#length
  }

  append(first: number, second: number, third: number, fourth: number, fifth: number, sixth: number): void {
    const slot = this.#length % PAGE_ROWS
    if (slot === 0 && this.#length > 0) this.#turn()
    const at = slot * WIDTH
    const page = this.#page
    page[at] = first
    page[at + 1] = second
    page[at + 2] = third
    page[at + 3] = fourth
    page[at + 4] = fifth
    page[at + 5] = sixth
    this.#length += 1
  }

  /** Visits each row, from last to first, to overwrite it. */
  *rewriteBackwards(visit: RowVisitor): Generator<void> {
    if (this.#length === 0) return
    for (let index = Math.floor((this.#length - 1) / PAGE_ROWS); index >= 0; index--) {
      const page = this.#load(index)
      const first = index * PAGE_ROWS
      const last = Math.min(this.#length - first, PAGE_ROWS) - 1
      for (let slot = last; slot >= 0; slot--) visit(page, slot * WIDTH, first + slot)
      if (index !== this.#full) this.#put(index, page)
      yield
    }
  }

  /** The page that contains a row; read it only, and only until the next call. */
  page(row: number): Uint32Array {
    return this.#load(Math.floor(row / PAGE_ROWS))
  }

  /** Where a row begins in its page. */
  offset(row: number): number {
    return (row % PAGE_ROWS) * WIDTH
  }

  /** Forgets all rows from this one on. */
  truncate(length: number): void {
    if (length >= this.#length) return
    const index = length === 0 ? 0 : Math.floor((length - 1) / PAGE_ROWS)
    this.#page = this.#load(index).slice()
    this.#full = index
    this.#length = length
    this.#loaded = undefined
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
    this.#pages = []
  }

  /** Puts the full page away. */
  #turn(): void {
    this.#put(this.#full, this.#page)
    this.#full += 1
    this.#page = new Uint32Array(PAGE_ROWS * WIDTH)
    if (this.#file === undefined && this.#pages.length >= this.#pagesInMemory) this.#spill()
  }

  #spill(): void {
    this.#file = unnamedFile()
    const pages = this.#pages
    this.#pages = []
    pages.forEach((page, index) => {
      this.#put(index, page)
    })
  }

  #put(index: number, page: Uint32Array): void {
    if (this.#file === undefined) this.#pages[index] = page
    else writeWhole(this.#file, bytesOf(page), index * PAGE_BYTES)
  }

  #load(index: number): Uint32Array {
    if (index === this.#full) return this.#page
    if (this.#file === undefined) return this.#pages[index]!
    if (this.#loaded?.index !== index) this.#loaded = { index, page: this.#read(index) }
    return this.#loaded.page
  }

  #read(index: number): Uint32Array {
    const page = new Uint32Array(PAGE_ROWS * WIDTH)
    const bytes = bytesOf(page)
    for (let bytesRead = 0; bytesRead < bytes.length; ) {
      const count = readSync(
        this.#file!,
        bytes,
        bytesRead,
        bytes.length - bytesRead,
        index * PAGE_BYTES + bytesRead,
      )
      if (count === 0) throw new Error('the temporary file of a plan ends too early')
      bytesRead += count
    }
    return page
  }
}

function bytesOf(page: Uint32Array): Uint8Array {
  return new Uint8Array(page.buffer, page.byteOffset, page.byteLength)
}

function writeWhole(file: number, bytes: Uint8Array, position: number): void {
  for (let written = 0; written < bytes.length; )
    written += writeSync(file, bytes, written, bytes.length - written, position + written)
}

/** A file that disappears when it is closed, or when the process ends in any way. */
function unnamedFile(): number {
  const directory = mkdtempSync(join(tmpdir(), 'elysiactl-plan-'))
  try {
    const path = join(directory, 'rows')
    const file = openSync(path, 'wx+', 0o600)
    unlinkSync(path)
    return file
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
