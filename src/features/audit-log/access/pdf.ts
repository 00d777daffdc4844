import {
  black,
  grey,
  inLetters,
  keepTogether,
  millimetre,
  openPaper,
  widthOf,
  writeLine,
  writeRule,
  type Font,
  type Pdf,
} from '../../../platform/pdf/paper.ts'
import type { SaidVisit, SaidVisits } from './saying-visits.ts'

const margin = 18 * millimetre
/** Where the columns begin, in points from the margin: when, who, what. */
const columns = [0, 140, 320] as const

/** The list of who has seen a client, on A4, every page with the same foot; a passphrase opens it. A stream to be read while it is written. */
export const writeVisits = (said: SaidVisits, paper: { language: string; at: Date; passphrase: string }): Pdf => {
  const pdf = openPaper({ ...paper, title: said.title, foot: said.foot, margin })
  pdf.addPage()
  write(pdf, said)
  pdf.end()
  return pdf
}

const write = (pdf: Pdf, said: SaidVisits) => {
  const lineGap = 2
  writeLine(pdf, said.title, { font: 'bold', size: 18, lineGap })
  writeLine(pdf, said.about, { size: 12, lineGap })
  pdf.moveDown(0.5)
  writeLine(pdf, said.intro, { size: 10, colour: grey, lineGap })
  pdf.moveDown(1)
  if (said.visits.length === 0) return writeLine(pdf, said.none, { size: 11, lineGap })

  const { when, who, what } = said.headings
  writeRow(pdf, [when, who, what], 'bold')
  writeRule(pdf, pdf.y + 3)
  pdf.y += 9
  for (const visit of said.visits) writeVisit(pdf, visit)
  if (said.cut) writeLine(pdf, said.cut, { font: 'bold', size: 10, lineGap })
}

const writeVisit = (pdf: Pdf, { day, time, who, what, emergency }: SaidVisit) => {
  writeRow(pdf, [`${day}, ${time}`, who, emergency ? `${what}. ${emergency}` : what], 'regular')
  pdf.moveDown(0.35)
}

const columnWidth = (pdf: Pdf, column: number) => (columns[column + 1] ?? widthOf(pdf)) - columns[column]! - 12

/** A line of the table, as high as its highest cell, never parted between two pages. */
const writeRow = (pdf: Pdf, cells: readonly string[], font: Font) => {
  const texts = cells.map(cell => inLetters(pdf, font, cell))
  pdf.font(font).fontSize(9.5)
  const height = Math.max(...texts.map((text, index) => pdf.heightOfString(text, { width: columnWidth(pdf, index) })))
  keepTogether(pdf, height)
  pdf.font(font).fontSize(9.5).fillColor(black)
  const top = pdf.y
  for (const [index, text] of texts.entries())
    pdf.text(text, margin + columns[index]!, top, { width: columnWidth(pdf, index) })
  pdf.x = margin
  pdf.y = top + height
}
