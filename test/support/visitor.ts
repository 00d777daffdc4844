import { Agent } from 'node:https'
import request from 'supertest'

type Fields = Record<string, string | number | boolean | undefined>
type Credentials = { login: string; password: string }

type Jar = { getCookies: (of: object) => { name: string; value: string }[] }
const sessionCookie = '__Host-ostoja'

/**
 * Somebody at a browser without scripts: keeps cookies and connections, takes the form's token out of a page once a session,
 * and posts forms as a browser would.
 */
export const createVisitor = (url: string) => {
  const agent = request.agent(url, { rejectUnauthorized: false } as object)
  const connections = new Agent({ keepAlive: true, rejectUnauthorized: false })
  if (url.startsWith('https:')) agent.use((asked: { agent: (by: Agent) => unknown }) => void asked.agent(connections))

  /** The token of each session, by the session's cookie. */
  const tokens = new Map<string, string>()
  const session = (): string => {
    const { jar } = agent as unknown as { jar: Jar }
    const cookies = jar.getCookies({ domain: new URL(url).hostname, path: '/', secure: true, script: false })
    return cookies.find(({ name }) => name === sessionCookie)?.value ?? ''
  }
  /** The token of the session, from the page `from` where this session has shown none yet. */
  const tokenFrom = async (from: string): Promise<string> => {
    const known = tokens.get(session())
    if (known) return known
    const token = tokenOf((await visitor.get(from)).text)
    tokens.set(session(), token)
    return token
  }

  const tokenOf = (html: string): string => {
    const token = /name="_csrf"\s+value="([^"]+)"/.exec(html)?.[1]
    if (!token) throw new Error('There is no form on this page')
    return token
  }

  const visitor = {
    get: (path: string) => agent.get(path).set('Accept', 'text/html').set('Accept-Language', 'en'),
    /** Asks for a stream and leaves as soon as it has begun. */
    begin: (path: string) =>
      agent
        .get(path)
        .buffer(false)
        .parse((answer, done) => {
          ;(answer as unknown as { destroy: () => void }).destroy()
          done(null, '')
        }),
    /** Posts a form, with the token that the page `from` shows where none is known. */
    post: async (path: string, fields: Fields = {}, from = '/') => {
      const token = await tokenFrom(from)
      return agent
        .post(path)
        .type('form')
        .set('Accept-Language', 'en')
        .send({ ...fields, _csrf: token })
    },
    /** Posts a form that a file is the answer to; the body is its bytes, whatever came. */
    fetchFile: async (path: string, fields: Fields = {}, from = '/') => {
      const token = await tokenFrom(from)
      const answer = await agent
        .post(path)
        .type('form')
        .set('Accept-Language', 'en')
        .send({ ...fields, _csrf: token })
        .buffer(true)
        .parse(asBytes)
      return { status: answer.status, headers: answer.headers as Record<string, string>, body: answer.body as Buffer }
    },
    /** Posts without a token, as another site's page would. */
    postBare: (path: string, fields: Fields = {}) => agent.post(path).type('form').send(fields),
    /** Uploads `content` as the file of a multipart form that stands on the page `from`. */
    upload: async (path: string, field: string, content: Buffer, fileName: string, from: string) => {
      const token = await tokenFrom(from)
      return agent.post(path).field('_csrf', token).attach(field, content, fileName)
    },
    signIn: async ({ login, password }: Credentials) => {
      const answer = await visitor.post('/sign-in', { login, password }, '/sign-in')
      if (answer.status !== 303) throw new Error(`Signing in was answered by ${answer.status}`)
      return answer
    },
    tokenOf,
    agent,
  }
  return visitor
}
/** For `parse`: the bytes of an answer as they came. */
export const asBytes = (answer: unknown, done: (fault: Error | null, body: Buffer) => void) => {
  const parts: Buffer[] = []
  const stream = answer as NodeJS.ReadableStream
  stream.on('data', (part: Buffer) => parts.push(part))
  stream.on('end', () => done(null, Buffer.concat(parts)))
}
export type Visitor = ReturnType<typeof createVisitor>
