import type { ExportManifest } from '../../features/exports/index.ts'
import { h, icon } from './dom.ts'
import { formatMoment, t } from './words.ts'

const DAY = 24 * 60 * 60 * 1000
/** Days after which the export says that a newer one may exist. */
const STALE_DAYS = 7

/** Whose export this is, when it was made, and how old that makes it today. */
export const about = ({ organisation, createdAt, groups, timeZone }: ExportManifest) => {
  const days = Math.max(0, Math.floor((Date.now() - Date.parse(createdAt)) / DAY))
  const isStale = days > STALE_DAYS
  const age = days === 0 ? t('age.today') : t('age.day', { count: days })
  return h(
    'div',
    { class: 'about' },
    h('span', { class: 'organisation', dir: 'auto' }, organisation),
    // Whoever misses somebody must know that not everybody is in here.
    groups.length > 0 && h('span', { class: 'age stale', dir: 'auto' }, t('onlyGroups', { names: groups.join(', ') })),
    h(
      'span',
      { class: isStale ? 'age stale' : 'age' },
      isStale && icon('alert'),
      h(
        'span',
        {},
        `${t('door.made', { date: formatMoment(createdAt, timeZone) })}, ${age}`,
        isStale && `. ${t('age.stale')}`,
      ),
    ),
  )
}
