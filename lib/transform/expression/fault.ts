/** Why a value cannot be computed for an object, although the types fit. */
export class ValueFault extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'ValueFault'
  }
}
