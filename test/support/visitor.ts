import request from 'supertest'

type Fields = Record<string, string | number | boolean | undefined>
type Credentials = { login: string; password: string }

/**
 * Somebody at a browser without scripts: keeps cookies, takes the form's token out of the page it stands on, and posts forms
 * as a browser would.
 */
export const createVisitor = (url: string) => {
  const agent = request.agent(url, { rejectUnauthorized: false } as object)

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
    /** Posts a form that stands on the page `from`, with its token. */
    post: async (path: string, fields: Fields = {}, from = '/') => {
      const page = await visitor.get(from)
      return agent
        .post(path)
        .type('form')
        .set('Accept-Language', 'en')
        .send({ ...fields, _csrf: tokenOf(page.text) })
    },
    /** Posts without a token, as another site's page would. */
    postBare: (path: string, fields: Fields = {}) => agent.post(path).type('form').send(fields),
    /** Uploads `content` as the file of a multipart form that stands on the page `from`. */
    upload: async (path: string, field: string, content: Buffer, fileName: string, from: string) => {
      const page = await visitor.get(from)
      return agent.post(path).field('_csrf', tokenOf(page.text)).attach(field, content, fileName)
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
export type Visitor = ReturnType<typeof createVisitor>
