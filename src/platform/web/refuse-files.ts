import type { Request, Response } from 'express'

/** What pages are made of, and what they ask for by themselves. */
const ofPages = /^(text\/html|text\/plain|text\/event-stream|application\/json)(;|$)/

/**
 * Makes an answer unable to become a file: setting the headers of one throws, so that a route that does not declare what it sends
 * ends as an error, with nothing sent.
 */
export const refuseFiles = (req: Request, res: Response): void => {
  const set = res.setHeader.bind(res)
  res.setHeader = (name, value) => {
    const isFile =
      /^content-disposition$/i.test(name) ||
      (/^content-type$/i.test(name) && !ofPages.test(String(value).toLowerCase()))
    if (isFile)
      throw new Error(
        `${req.method} ${(req.route as { path: string }).path} sends a file and does not say what it holds: download`,
      )
    return set(name, value)
  }
}
