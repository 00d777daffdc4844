const longest = 200
const longestEnding = 16

/** Signs that turn the direction of a text: `photo\u202Egnp.exe` reads like a picture (Unicode TR 36, 3.3). */
const turning = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g
const unseen = /\p{Cc}|\p{Cs}|\u2028|\u2029/gu

/**
 * A file's name as a browser sends it, made fit to be shown and to be given back: no path, nothing unseen, nothing that turns
 * its direction, at most 200 signs with its ending kept. Empty where nothing is left.
 */
export const plainFileName = (sent: string): string => {
  const name = sent
    .normalize('NFC')
    .replace(unseen, '')
    .replace(turning, '')
    .replace(/^.*[/\\]/s, '')
    .replace(/\s+/gu, ' ')
    .trim()
  return /^\.*$/.test(name) ? '' : shortened(name)
}

const shortened = (name: string): string => {
  const signs = [...name]
  if (signs.length <= longest) return name
  const ending = [...(/\.[^. ]+$/.exec(name)?.[0] ?? '')]
  const kept = ending.length <= longestEnding ? ending : []
  return [...signs.slice(0, longest - kept.length - 1), '…', ...kept].join('')
}
