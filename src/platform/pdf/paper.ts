import { createRequire } from 'node:module'
import type PdfDocument from 'pdfkit'
import { isDrawnRight, lettered } from './lettering.ts'
import { protect, protectionOptions } from './protection.ts'

/** DejaVu Sans holds Polish, Cyrillic and Greek letters; a document carries only the letters it uses. */
const load = createRequire(import.meta.url)
const fontFiles = {
  regular: load.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'),
  bold: load.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'),
}

/** In points, as every length of a PDF. */
export const millimetre = 72 / 25.4
const footHeight = 12 * millimetre
export const black = '#000000'
export const grey = '#444444'

export type Pdf = InstanceType<typeof PdfDocument>
export type Font = keyof typeof fontFiles
/** `foot` stands below each page; `margin` in points; `passphrase` opens the document, and nothing else does. */
type Paper = { title: string; foot: string; language: string; at: Date; margin: number; passphrase: string }

/**
 * A document on A4 without a page yet, a stream to be read while it is written, encrypted as it comes ({@link protect}). It holds
 * nothing personal beside its pages, so its title must be the same for everybody.
 */
export const openPaper = ({ title, foot, language, at, margin, passphrase }: Paper): Pdf => {
  // Read with the first page: most processes never write one, and it takes 15 MB.
  const Document = load('pdfkit') as typeof PdfDocument
  const pdf = new Document({
    size: 'A4',
    margins: { top: margin, left: margin, right: margin, bottom: margin + footHeight },
    autoFirstPage: false,
    lang: language,
    displayTitle: true,
    info: { Title: title, Producer: 'Ostoja', Creator: 'Ostoja', CreationDate: at, ModDate: at },
    ...protectionOptions(),
  })
  protect(pdf, passphrase)
  for (const [name, file] of Object.entries(fontFiles)) pdf.registerFont(name, file)
  pdf.on('pageAdded', () => writeFoot(pdf, foot))
  return pdf
}

/** From the left margin to the right one. */
export const widthOf = (pdf: Pdf): number => pdf.page.width - pdf.page.margins.left - pdf.page.margins.right

/** A new page where less than `height` points are left of this one. */
export const keepTogether = (pdf: Pdf, height: number) => {
  const { top, bottom } = pdf.page.margins
  if (pdf.y + height > pdf.page.height - bottom && pdf.y > top + 1) pdf.addPage()
}

type Style = { font?: Font; size: number; colour?: string; indent?: number; lineGap?: number }

/** A paragraph from the left margin on, in letters that the fonts have. */
export const writeLine = (
  pdf: Pdf,
  text: string,
  { font = 'regular', size, colour = black, indent = 0, lineGap = 1.5 }: Style,
) => {
  const width = widthOf(pdf) - indent
  pdf.font(font).fontSize(size).fillColor(colour)
  pdf.text(inLetters(pdf, font, text), pdf.page.margins.left + indent, pdf.y, { width, lineGap })
}

/** A thin rule over the width of the page at `y`. */
export const writeRule = (pdf: Pdf, y: number) => {
  const { left } = pdf.page.margins
  pdf
    .moveTo(left, y)
    .lineTo(left + widthOf(pdf), y)
    .lineWidth(0.75)
    .stroke(black)
}

/** A text as it is to be drawn with a font ({@link lettered}). */
export const inLetters = (pdf: Pdf, font: Font, text: string): string => lettered(text, letterIn(pdf, font))

/** Whether the fonts show a text as it is ({@link isDrawnRight}). */
export const isShownRight = (pdf: Pdf, text: string): boolean => isDrawnRight(text, letterIn(pdf, 'bold'))

type WithFont = { _font: { font: { hasGlyphForCodePoint: (codePoint: number) => boolean } } }

/** Whether a font can draw a letter; a new line and its like need none. */
const letterIn = (pdf: Pdf, name: Font) => {
  const { font } = (pdf.font(name) as unknown as WithFont)._font
  return (codePoint: number) => codePoint < 32 || font.hasGlyphForCodePoint(codePoint)
}

/** Below the margin, where text would otherwise open a page of its own. */
const writeFoot = (pdf: Pdf, foot: string) => {
  const { margins } = pdf.page
  const { bottom, left, top } = margins
  margins.bottom = 0
  pdf.font('regular').fontSize(8).fillColor(black)
  pdf.text(inLetters(pdf, 'regular', foot), left, pdf.page.height - bottom + 8, { width: widthOf(pdf) })
  margins.bottom = bottom
  pdf.x = left
  pdf.y = top
}
