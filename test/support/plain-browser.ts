import type { IncomingHttpHeaders } from 'node:http'
import { Agent, request } from 'node:https'

type Answer = { status: number; headers: IncomingHttpHeaders; text: string }

/**
 * A browser of few words, for crowds of them: keeps its cookies, and its connections where `agent` does. It sees an address
 * of its own behind the proxy of this machine, `address`.
 */
export const createPlainBrowser = ({
  agent = new Agent({ rejectUnauthorized: false }),
  address,
}: { agent?: Agent; address?: string } = {}) => {
  const cookies = new Map<string, string>()
  const keep = (setCookie: readonly string[]) => {
    for (const cookie of setCookie) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(name, value)
    }
  }
  const send = (url: string, method: 'GET' | 'POST', fields?: Record<string, string>): Promise<Answer> =>
    new Promise<Answer>((resolve, reject) => {
      const headers = {
        accept: 'text/html',
        'accept-language': 'en',
        cookie: [...cookies].map(pair => pair.join('=')).join('; '),
        ...(address && { 'x-forwarded-for': address }),
        ...(fields && { 'content-type': 'application/x-www-form-urlencoded' }),
      }
      const asked = request(url, { method, agent, headers }, answer => {
        keep(answer.headers['set-cookie'] ?? [])
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('error', reject)
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(parts).toString() })
        })
      })
      asked.on('error', (fault: NodeJS.ErrnoException) => {
        // A connection that had been idle was closed as it was used again: the request was never read (RFC 9112 9.3.1).
        if (asked.reusedSocket && fault.code === 'ECONNRESET') resolve(send(url, method, fields))
        else reject(fault)
      })
      asked.end(fields && new URLSearchParams(fields).toString())
    })

  return {
    get: (url: string) => send(url, 'GET'),
    /** Sends a form of the page `from`, with its token. */
    post: (url: string, fields: Record<string, string>, from: Answer) =>
      send(url, 'POST', { ...fields, _csrf: /name="_csrf"\s+value="([^"]+)"/.exec(from.text)?.[1] ?? '' }),
    /** Another one with the same cookies, as they are now. */
    copy: () => {
      const other = createPlainBrowser({ agent, ...(address && { address }) })
      other.keep([...cookies].map(pair => pair.join('=')))
      return other
    },
    keep,
  }
}
export type PlainBrowser = ReturnType<typeof createPlainBrowser>
