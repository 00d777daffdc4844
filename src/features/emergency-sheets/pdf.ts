import { createRequire } from 'node:module'
import { setImmediate } from 'node:timers/promises'
import type PdfDocument from 'pdfkit'
import type { Translate } from '../../platform/i18n/translations.ts'
import { isDrawnRight, lettered } from './lettering.ts'
import type { SaidContact, SaidPhone, SaidSheet } from './said.ts'

/** DejaVu Sans holds Polish, Cyrillic and Greek letters; a document carries only the letters it uses. */
const load = createRequire(import.meta.url)
const fontFile = (name: string) => load.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`)
const fonts = { regular: fontFile('DejaVuSans'), bold: fontFile('DejaVuSans-Bold') }

const millimetre = 72 / 25.4
const margin = 15 * millimetre
const footHeight = 12 * millimetre
const black = '#000000'
const grey = '#444444'
/** What belongs to a contact stands this far in, in points. */
const step = 18

type Pdf = InstanceType<typeof PdfDocument>
type Paper = { t: Translate; language: string; title: string; foot: string; at: Date }

/**
 * Writes sheets as a PDF on A4, each client from a new page, every page with the same foot. The document is a stream to be read while
 * it is written; it holds nothing personal beside its pages.
 */
export const writeSheets = (sheets: readonly SaidSheet[], paper: Paper): Pdf => {
  // Read with the first sheet: most processes never write one, and it takes 15 MB.
  const Document = load('pdfkit') as typeof PdfDocument
  const pdf = new Document({
    size: 'A4',
    margins: { top: margin, left: margin, right: margin, bottom: margin + footHeight },
    autoFirstPage: false,
    lang: paper.language,
    displayTitle: true,
    info: { Title: paper.title, Producer: 'Ostoja', Creator: 'Ostoja', CreationDate: paper.at, ModDate: paper.at },
  })
  pdf.registerFont('regular', fonts.regular)
  pdf.registerFont('bold', fonts.bold)
  pdf.on('pageAdded', () => writeFoot(pdf, paper.foot))
  void write(pdf, sheets, paper).catch((fault: unknown) => pdf.destroy(fault as Error))
  return pdf
}

/** Between two clients others get their turn. */
const write = async (pdf: Pdf, sheets: readonly SaidSheet[], paper: Paper) => {
  for (const sheet of sheets) {
    pdf.addPage()
    writeSheet(pdf, sheet, paper.t)
    await setImmediate()
  }
  if (sheets.length === 0) pdf.addPage()
  pdf.end()
}

const writeSheet = (pdf: Pdf, sheet: SaidSheet, t: Translate) => {
  if (!textsOf(sheet).every(text => isDrawnRight(text, letterIn(pdf, 'bold'))))
    writeAlerts(pdf, [t('emergency-sheets:undrawn')])
  line(pdf, sheet.name, { font: 'bold', size: 20 })
  line(pdf, sheet.facts.join(' · '), { size: 10, colour: grey })
  if (sheet.languages) line(pdf, sheet.languages, { size: 11 })
  pdf.moveDown(0.5)
  if (sheet.alerts.length > 0) writeAlerts(pdf, sheet.alerts)

  heading(pdf, t('emergency-sheets:whom'))
  if (sheet.contacts.length === 0) line(pdf, t('emergency-contacts:section.emptyTitle'), { size: 11 })
  for (const [index, contact] of sheet.contacts.entries()) writeContact(pdf, index + 1, contact)

  if (sheet.ownPhones.length > 0 || sheet.addresses.length > 0) {
    keepTogether(pdf, 60)
    heading(pdf, t('emergency-cards:own', { name: sheet.name }))
    for (const phone of sheet.ownPhones) writePhone(pdf, phone)
    for (const address of sheet.addresses) line(pdf, address, { size: 10 })
  }
  pdf.moveDown(0.5)
  line(pdf, t('emergency-cards:unsaid'), { size: 8, colour: grey })
}

/** In a frame, as black on white tells no colours. */
const writeAlerts = (pdf: Pdf, alerts: readonly string[]) => {
  const width = pdf.page.width - 2 * margin
  pdf.font('bold').fontSize(12)
  const text = alerts.map(alert => lettered(`! ${alert}`, letterIn(pdf, 'bold'))).join('\n')
  const height = pdf.heightOfString(text, { width: width - 20 })
  keepTogether(pdf, height + 20)
  const top = pdf.y
  if (height + 20 < pdf.page.height - 2 * margin - footHeight)
    pdf
      .rect(margin, top, width, height + 14)
      .lineWidth(1.5)
      .stroke(black)
  pdf.fillColor(black).text(text, margin + 10, top + 7, { width: width - 20 })
  pdf.x = margin
  pdf.y = Math.max(pdf.y, top) + 14
}

const writeContact = (pdf: Pdf, place: number, contact: SaidContact) => {
  keepTogether(pdf, 90 + contact.phones.length * 40)
  line(pdf, `${place}. ${contact.name}`, { font: 'bold', size: 13 })
  line(pdf, contact.relationship, { size: 10, colour: grey, indent: step })
  for (const phone of contact.phones) writePhone(pdf, phone, step)
  line(pdf, contact.telling, { font: 'bold', size: 10, indent: step })
  if (contact.tellNote) line(pdf, contact.tellNote, { size: 10, indent: step })
  for (const more of contact.more) line(pdf, more, { size: 10, indent: step })
  line(pdf, contact.confirmed, { size: 8, colour: grey, indent: step })
  pdf.moveDown(1)
}

const writePhone = (pdf: Pdf, { number, type, hours, rules }: SaidPhone, indent = 0) => {
  pdf.moveDown(0.2)
  line(pdf, number, { font: 'bold', size: 15, indent })
  line(pdf, [type, hours].filter(Boolean).join(' · '), { size: 9, colour: grey, indent })
  for (const { warning, text } of rules)
    line(pdf, warning ? `! ${text}` : text, { font: warning ? 'bold' : 'regular', size: 10, indent })
}

const heading = (pdf: Pdf, text: string) => {
  pdf.moveDown(0.4)
  line(pdf, text, { font: 'bold', size: 12 })
  const { y } = pdf
  pdf
    .moveTo(margin, y)
    .lineTo(pdf.page.width - margin, y)
    .lineWidth(0.75)
    .stroke(black)
  pdf.y = y + 6
}

/** Every text of a sheet, whichever part it is in. */
const textsOf = (part: unknown): string[] => {
  if (typeof part === 'string') return [part]
  return part !== null && typeof part === 'object' ? Object.values(part).flatMap(textsOf) : []
}

type WithFont = { _font: { font: { hasGlyphForCodePoint: (codePoint: number) => boolean } } }

/** Whether a font can draw a letter; a new line and its like need none. */
const letterIn = (pdf: Pdf, name: 'regular' | 'bold') => {
  const { font } = (pdf.font(name) as unknown as WithFont)._font
  return (codePoint: number) => codePoint < 32 || font.hasGlyphForCodePoint(codePoint)
}

type Style = { font?: 'regular' | 'bold'; size: number; colour?: string; indent?: number }
const line = (pdf: Pdf, text: string, { font = 'regular', size, colour = black, indent = 0 }: Style) => {
  const width = pdf.page.width - 2 * margin - indent
  pdf
    .font(font)
    .fontSize(size)
    .fillColor(colour)
    .text(lettered(text, letterIn(pdf, font)), margin + indent, pdf.y, { width, lineGap: 1.5 })
}

/** A new page where less than `height` points are left of this one. */
const keepTogether = (pdf: Pdf, height: number) => {
  const bottom = pdf.page.height - margin - footHeight
  if (pdf.y + height > bottom && pdf.y > margin + 1) pdf.addPage()
}

/** Below the margin, where text would otherwise open a page of its own. */
const writeFoot = (pdf: Pdf, foot: string) => {
  const { bottom } = pdf.page.margins
  pdf.page.margins.bottom = 0
  pdf
    .font('regular')
    .fontSize(8)
    .fillColor(black)
    .text(lettered(foot, letterIn(pdf, 'regular')), margin, pdf.page.height - margin - footHeight + 8, {
      width: pdf.page.width - 2 * margin,
    })
  pdf.page.margins.bottom = bottom
  pdf.x = margin
  pdf.y = margin
}
