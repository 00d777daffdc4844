import { setImmediate } from 'node:timers/promises'
import type { Translate } from '../../platform/i18n/translations.ts'
import {
  black,
  grey,
  inLetters,
  isShownRight,
  keepTogether,
  millimetre,
  openPaper,
  widthOf,
  writeLine,
  writeRule,
  type Pdf,
} from '../../platform/pdf/paper.ts'
import type { SaidContact, SaidPhone, SaidSheet } from './said.ts'

const margin = 15 * millimetre
/** What belongs to a contact stands this far in, in points. */
const step = 18

type Paper = { t: Translate; language: string; title: string; foot: string; at: Date; passphrase: string }

/**
 * Writes sheets as a PDF on A4, each client from a new page, every page with the same foot. The document is a stream to be read while
 * it is written, opened by a passphrase only; it holds nothing personal beside its pages.
 */
export const writeSheets = (sheets: readonly SaidSheet[], paper: Paper): Pdf => {
  const pdf = openPaper({ ...paper, margin })
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
  if (!textsOf(sheet).every(text => isShownRight(pdf, text))) writeAlerts(pdf, [t('emergency-sheets:undrawn')])
  writeLine(pdf, sheet.name, { font: 'bold', size: 20 })
  writeLine(pdf, sheet.facts.join(' · '), { size: 10, colour: grey })
  if (sheet.languages) writeLine(pdf, sheet.languages, { size: 11 })
  pdf.moveDown(0.5)
  if (sheet.alerts.length > 0) writeAlerts(pdf, sheet.alerts)

  heading(pdf, t('emergency-sheets:whom'))
  if (sheet.contacts.length === 0) writeLine(pdf, t('emergency-contacts:section.emptyTitle'), { size: 11 })
  for (const [index, contact] of sheet.contacts.entries()) writeContact(pdf, index + 1, contact)

  if (sheet.ownPhones.length > 0 || sheet.addresses.length > 0) {
    keepTogether(pdf, 60)
    heading(pdf, t('emergency-cards:own', { name: sheet.name }))
    for (const phone of sheet.ownPhones) writePhone(pdf, phone)
    for (const address of sheet.addresses) writeLine(pdf, address, { size: 10 })
  }
  pdf.moveDown(0.5)
  writeLine(pdf, t('emergency-cards:unsaid'), { size: 8, colour: grey })
}

/** In a frame, as black on white tells no colours. */
const writeAlerts = (pdf: Pdf, alerts: readonly string[]) => {
  const width = widthOf(pdf)
  pdf.font('bold').fontSize(12)
  const text = alerts.map(alert => inLetters(pdf, 'bold', `! ${alert}`)).join('\n')
  const height = pdf.heightOfString(text, { width: width - 20 })
  keepTogether(pdf, height + 20)
  const top = pdf.y
  if (height + 20 < pdf.page.height - margin - pdf.page.margins.bottom)
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
  writeLine(pdf, `${place}. ${contact.name}`, { font: 'bold', size: 13 })
  writeLine(pdf, contact.relationship, { size: 10, colour: grey, indent: step })
  for (const phone of contact.phones) writePhone(pdf, phone, step)
  writeLine(pdf, contact.telling, { font: 'bold', size: 10, indent: step })
  if (contact.tellNote) writeLine(pdf, contact.tellNote, { size: 10, indent: step })
  for (const more of contact.more) writeLine(pdf, more, { size: 10, indent: step })
  writeLine(pdf, contact.confirmed, { size: 8, colour: grey, indent: step })
  pdf.moveDown(1)
}

const writePhone = (pdf: Pdf, { number, type, hours, rules }: SaidPhone, indent = 0) => {
  pdf.moveDown(0.2)
  writeLine(pdf, number, { font: 'bold', size: 15, indent })
  writeLine(pdf, [type, hours].filter(Boolean).join(' · '), { size: 9, colour: grey, indent })
  for (const { warning, text } of rules)
    writeLine(pdf, warning ? `! ${text}` : text, { font: warning ? 'bold' : 'regular', size: 10, indent })
}

const heading = (pdf: Pdf, text: string) => {
  pdf.moveDown(0.4)
  writeLine(pdf, text, { font: 'bold', size: 12 })
  const { y } = pdf
  writeRule(pdf, y)
  pdf.y = y + 6
}

/** Every text of a sheet, whichever part it is in. */
const textsOf = (part: unknown): string[] => {
  if (typeof part === 'string') return [part]
  return part !== null && typeof part === 'object' ? Object.values(part).flatMap(textsOf) : []
}
