/** Its constructor returns the value that it is called with, so that a class below it adds its private fields to that. */
export const ValueItself: new (value: object) => object = class {
  constructor(value: object) {
    // biome-ignore lint/correctness/noConstructorReturn: see above
    return value
  }
}
