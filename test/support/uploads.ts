import { Agent, request, type RequestOptions } from 'node:https'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Visitor } from './visitor.ts'

type Sent = { name: string; content: Iterable<Buffer>; fields?: Record<string, string>; path?: string }
export type Answer = { status: number; headers: IncomingMessage['headers']; text: string }

const agent = new Agent({ maxSockets: 100, rejectUnauthorized: false })
const boundary = 'zzz'

/** Somebody who sends files piece by piece, never holding a whole one, and may break off. */
export const createUploader = async (visitor: Visitor, url: string) => {
  const { hostname, port } = new URL(url)
  const token = visitor.tokenOf((await visitor.get('/')).text)
  const cookie = visitor.agent.jar
    .getCookies({ domain: hostname, path: '/', secure: true, script: false } as never)
    .toValueString()
  const ask = (options: RequestOptions) =>
    request({
      host: '127.0.0.1',
      port,
      agent,
      rejectUnauthorized: false,
      ...options,
      headers: {
        Host: `${hostname}:${port}`,
        Cookie: cookie,
        'Accept-Language': 'en',
        Accept: 'text/html',
        ...(options.headers as object),
      },
    })

  const begin = ({ name, fields = {}, path = '/attachments' }: Omit<Sent, 'content'>) => {
    const upload = ask({
      path,
      method: 'POST',
      headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
    })
    const head = Object.entries({ _csrf: token, ...fields }).map(
      ([field, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${value}\r\n`,
    )
    upload.write(
      `${head.join('')}--${boundary}\r\nContent-Disposition: form-data; name="files"; filename="${name}"\r\n\r\n`,
    )
    return upload
  }

  const write = async (upload: ReturnType<typeof begin>, content: Iterable<Buffer>) => {
    for (const piece of content) if (!upload.write(piece)) await once(upload, 'drain')
  }

  return {
    /** Sends a whole file. */
    send: async ({ content, ...sent }: Sent): Promise<Answer> => {
      const upload = begin(sent)
      const answer = answerOf(upload)
      await write(upload, content)
      upload.end(`\r\n--${boundary}--\r\n`)
      return answer
    },
    /** Sends so much of a file; then the connection breaks when `when` is done. */
    breakOff: async ({ content, ...sent }: Sent, when: () => Promise<unknown>): Promise<void> => {
      const upload = begin(sent)
      upload.on('error', () => undefined)
      await write(upload, content)
      await when()
      upload.destroy()
    },
    /** A form that ends in the middle of its file, as if that were all. */
    sendCut: async ({ content, ...sent }: Sent): Promise<Answer> => {
      const upload = begin(sent)
      const answer = answerOf(upload)
      await write(upload, content)
      upload.end()
      return answer
    },
    /** Reads an answer piece by piece. `whole` is false where the connection broke. */
    read: (
      path: string,
      onPiece: (piece: Buffer) => unknown,
    ): Promise<{ status: number; headers: IncomingMessage['headers']; whole: boolean }> =>
      new Promise((resolve, reject) => {
        const asked = ask({ path, method: 'GET' })
        asked.on('error', reject)
        asked.on('response', response => {
          response.on('error', () => undefined)
          response.on('data', (piece: Buffer) => void onPiece(piece))
          response.on('close', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, whole: response.complete }),
          )
        })
        asked.end()
      }),
  }
}
export type Uploader = Awaited<ReturnType<typeof createUploader>>

const answerOf = (upload: ReturnType<typeof request>): Promise<Answer> =>
  new Promise((resolve, reject) => {
    upload.on('error', reject)
    upload.on('response', response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (piece: string) => {
        text += piece
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
      response.on('error', reject)
    })
  })

/** The ids of the files that lie in a tray, as its page says. */
export const idsIn = (html: string): string[] => [...html.matchAll(/data-take-out="([^"]+)"/g)].map(([, id]) => id!)
