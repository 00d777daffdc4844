import { request } from 'node:https'
import type { Ostoja } from './ostoja.ts'
import type { Visitor } from './visitor.ts'

/** An upload of a spreadsheet by hand, so that it can be broken off or go on without end. */
export const beginImport = async (ostoja: Ostoja, staff: Visitor) => {
  const page = await staff.get('/imports')
  const token = staff.tokenOf(page.text)
  const { hostname, port } = new URL(ostoja.url)
  const cookie = staff.agent.jar
    .getCookies({ domain: hostname, path: '/', secure: true, script: false } as never)
    .toValueString()
  const upload = request({
    host: '127.0.0.1',
    port,
    path: '/imports',
    method: 'POST',
    rejectUnauthorized: false,
    headers: {
      Host: `${hostname}:${port}`,
      Cookie: cookie,
      'Accept-Language': 'en',
      'Content-Type': 'multipart/form-data; boundary=zzz',
    },
  })
  upload.write(
    `--zzz\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\n${token}\r\n--zzz\r\nContent-Disposition: form-data; name="file"; filename="people.csv"\r\n\r\n`,
  )
  upload.write('Nr teczki;Imię;Nazwisko;Uwagi\r\n')
  const answer = new Promise<{ status: number; text: string }>((resolve, reject) => {
    upload.on('error', reject)
    upload.on('response', response => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
  })
  const send = (text: string | Buffer) => new Promise<void>(resolve => void upload.write(text, () => resolve()))
  return { upload, send, answer, end: () => upload.end('\r\n--zzz--\r\n') }
}
