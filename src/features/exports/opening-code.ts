import { createHash, randomInt } from 'node:crypto'

/** Letters and digits that nobody mistakes for one another, also when read out: no I, L, O, U, 0, 1. */
const signs = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
const length = 8

/** A random code of 39 bits that only the opened export shows. */
export const newOpeningCode = (): string => Array.from({ length }, () => signs[randomInt(signs.length)]).join('')

/** The code out of what was typed: in small letters, with a space or a hyphen in its middle. */
export const normalCode = (typed: string): string => typed.toUpperCase().replaceAll(/[\s-]/g, '')

export const looksLikeCode = (code: string): boolean =>
  code.length === length && [...code].every(sign => signs.includes(sign))

/** What the product keeps instead of the code: it is checked, never shown. */
export const hashOfCode = (exportId: string, code: string): Buffer =>
  createHash('sha256').update(`ostoja opening code|${exportId}|${code}`).digest()
