import { NotFound } from '../../platform/errors.ts'
import type { ImportRecord } from './queries.ts'

/** An import whose file has arrived whole; to people there is no other. @throws NotFound */
export const arrived = (found: ImportRecord | undefined): ImportRecord => {
  if (!found || found.state === 'uploading') throw new NotFound()
  return found
}
