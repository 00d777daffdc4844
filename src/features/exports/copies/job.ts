import type { enqueue } from '../../../platform/jobs/jobs.ts'

type Asked = Parameters<typeof enqueue> extends [unknown, ...infer Rest] ? Rest : never

/** The job that tends an organisation's copies: one at a time, whichever organisation's, since it clears away what was left half-written. */
export const copyJob = (tenantId: string): Asked => [
  'exports.copy',
  { tenantId },
  { key: `exports.copy:${tenantId}`, queue: 'exports.copy' },
]
