import QRCode from 'qrcode'

/** At medium error correction this many letters still print with modules of 0.8 mm on half a sheet. */
const mostLetters = 900

/** A text in as many parts as it takes, cut between lines: put together in their order they are the text again. */
export const inParts = (text: string): string[] => {
  const lines = text.split(/(?<=\n)/)
  const count = Math.ceil(text.length / mostLetters)
  const most = Math.ceil(lines.length / count)
  return Array.from({ length: Math.ceil(lines.length / most) }, (_, part) =>
    lines.slice(part * most, (part + 1) * most).join(''),
  )
}

/** A QR code as SVG markup. */
export const codeOf = (text: string): Promise<string> =>
  QRCode.toString([{ data: Buffer.from(text), mode: 'byte' }], {
    type: 'svg',
    errorCorrectionLevel: 'M',
    margin: 4,
    color: { dark: '#000000', light: '#ffffff' },
  })
