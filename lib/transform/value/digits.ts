/** The digits of a decimal without leading and trailing zeros, and the power of ten to multiply them by. */
interface Digits {
  readonly digits: string
  readonly exponent: number
}

/**
 * True if a double keeps the value of its text: its shortest digits are those of the text. So `0.1` and `1.50` are
 * kept, and `9007199254740993` is not.
 */
export function hasSameDigits(text: string, double: number): boolean {
  const [given, kept] = [digitsOf(text), digitsOf(String(double))]
  return given.digits === kept.digits && (given.digits === '' || given.exponent === kept.exponent)
}

function digitsOf(text: string): Digits {
  const [mantissa = '', power = '0'] = text.replace(/^[+-]/, '').toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const all = `${whole}${fraction}`.replace(/^0+/, '')
  const digits = all.replace(/0+$/, '')
  return { digits, exponent: Number(power) - fraction.length + (all.length - digits.length) }
}
