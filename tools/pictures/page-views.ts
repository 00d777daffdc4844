import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

const views = path.resolve(import.meta.dirname, '../../views')

/** A file under views/ that is a whole page opens with one of these; the others are parts of pages. */
const opening = /include\('\/(layout\/top|errors\/trouble)'/

/** The views that are pages, named as handlers name them: `clients/list`. */
export const pageViews = (): string[] =>
  globSync('**/*.ejs', { cwd: views })
    .filter(file => opening.test(readFileSync(path.join(views, file), 'utf8')))
    .map(file => file.replace(/\.ejs$/, ''))
    .filter(view => view !== 'errors/trouble') // what all error pages are made of
    .sort()

/** Pages of which no picture is taken, each with its reason. */
export const withoutPicture: Record<string, string> = {
  'errors/away':
    'shown while PostgreSQL or Redis is away, which the pictures need; test/journeys/services-away.test.ts looks at it',
  'errors/busy':
    'shown when more than fifty people choose a password in the same second; its markup is that of the other error pages',
}
