import { describe, expect, it } from 'vitest'
import { shots } from '../../tools/screenshot-pages.ts'
import { pageViews, withoutPicture } from '../../tools/pictures/page-views.ts'

const pages = pageViews()
const pictured = shots.flatMap(({ view }) => view ?? [])

describe('the pictures of npm run screenshots', () => {
  it('show every page there is, but those that have a reason', () => {
    expect(pages.length).toBeGreaterThan(40)
    expect(pages.filter(page => !pictured.includes(page) && !(page in withoutPicture))).toEqual([])
  })

  it('name no page that is not there, excuse none that is pictured, and have names of their own', () => {
    expect(pictured.filter(page => !pages.includes(page))).toEqual([])
    expect(Object.keys(withoutPicture).filter(page => !pages.includes(page) || pictured.includes(page))).toEqual([])
    expect(new Set(shots.map(({ name }) => name)).size).toBe(shots.length)
  })
})
