import { createRequire } from 'node:module'
import PdfDocument from 'pdfkit'
import type { SaidVisit, SaidVisits } from './saying-visits.ts'

/** DejaVu Sans holds Polish, Cyrillic and Greek letters; a document carries only the letters it uses. */
const fontFile = (name: string) => createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`)

const millimetre = 72 / 25.4
const margin = 18 * millimetre
const footHeight = 12 * millimetre
/** Where the columns begin, in points from the margin: when, who, what. */
const columns = [0, 140, 320] as const
const black = '#000000'
const grey = '#444444'

type Pdf = InstanceType<typeof PdfDocument>

/** The list of who has seen a client, on A4, every page with the same foot. A stream to be read while it is written. */
export const writeVisits = (said: SaidVisits, { language, at }: { language: string; at: Date }): Pdf => {
  const pdf = new PdfDocument({
    size: 'A4',
    margins: { top: margin, left: margin, right: margin, bottom: margin + footHeight },
    autoFirstPage: false,
    lang: language,
    displayTitle: true,
    info: { Title: said.title, Producer: 'Ostoja', Creator: 'Ostoja', CreationDate: at, ModDate: at },
  })
  pdf.registerFont('regular', fontFile('DejaVuSans'))
  pdf.registerFont('bold', fontFile('DejaVuSans-Bold'))
  pdf.on('pageAdded', () => writeFoot(pdf, said.foot))
  pdf.addPage()
  write(pdf, said)
  pdf.end()
  return pdf
}

const write = (pdf: Pdf, said: SaidVisits) => {
  line(pdf, said.title, 'bold', 18)
  line(pdf, said.about, 'regular', 12)
  pdf.moveDown(0.5)
  line(pdf, said.intro, 'regular', 10, grey)
  pdf.moveDown(1)
  if (said.visits.length === 0) return line(pdf, said.none, 'regular', 11)

  const { when, who, what } = said.headings
  row(pdf, [when, who, what], 'bold')
  rule(pdf)
  for (const visit of said.visits) writeVisit(pdf, visit)
  if (said.cut) line(pdf, said.cut, 'bold', 10)
}

const writeVisit = (pdf: Pdf, { day, time, who, what, emergency }: SaidVisit) => {
  row(pdf, [`${day}, ${time}`, who, emergency ? `${what}. ${emergency}` : what], 'regular')
  pdf.moveDown(0.35)
}

const widthOf = (pdf: Pdf, column: number) =>
  (columns[column + 1] ?? pdf.page.width - 2 * margin) - columns[column]! - 12

/** A line of the table, as high as its highest cell, never parted between two pages. */
const row = (pdf: Pdf, cells: readonly string[], font: 'regular' | 'bold') => {
  pdf.font(font).fontSize(9.5)
  const height = Math.max(...cells.map((cell, index) => pdf.heightOfString(cell, { width: widthOf(pdf, index) })))
  if (pdf.y + height > pdf.page.height - margin - footHeight) pdf.addPage()
  pdf.font(font).fontSize(9.5).fillColor(black)
  const top = pdf.y
  for (const [index, cell] of cells.entries())
    pdf.text(cell, margin + columns[index]!, top, { width: widthOf(pdf, index) })
  pdf.x = margin
  pdf.y = top + height
}

const rule = (pdf: Pdf) => {
  const y = pdf.y + 3
  pdf
    .moveTo(margin, y)
    .lineTo(pdf.page.width - margin, y)
    .lineWidth(0.75)
    .stroke(black)
  pdf.y = y + 6
}

const line = (pdf: Pdf, text: string, font: 'regular' | 'bold', size: number, colour = black) => {
  pdf.font(font).fontSize(size).fillColor(colour)
  pdf.text(text, margin, pdf.y, { width: pdf.page.width - 2 * margin, lineGap: 2 })
}

/** Below the margin, where text would otherwise open a page of its own. */
const writeFoot = (pdf: Pdf, foot: string) => {
  const { bottom } = pdf.page.margins
  pdf.page.margins.bottom = 0
  pdf.font('regular').fontSize(8).fillColor(black)
  pdf.text(foot, margin, pdf.page.height - margin - footHeight + 8, { width: pdf.page.width - 2 * margin })
  pdf.page.margins.bottom = bottom
  pdf.x = margin
  pdf.y = margin
}
