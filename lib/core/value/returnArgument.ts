/** A constructor that returns its argument, so that a subclass adds its private fields to that value. */
export const ReturnArgument: new (value: object) => object = class {
  constructor(value: object) {
    // biome-ignore lint/correctness/noConstructorReturn: see above
    return value
  }
}
