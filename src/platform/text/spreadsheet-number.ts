const decimal = /^'?(\+?\d{3,15})[.,]0+$/
const scientific = /^'?\+?(\d)(?:[.,](\d{1,20}))?e\+?(\d{1,2})$/i

/** Whether a spreadsheet took a number for an amount: its comma parts no two numbers. */
export const isSpreadsheetAmount = (text: string): boolean => decimal.test(text) || scientific.test(text)

/**
 * The digits of a number that a spreadsheet took for an amount: `601234567.0`, `4,8601234567E+10`. Where digits were rounded away
 * (`4,86012E+10`) nothing tells the number any more, and the text is left as it is.
 */
export const fromSpreadsheet = (text: string): string => {
  const whole = decimal.exec(text)
  if (whole) return whole[1]!
  const power = scientific.exec(text)
  if (!power) return text
  const [, first = '', rest = '', exponent = ''] = power
  return rest.length === Number(exponent) ? first + rest : 'rounded'
}
