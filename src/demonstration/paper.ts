import { fileURLToPath } from 'node:url'
import PDFDocument from 'pdfkit'
import type { ArrivingFile } from '../platform/web/multipart.ts'

const font = fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'))

/** A sheet of paper as a file that somebody attaches. */
export async function* paperOf(
  name: string,
  [heading = '', ...lines]: readonly string[],
): AsyncGenerator<ArrivingFile> {
  const paper = new PDFDocument({ size: 'A4', margin: 72 })
  paper.font(font).fontSize(20).text(heading).moveDown()
  for (const line of lines) paper.fontSize(12).text(line).moveDown()
  paper.end()
  yield { field: 'files', name, bytes: paper as AsyncIterable<Buffer> }
}
