type NumberArray = Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer>

/** A list of small numbers that grows as it is written; unwritten numbers are 0. */
export class GrowableNumbers {
  readonly #make: new (
    length: number,
  ) => NumberArray
  #values: NumberArray

  constructor(make: new (length: number) => NumberArray) {
    this.#make = make
    this.#values = new make(1024)
  }

  get(index: number): number {
    return index < this.#values.length ? this.#values[index]! : 0
  }

  set(index: number, value: number): void {
    if (index >= this.#values.length) this.#grow(index)
    this.#values[index] = value
  }

  #grow(index: number): void {
    const larger = new this.#make(Math.max(2 * this.#values.length, index + 1))
    larger.set(this.#values)
    this.#values = larger
  }
}
