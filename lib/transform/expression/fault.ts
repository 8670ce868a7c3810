/** Why a value cannot be computed of an object, though its types fit. */
export class ValueFault extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'ValueFault'
  }
}
