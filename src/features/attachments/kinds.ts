/** What may be shown in the page, with the type it is shown as; everything else is only given out as a file. */
export const shownTypes = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  pdf: 'application/pdf',
} as const
export type ShownKind = keyof typeof shownTypes
export type Kind = ShownKind | 'other'

/** How files of each kind begin, from their first byte on: neither a name nor a browser's word is believed. */
const beginnings: readonly [ShownKind, RegExp][] = [
  ['png', /^\x89PNG\r\n\x1a\n\0\0\0\rIHDR/],
  ['jpeg', /^\xff\xd8\xff[\xc0-\xfe]/],
  ['gif', /^GIF8[79]a/],
  ['webp', /^RIFF[^]{4}WEBPVP8[ LX]/],
  ['pdf', /^%PDF-[12]\.\d/],
]

/** What a file is, by its first bytes (PNG 1.2, ITU T.81, GIF89a, RFC 9649, ISO 32000). */
export const kindOf = (start: Buffer): Kind => {
  const text = start.subarray(0, 32).toString('latin1')
  return beginnings.find(([, beginning]) => beginning.test(text))?.[0] ?? 'other'
}

export const isImage = (kind: Kind): boolean => kind !== 'pdf' && kind !== 'other'
export const isShown = (kind: Kind): kind is ShownKind => kind !== 'other'

const looksShown = /\.(png|jpe?g|gif|webp|pdf)$/i
/** Endings that computers run or open with power over them when somebody clicks on the file. */
const mayRun =
  /\.(html?|xhtml|mht(ml)?|svgz?|js|mjs|jse|vbs?|vbe|wsf|wsh|hta|exe|com|scr|bat|cmd|ps1|psm1|msi|msp|msix|appx|pif|cpl|lnk|url|reg|jar|jnlp|iso|img|vhdx?|dmg|pkg|app|apk|deb|rpm|sh|run|desktop|docm|xlsm|pptm|xlam|dotm|one|chm|scf|inf|appinstaller)$/i

/** What somebody should know before opening a file on their computer: its name says another thing, or it may run. */
export const cautionOf = (name: string, kind: Kind): 'misnamed' | 'may-run' | null => {
  if (kind !== 'other') return null
  if (looksShown.test(name)) return 'misnamed'
  return mayRun.test(name) ? 'may-run' : null
}
