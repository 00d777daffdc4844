import { Decrypter } from 'age-encryption'
import { extractText, getDocumentProxy, getMeta } from 'unpdf'
import type { Visitor } from './visitor.ts'

export const filePassphrase = 'krokus-lampa-wiadro-sowa-pilnik-mech'

/** A PDF as its page gives it out, opened by its passphrase (pdf.js). */
export const fetchPdf = async (visitor: Visitor, path: string, passphrase = filePassphrase) => {
  const answer = await visitor.fetchFile(path, { passphrase, repeated: passphrase })
  const pdf = await getDocumentProxy(new Uint8Array(answer.body), { password: passphrase })
  const { text, totalPages } = await extractText(pdf, { mergePages: false })
  const pages = text.map(page => page.replaceAll(/\s+/g, ' '))
  return { answer, pages, text: pages.join(' '), totalPages, meta: await getMeta(pdf) }
}

/** What an age file holds, by its passphrase. */
export const openAge = (file: Buffer): Promise<string> => {
  const decrypter = new Decrypter()
  decrypter.addPassphrase(filePassphrase)
  return decrypter.decrypt(new Uint8Array(file), 'text')
}
