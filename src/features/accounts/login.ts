import anyAscii from 'any-ascii'

/**
 * The login of an account: given and family name folded to ASCII in title case, without spaces or signs, then the
 * account's id (`Jan Kowalski`, 37 -> `JanKowalski37`). Unique because the id is; it never changes.
 */
export const makeLogin = (givenName: string, familyName: string, id: number): string => {
  const names = titleCase(givenName) + titleCase(familyName)
  return `${names.slice(0, 60) || 'Account'}${id}`
}

const titleCase = (name: string): string =>
  anyAscii(name.normalize('NFKC'))
    .replace(/['’`]/g, '')
    .split(/[^A-Za-z]+/)
    .map(part => part.charAt(0).toUpperCase() + part.slice(1).toLowerCase())
    .join('')
